import type { Command } from '../../command.ts';
import { labName, labOption, snapshotArgument } from './shared.ts';

export const labRestoreCommand: Command = {
  name: 'lab restore',
  summary: 'restores the disks of all nodes from a snapshot',
  details: 'Everything that was changed since the snapshot is lost.',
  arguments: [snapshotArgument],
  options: [labOption],
  async run(context, input) {
    const { labNamed, labRestore } = await import('../../../app/lab.ts');
    const snapshot = input.argument('NAME') ?? '';
    await labRestore(labNamed(labName(input), context.caller), snapshot, context.caller);
    return { exitCode: 0, data: { snapshot }, text: () => `The lab was restored from ${snapshot}.\n` };
  },
};
