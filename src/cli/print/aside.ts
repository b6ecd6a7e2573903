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
