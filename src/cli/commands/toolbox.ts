import { expectationsOf } from '../../checks/expectations.ts';
import { toolbox } from '../../checks/index.ts';
import { withReach } from '../cloudRun.ts';
import type { Command } from '../command.ts';
import { asides, printJson } from '../print/aside.ts';
import { formatToolbox } from '../print/toolbox.ts';
import { openDescribedCloud } from '../session.ts';

export const toolboxCommand: Command = {
  name: 'toolbox',
  summary: 'shows the service tables of the cloud, with a verdict on each',
  async run(context) {
    const cloud = await openDescribedCloud(context);
    return await withReach(cloud, asides(context), async (reached) => {
      const report = await toolbox(reached.client(), expectationsOf(cloud));
      if (context.settings.json) printJson(context, report);
      else if (!context.settings.quiet || !report.ok) {
        context.terminal.out(formatToolbox(report, context.terminal.colors));
      }
      return report.ok ? 0 : 1;
    });
  },
};
