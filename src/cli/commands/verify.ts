import type { Command } from '../command.ts';
import { findDescription } from '../file.ts';

export const verifyCommand: Command = {
  name: 'verify',
  purpose: 'look',
  summary: 'runs the checks of the steps; changes nothing',
  details:
    'The last step, audit, looks whether the hosts are closed: what listens, the firewall, files with secrets, ' +
    'certificates and accounts. The command audit does more.',
  arguments: [{ name: 'STEP', summary: 'the steps to check (default: all)', many: true, completes: 'step' }],
  options: [{ name: 'host', value: 'HOST', summary: 'only this host', many: true, completes: 'host' }],
  examples: [{ line: 'cloudwright verify image network', says: 'the checks of two steps' }],
  async run(context, input) {
    const { verify } = await import('../../app/apply.ts');
    const selection = { step: input.arguments('STEP'), hosts: input.options('host') };
    const run = await verify({ file: findDescription(context), selection }, context.caller);
    return { exitCode: run.exitCode, data: { run } };
  },
};
