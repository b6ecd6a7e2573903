import { checkLineOf, problemBlock, type StepName, stepLineOf } from './lines.ts';
import type { EventReader, PrintContext } from './reader.ts';
import { formatRecap } from './recap.ts';
import { printable } from './width.ts';

/** For pipes and logs: a line for each finished step, the problems, the recap. With --quiet the problems alone. */
export function plainReader(context: PrintContext): EventReader {
  const { terminal, settings } = context;
  const names = new Map<string, StepName>();
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
      if (event.type === 'step-started') {
        const title = `${event.step} (${event.title})`;
        names.set(event.step, { title, checksOnly: event.resources === 0 });
      }
      if (event.type === 'run-finished') {
        for (const [reason, steps] of skipped) {
          terminal.out(`${terminal.colors.dim('–')} ${steps.join(', ')}: ${printable(reason)}\n`);
        }
        terminal.out(`\n${formatRecap(event, terminal.colors)}`);
      }
      if (!('step' in event) || event.step === undefined) return;
      const name = names.get(event.step) ?? { title: event.step, checksOnly: false };
      // The checks of a run of one step are what it was called for.
      const check = name.checksOnly && chosen.length === 1 ? checkLineOf(event, terminal.colors) : undefined;
      const line = check ?? stepLineOf(event, name, terminal.colors);
      if (line) terminal.out(line);
    },
    end() {},
  };
}
