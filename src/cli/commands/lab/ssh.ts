import { labSsh } from '../../../lab/index.ts';
import type { Command } from '../../command.ts';
import { labOf, labOption, nodeArgument } from './shared.ts';

export const labSshCommand: Command = {
  name: 'lab ssh',
  summary: 'enters a trial machine as root, or runs a command there',
  details: 'Ends with the exit code of the command.',
  arguments: [nodeArgument, { name: 'COMMAND', summary: 'what to run instead of a shell', many: true }],
  options: [labOption],
  passThrough: true,
  examples: [
    { line: 'cloudwright lab ssh control1', says: 'a shell' },
    { line: 'cloudwright lab ssh control1 systemctl --failed', says: 'one command' },
  ],
  async run(context, input) {
    return await labSsh(labOf(context, input), input.argument('NODE') ?? '', input.arguments('COMMAND'));
  },
};
