import type { RunEvent } from '../../engine/event.ts';
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

/** The one line that a finished step is worth; undefined for other events. */
export function stepLineOf(event: RunEvent, title: string, colors: Colors): string | undefined {
  switch (event.type) {
    case 'step-verified': {
      const what = event.changed > 0 ? count(event.changed, 'change') : 'in place';
      return `${colors.green('✓')} ${title}: ${what}, verified in ${duration(event.milliseconds)}\n`;
    }
    case 'step-failed':
      return `${colors.red('✗')} ${title}: failed after ${duration(event.milliseconds)}\n`;
    case 'step-skipped':
      return `${colors.dim('–')} ${event.step}: ${printable(event.reason)}\n`;
    default:
      return undefined;
  }
}
