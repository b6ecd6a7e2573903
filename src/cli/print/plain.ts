import { problemBlock, stepLineOf } from './lines.ts';
import type { EventReader, PrintContext } from './reader.ts';
import { formatRecap } from './recap.ts';
import { printable } from './width.ts';

/** For pipes and logs: a line for each finished step, the problems, the recap. With --quiet the problems alone. */
export function plainReader(context: PrintContext): EventReader {
  const { terminal, settings } = context;
  const titles = new Map<string, string>();
  let chosen: readonly string[] = [];
  /** Steps that were skipped, by reason: one failure skips many, which share a line. */
  const skipped = new Map<string, string[]>();
  return {
    take(event) {
      if ('problem' in event) {
        terminal.out(problemBlock(event.problem, context));
        return;
      }
      if (settings.quiet) return;
      if (event.type === 'note') terminal.err(`${terminal.errColors.dim(printable(event.text))}\n`);
      if (event.type === 'run-started') chosen = event.steps;
      if (event.type === 'step-skipped') {
        // Steps that were not selected are not mentioned.
        if (chosen.includes(event.step)) {
          skipped.set(event.reason, [...(skipped.get(event.reason) ?? []), event.step]);
        }
        return;
      }
      if (event.type === 'step-started') titles.set(event.step, `${event.step} (${event.title})`);
      if (event.type === 'run-finished') {
        for (const [reason, steps] of skipped) {
          terminal.out(`${terminal.colors.dim('–')} ${steps.join(', ')}: ${printable(reason)}\n`);
        }
        terminal.out(`\n${formatRecap(event, terminal.colors)}`);
      }
      const line =
        'step' in event
          ? stepLineOf(event, titles.get(event.step) ?? event.step, terminal.colors)
          : undefined;
      if (line) terminal.out(line);
    },
    end() {},
  };
}
