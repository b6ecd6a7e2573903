import type { Command } from '../command.ts';
import { findDescription } from '../file.ts';

export const pingCommand: Command = {
  name: 'ping',
  purpose: 'look',
  summary: 'reaches every host: ssh, sudo, release and clock',
  async run(context) {
    const [{ ping }, { formatPing }] = await Promise.all([
      import('../../app/status.ts'),
      import('../print/ping.ts'),
    ]);
    const { hosts, exitCode } = await ping({ file: findDescription(context) }, context.caller);
    return { exitCode, data: { hosts }, text: () => formatPing(hosts, context.terminal.colors) };
  },
};
