import type { Command } from '../command.ts';
import { findDescription } from '../file.ts';

export const statusCommand: Command = {
  name: 'status',
  purpose: 'look',
  summary: 'shows steps, last run, versions and health on one screen',
  options: [{ name: 'recorded', summary: 'show only what the journal has; reach no host' }],
  async run(context, input) {
    const [{ status }, { formatStatus }] = await Promise.all([
      import('../../app/status.ts'),
      import('../print/status.ts'),
    ]);
    const recorded = input.flag('recorded');
    const found = await status({ file: findDescription(context), recorded }, context.caller);
    return {
      exitCode: found.ok ? 0 : 1,
      data: found,
      text: () => formatStatus(found, context.terminal.colors, Date.now()),
      essential: true,
    };
  },
};
