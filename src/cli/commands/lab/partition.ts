import type { Command } from '../../command.ts';
import { labFlag, labName, labOption, nodeArgument } from './shared.ts';

export const labPartitionCommand: Command = {
  name: 'lab partition',
  summary: 'disconnects a node from all networks; it keeps running',
  arguments: [nodeArgument],
  options: [labOption],
  async run(context, input) {
    const { labNamed, labPartition } = await import('../../../app/lab.ts');
    const node = input.argument('NODE') ?? '';
    await labPartition(labNamed(labName(input), context.caller), node);
    return {
      exitCode: 0,
      data: { node, connected: false },
      text: () =>
        `${node} is disconnected. Connect it again: cloudwright lab heal ${node}${labFlag(input)}\n`,
    };
  },
};
