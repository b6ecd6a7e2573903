import { labSnapshot } from '../../../lab/index.ts';
import type { Command } from '../../command.ts';
import { asides, printDone } from '../../print/aside.ts';
import { labOf, labOption, snapshotArgument } from './shared.ts';

export const labSnapshotCommand: Command = {
  name: 'lab snapshot',
  summary: 'keeps the disks of all trial machines under a name',
  details: 'The machines are shut down for it and started again.',
  arguments: [snapshotArgument],
  options: [labOption],
  async run(context, input) {
    const snapshot = input.argument('NAME') ?? '';
    await labSnapshot(labOf(context, input), snapshot, asides(context));
    printDone(
      context,
      { snapshot },
      `Kept as ${snapshot}. Return to it: cloudwright lab restore ${snapshot}`,
    );
    return 0;
  },
};
