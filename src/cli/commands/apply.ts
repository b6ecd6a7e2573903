import { apply } from '../../engine/run.ts';
import { runInput, withReach } from '../cloudRun.ts';
import type { Command } from '../command.ts';
import { exitOfRun } from '../outcome.ts';
import { asides } from '../print/aside.ts';
import { rendererFor } from '../print/renderer.ts';
import { selectionOf, selectionOptions } from '../selection.ts';
import { openDescribedCloud } from '../session.ts';

export const applyCommand: Command = {
  name: 'apply',
  summary: 'makes the hosts as described, verifying each step',
  details:
    'Stops at the first failed verification. Can be interrupted at any point and run again: it goes on from there, ' +
    'and changes nothing where all is in place.',
  options: selectionOptions,
  examples: [
    { line: 'cloudwright apply', says: 'everything' },
    { line: 'cloudwright apply --from network --skip dashboard', says: 'a part of it' },
  ],
  async run(context, input) {
    const cloud = await openDescribedCloud(context);
    const renderer = rendererFor(context);
    try {
      return await withReach(cloud, asides(context), async (reached) => {
        const result = await apply({
          ...runInput(context, reached, { command: 'apply', patienceSeconds: 120, take: renderer.take }),
          selection: selectionOf(input),
        });
        return exitOfRun(context, result, renderer);
      });
    } finally {
      renderer.end();
    }
  },
};
