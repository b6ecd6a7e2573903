import type { Command } from '../command.ts';
import { convergeCloud } from '../converge.ts';
import { writeCredentialFiles } from '../credentialFiles.ts';
import { exitOfRun } from '../outcome.ts';
import { rendererFor } from '../print/renderer.ts';
import { selectionOf, selectionOptions } from '../selection.ts';
import { openDescribedCloud } from '../session.ts';

export const applyCommand: Command = {
  name: 'apply',
  summary: 'makes the hosts as described, verifying each step',
  details:
    'Stops at the first failed verification. Can be interrupted at any point and run again: it goes on from there, ' +
    'and changes nothing where all is in place. Writes openrc and clouds.yaml beside the description.',
  options: selectionOptions,
  examples: [
    { line: 'cloudwright apply', says: 'everything' },
    { line: 'cloudwright apply --from network --skip dashboard', says: 'a part of it' },
  ],
  async run(context, input) {
    const cloud = await openDescribedCloud(context, undefined, true);
    const renderer = rendererFor(context);
    const selection = selectionOf(input);
    const result = await convergeCloud(context, cloud, renderer, { command: 'apply', selection });
    if (result.outcome === 'done') await writeCredentialFiles(cloud);
    return exitOfRun(context, result, renderer);
  },
};
