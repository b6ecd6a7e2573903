import { labRestore } from '../../../lab/index.ts';
import type { Command } from '../../command.ts';
import { asides, printDone } from '../../print/aside.ts';
import { labOf, labOption, snapshotArgument } from './shared.ts';

export const labRestoreCommand: Command = {
  name: 'lab restore',
  summary: 'takes the disks of all trial machines back to a snapshot',
  details: 'What was changed since the snapshot is lost.',
  arguments: [snapshotArgument],
  options: [labOption],
  async run(context, input) {
    const snapshot = input.argument('NAME') ?? '';
    await labRestore(labOf(context, input), snapshot, asides(context));
    printDone(context, { snapshot }, `The lab is as it was at ${snapshot}.`);
    return 0;
  },
};
