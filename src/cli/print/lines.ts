import type { RunEvent } from '../../engine/event.ts';
import type { Problem } from '../../errors/problem.ts';
import type { CommandContext } from '../command.ts';
import type { Colors } from '../terminal.ts';
import { count, duration } from './duration.ts';
import { formatProblem } from './problems.ts';
import { printable } from './width.ts';

/** Tells two problems apart: by code, place and sentence. */
export function problemKey(problem: Problem): string {
  return `${problem.code}\n${JSON.stringify(problem.place ?? '')}\n${problem.what}`;
}

/** A problem for the event stream's readers, on the results' stream. */
export function problemBlock(problem: Problem, context: CommandContext): string {
  const { terminal } = context;
  return formatProblem(problem, {
    colors: terminal.colors,
    columns: terminal.columns(),
    folder: context.folder,
  });
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
