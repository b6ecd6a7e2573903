import { verifyOnly } from '../../engine/run.ts';
import { runInput, withReach } from '../cloudRun.ts';
import type { Command } from '../command.ts';
import { exitOfRun } from '../outcome.ts';
import { asides } from '../print/aside.ts';
import { rendererFor } from '../print/renderer.ts';
import { openDescribedCloud } from '../session.ts';

export const verifyCommand: Command = {
  name: 'verify',
  summary: 'runs the checks alone, and changes nothing',
  arguments: [{ name: 'STEP', summary: 'the steps to check (default: all)', many: true }],
  options: [{ name: 'host', value: 'HOST', summary: 'only this host', many: true }],
  examples: [{ line: 'cloudwright verify image network', says: 'the checks of two steps' }],
  async run(context, input) {
    const cloud = await openDescribedCloud(context);
    const renderer = rendererFor(context);
    try {
      return await withReach(cloud, asides(context), async (reached) => {
        const result = await verifyOnly({
          ...runInput(context, reached, { command: 'verify', patienceSeconds: 5, take: renderer.take }),
          selection: { step: input.arguments('STEP'), hosts: input.options('host') },
        });
        return exitOfRun(context, result, renderer);
      });
    } finally {
      renderer.end();
    }
  },
};
