import { planOnly } from '../../engine/run.ts';
import type { Problem } from '../../errors/problem.ts';
import { runInput, withReach } from '../cloudRun.ts';
import type { Command } from '../command.ts';
import { reportRest } from '../outcome.ts';
import { asides, printJson } from '../print/aside.ts';
import { formatPlan } from '../print/plan.ts';
import { selectionOf, selectionOptions } from '../selection.ts';
import { openDescribedCloud } from '../session.ts';

export const planCommand: Command = {
  name: 'plan',
  summary: 'shows what apply would change, and changes nothing',
  details: 'By step, host and resource, with the differences of files; secrets are masked.',
  options: selectionOptions,
  examples: [{ line: 'cloudwright plan --step network', says: 'the changes of one step' }],
  async run(context, input) {
    const cloud = await openDescribedCloud(context);
    const say = asides(context);
    return await withReach(cloud, say, async (reached) => {
      const problems: Problem[] = [];
      const result = await planOnly({
        ...runInput(context, reached, {
          command: 'plan',
          patienceSeconds: 0,
          take: (event) => {
            if (event.type === 'note') say(event.text);
            if ('problem' in event) problems.push(event.problem);
          },
        }),
        selection: selectionOf(input),
      });
      if (context.settings.json) printJson(context, { changes: result.changes, problems });
      else if (result.outcome === 'done')
        context.terminal.out(formatPlan(result.changes, context.terminal.colors));
      reportRest(context, context.settings.json ? [] : problems);
      return result.exitCode;
    });
  },
};
