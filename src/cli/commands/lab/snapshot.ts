import type { Command } from '../../command.ts';
import { labFlag, labName, labOption, snapshotArgument } from './shared.ts';

export const labSnapshotCommand: Command = {
  name: 'lab snapshot',
  summary: 'saves the disks of all nodes under a name',
  details: 'The nodes are shut down for it and started again.',
  arguments: [snapshotArgument],
  options: [labOption],
  async run(context, input) {
    const { labNamed, labSnapshot } = await import('../../../app/lab.ts');
    const snapshot = input.argument('NAME') ?? '';
    await labSnapshot(labNamed(labName(input), context.caller), snapshot, context.caller);
    return {
      exitCode: 0,
      data: { snapshot },
      text: () => `Saved as ${snapshot}. Restore it: cloudwright lab restore ${snapshot}${labFlag(input)}\n`,
    };
  },
};
