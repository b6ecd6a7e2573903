import type { CommandContext } from '../command.ts';
import { printable } from './width.ts';

/** Prints lines of progress beside the results: dim, on standard error, and not at all with --quiet or --json. */
export function asides(context: CommandContext): (line: string) => void {
  const { terminal, settings } = context;
  if (settings.quiet || settings.json) return () => {};
  return (line) => terminal.err(`${terminal.errColors.dim(printable(line))}\n`);
}

/** Prints a value as JSON, the form for scripts. */
export function printJson(context: CommandContext, value: unknown): void {
  context.terminal.out(`${JSON.stringify(value, undefined, 2)}\n`);
}

/** One closing line, or the same as JSON. */
export function printDone(context: CommandContext, value: object, line: string): void {
  if (context.settings.json) printJson(context, value);
  else if (!context.settings.quiet) context.terminal.out(`${line}\n`);
}
