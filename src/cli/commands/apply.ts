import type { Command } from '../command.ts';
import { findDescription } from '../file.ts';
import { selectionOf, selectionOptions } from '../selection.ts';

export const applyCommand: Command = {
  name: 'apply',
  purpose: 'deploy',
  summary: 'deploys the description: changes what differs and verifies each step',
  details:
    'Stops at the first step that fails. It can be interrupted at any time; run it again to resume. Where nothing ' +
    'differs, nothing is changed. Writes openrc and clouds.yaml beside the description.',
  options: selectionOptions,
  examples: [
    { line: 'cloudwright apply', says: 'everything' },
    { line: 'cloudwright apply --from network --skip dashboard', says: 'some of the steps' },
    {
      line: 'cloudwright apply --remove control1/database:heat',
      says: 'also removes what the description no longer has, with its data',
    },
  ],
  async run(context, input) {
    const { apply } = await import('../../app/apply.ts');
    const { selection, remove } = selectionOf(input);
    const file = findDescription(context);
    const { run, credentials } = await apply({ file, selection, remove }, context.caller);
    return { exitCode: run.exitCode, data: { run, credentials } };
  },
};
