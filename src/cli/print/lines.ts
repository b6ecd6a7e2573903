import type { RunEvent } from '../../app/contracts.ts';
import type { Problem } from '../../errors/problem.ts';
import type { Colors } from '../terminal.ts';
import { count, duration } from './duration.ts';
import { formatProblem, styleOf } from './problems.ts';
import type { PrintContext } from './reader.ts';
import { printable } from './width.ts';

/** A problem for the event stream's readers, on the results' stream. */
export function problemBlock(problem: Problem, context: PrintContext): string {
  return formatProblem(problem, styleOf(context, 'out'));
}

/** What a reader knows of a step. */
export interface StepName {
  readonly title: string;
  /** It has no resources. */
  readonly checksOnly: boolean;
}

/** The line of a check that has ended; undefined for other events. Failures are problems. */
export function checkLineOf(event: RunEvent, colors: Colors): string | undefined {
  if (event.type === 'check-passed') {
    const time = colors.dim(duration(event.milliseconds));
    return `${colors.green('✓')} ${event.title}: ${printable(event.sentence)} ${time}\n`;
  }
  if (event.type !== 'check-skipped') return undefined;
  return `${colors.dim('–')} ${event.title}: ${printable(event.reason)}\n`;
}

/** The line of a step that has ended; undefined for other events. */
export function stepLineOf(
  event: RunEvent,
  { title, checksOnly }: StepName,
  colors: Colors,
): string | undefined {
  switch (event.type) {
    case 'step-verified': {
      const what = event.changed > 0 ? count(event.changed, 'change') : 'in place';
      const verified = `verified in ${duration(event.milliseconds)}`;
      return `${colors.green('✓')} ${title}: ${checksOnly ? verified : `${what}, ${verified}`}\n`;
    }
    case 'step-failed':
      return `${colors.red('✗')} ${title}: failed after ${duration(event.milliseconds)}\n`;
    case 'step-skipped':
      return `${colors.dim('–')} ${event.step}: ${printable(event.reason)}\n`;
    default:
      return undefined;
  }
}
