import type { Command } from '../../command.ts';
import { labFlag, labName, labOption, nodeArgument } from './shared.ts';

export const labCutCommand: Command = {
  name: 'lab cut',
  summary: 'cuts the power of a node',
  details: 'As in a power failure, nothing is shut down. `lab heal` powers the node on again.',
  arguments: [nodeArgument],
  options: [labOption],
  async run(context, input) {
    const { labCut, labNamed } = await import('../../../app/lab.ts');
    const node = input.argument('NODE') ?? '';
    await labCut(labNamed(labName(input), context.caller), node);
    return {
      exitCode: 0,
      data: { node, power: 'off' },
      text: () =>
        `${node} is powered off. Power it on again: cloudwright lab heal ${node}${labFlag(input)}\n`,
    };
  },
};
