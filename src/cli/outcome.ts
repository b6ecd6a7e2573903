import type { RunResult } from '../engine/run.ts';
import { exitCodeOf, type Problem } from '../errors/problem.ts';
import type { CommandContext } from './command.ts';
import { problemKey } from './print/lines.ts';
import { formatProblems, problemsAsJson } from './print/problems.ts';
import type { Renderer } from './print/renderer.ts';

/** Prints problems that nobody has printed yet and gives the exit code of them all. */
export function reportRest(
  context: CommandContext,
  problems: readonly Problem[],
  reported: ReadonlySet<string> = new Set(),
): number {
  const rest = problems.filter((one) => !reported.has(problemKey(one)));
  const { terminal, settings, folder } = context;
  if (rest.length > 0 && settings.json) terminal.out(problemsAsJson(rest));
  else if (rest.length > 0) {
    const style = { colors: terminal.errColors, columns: Math.min(terminal.columns(), 110), folder };
    terminal.err(`\n${formatProblems(rest, style)}`);
  }
  return exitCodeOf(problems);
}

/** The exit code of a finished run, whose problems its events have carried. */
export function exitOfRun(_context: CommandContext, result: RunResult, _renderer: Renderer): number {
  return result.exitCode;
}
