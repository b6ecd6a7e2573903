import type { Command } from '../command.ts';
import { findDescription } from '../file.ts';
import { selectionOf, selectionOptions } from '../selection.ts';

export const planCommand: Command = {
  name: 'plan',
  purpose: 'deploy',
  summary: 'shows what apply would change; changes nothing',
  details: 'Listed by step, host and resource, with the differences of files; secrets are masked.',
  options: selectionOptions,
  examples: [{ line: 'cloudwright plan --step network', says: 'the changes of one step' }],
  async run(context, input) {
    const [{ plan }, { formatPlan }] = await Promise.all([
      import('../../app/apply.ts'),
      import('../print/plan.ts'),
    ]);
    const { selection, remove } = selectionOf(input);
    const { changes, exitCode } = await plan(
      { file: findDescription(context), selection, remove },
      context.caller,
    );
    return {
      exitCode,
      data: { changes },
      ...((exitCode === 0 || changes.length > 0) && {
        text: () => formatPlan(changes, context.terminal.colors),
      }),
      essential: true,
    };
  },
};
