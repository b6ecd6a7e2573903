import { fail } from '../../../errors/problem.ts';
import type { Command } from '../../command.ts';
import { labName, labOption, nodeArgument } from './shared.ts';

export const labSshCommand: Command = {
  name: 'lab ssh',
  summary: 'enters a node as root, or runs a command there',
  details:
    'Options before the command belong to Cloudwright, everything from its first word on to the command; `--` ends ' +
    'the options. Exits with the exit code of the command. With --json the output of the command is in the result.',
  arguments: [nodeArgument, { name: 'COMMAND', summary: 'command to run instead of a shell', many: true }],
  options: [labOption],
  passThrough: true,
  examples: [
    { line: 'cloudwright lab ssh control1', says: 'a shell' },
    { line: 'cloudwright lab ssh control1 systemctl --failed', says: 'one command' },
    { line: "cloudwright lab ssh control1 --lab trial 'ip address | grep eth1'", says: 'in another lab' },
  ],
  async run(context, input) {
    const { labNamed, labRun, labSsh } = await import('../../../app/lab.ts');
    const location = labNamed(labName(input), context.caller);
    const node = input.argument('NODE') ?? '';
    const command = input.arguments('COMMAND');
    if (!context.settings.json) return { exitCode: await labSsh(location, node, command) };
    if (command.length === 0) {
      fail('CLI_ARGUMENT_MISSING', {
        details: { command: 'cloudwright lab ssh --json', argument: 'COMMAND' },
      });
    }
    const { exitCode, stdout, stderr } = await labRun(location, node, command);
    return { exitCode, data: { node, stdout, stderr } };
  },
};
