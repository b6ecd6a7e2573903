import { CloudwrightError, exitCodeOf, type Problem, problem } from '../errors/problem.ts';
import type { CommandContext, GlobalSettings } from './command.ts';
import { crashProblem } from './crash.ts';
import { formatProblems, problemsAsJson } from './print/problems.ts';
import { runProgram } from './program.ts';
import { table } from './table.ts';
import { type Terminal, terminalOf } from './terminal.ts';

const words = process.argv.slice(2);

function makeTerminal(color: boolean): Terminal {
  return terminalOf({
    out: process.stdout,
    err: process.stderr,
    input: process.stdin,
    environment: process.env,
    color,
  });
}

/** Prints the problems and gives the exit code. */
function report(problems: readonly Problem[], terminal: Terminal, json: boolean): number {
  if (problems.length === 0) return 1;
  if (json) terminal.out(problemsAsJson(problems));
  else {
    terminal.err(
      formatProblems(problems, {
        colors: terminal.errColors,
        columns: Math.min(terminal.columns(), 110),
        folder: process.cwd(),
      }),
    );
  }
  return exitCodeOf(problems) || 1;
}

async function main(): Promise<number> {
  const interruption = new AbortController();
  let interrupted = 0;
  let json = words.includes('--json');
  let terminal = makeTerminal(!words.includes('--no-color'));

  function interrupt(): void {
    interrupted += 1;
    if (interrupted > 1) {
      terminal.out('\x1b[?25h'.repeat(terminal.live ? 1 : 0));
      process.exit(3);
    }
    terminal.err('\nInterrupted: what is under way finishes first. Once more ends it at once.\n');
    interruption.abort();
  }
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  // A reader that went away (`| head`) is no error.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(0);
      throw error;
    });
  }
  process.on('uncaughtException', (error) => {
    process.exit(report([crashProblem(error, words.join(' '))], terminal, json));
  });

  try {
    return await runProgram(words, {
      table,
      context(settings: GlobalSettings & { readonly color: boolean }): CommandContext {
        terminal = makeTerminal(settings.color);
        json = settings.json;
        return {
          terminal,
          settings,
          folder: process.cwd(),
          environment: process.env,
          signal: interruption.signal,
        };
      },
      writeOut: (text) => terminal.out(text),
      writeErr: (text) => terminal.err(text),
      columns: () => Math.min(terminal.columns(), 110),
    });
  } catch (error) {
    if (error instanceof CloudwrightError) return report(error.problems, terminal, json);
    if (interruption.signal.aborted && isAbort(error))
      return report([problem('CLI_INTERRUPTED')], terminal, json);
    return report([crashProblem(error, words.join(' '))], terminal, json);
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || error === error.cause);
}

const exitCode = await main();
process.exitCode = exitCode;
// Whatever a library may have left open must not keep a finished command alive; output is flushed first.
process.stdout.write('', () => process.stderr.write('', () => process.exit(exitCode)));
