import { CloudwrightError, exitCodeOf, type Problem, problem } from '../errors/problem.ts';
import { crashProblem } from './crash.ts';
import { formatProblems, problemsAsJson } from './print/problems.ts';
import { type CommandTable, runProgram } from './program.ts';
import type { Terminal } from './terminal.ts';

/** What a command line runs in; the process hands in its own, tests hand in theirs. */
export interface Surroundings {
  readonly table: CommandTable;
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Aborted at the first interruption. */
  readonly signal: AbortSignal;
  terminal(color: boolean): Terminal;
}

/**
 * Runs one command line and gives the exit code. Never rejects: problems are printed, and anything unforeseen
 * becomes CLI_INTERNAL with its trace in a file.
 */
export async function runCommandLine(words: readonly string[], around: Surroundings): Promise<number> {
  let json = words.includes('--json');
  let terminal = around.terminal(!words.includes('--no-color'));
  try {
    return await runProgram(words, {
      table: around.table,
      context(settings) {
        terminal = around.terminal(settings.color);
        json = settings.json;
        const { folder, environment, signal } = around;
        return { terminal, settings, folder, environment, signal };
      },
      writeOut: (text) => terminal.out(text),
      writeErr: (text) => terminal.err(text),
      columns: () => Math.min(terminal.columns(), 110),
    });
  } catch (error) {
    return report(problemsOf(error, words, around), terminal, around.folder, json);
  }
}

function problemsOf(error: unknown, words: readonly string[], around: Surroundings): readonly Problem[] {
  if (error instanceof CloudwrightError) return error.problems;
  const aborted = error instanceof Error && error.name === 'AbortError';
  if (aborted && around.signal.aborted) return [problem('CLI_INTERRUPTED')];
  return [crashProblem(error, words, around.environment)];
}

/** Prints the problems and gives the exit code. */
export function report(
  problems: readonly Problem[],
  terminal: Terminal,
  folder: string,
  json: boolean,
): number {
  if (json) terminal.out(problemsAsJson(problems));
  else {
    const style = { colors: terminal.errColors, columns: Math.min(terminal.columns(), 110), folder };
    terminal.err(formatProblems(problems, style));
  }
  return exitCodeOf(problems) || 1;
}
