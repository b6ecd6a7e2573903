import { labPartition } from '../../../lab/index.ts';
import type { Command } from '../../command.ts';
import { printDone } from '../../print/aside.ts';
import { labOf, labOption, nodeArgument } from './shared.ts';

export const labPartitionCommand: Command = {
  name: 'lab partition',
  summary: 'pulls all network cables of a trial machine; it runs on, alone',
  arguments: [nodeArgument],
  options: [labOption],
  async run(context, input) {
    const node = input.argument('NODE') ?? '';
    await labPartition(labOf(context, input), node);
    printDone(
      context,
      { node, cables: 'out' },
      `${node} is alone. Bring it back: cloudwright lab heal ${node}`,
    );
    return 0;
  },
};
