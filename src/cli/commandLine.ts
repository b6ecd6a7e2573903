import type { AppEvent, Caller } from '../app/caller.ts';
import { CloudwrightError, exitCodeOf, type Problem, problem } from '../errors/problem.ts';
import type { Command, CommandContext, GlobalSettings, Input, Outcome } from './command.ts';
import type { CommandTable } from './commandTable.ts';
import { crashProblem } from './crash.ts';
import type { Presenter } from './print/presenter.ts';
import { nameIn, runProgram } from './program.ts';
import { questionsOf } from './questions.ts';
import type { Terminal } from './terminal.ts';

/** What a command line runs in; the process passes in its own, tests pass in theirs. */
export interface Environment {
  readonly table: CommandTable;
  readonly folder: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Aborted at the first interruption. */
  readonly signal: AbortSignal;
  terminal(color: boolean): Terminal;
}

type Settings = GlobalSettings & { readonly color: boolean };

/**
 * Runs one command line and gives the exit code. Never rejects: problems are printed, and anything unforeseen
 * becomes CLI_INTERNAL with its trace in a file. With `--json` the last line is the result, whatever happens.
 */
export async function runCommandLine(words: readonly string[], around: Environment): Promise<number> {
  // What the command line says as far as it could be read; an error may come before it was parsed.
  let name = nameIn(words, around.table);
  let settings: Settings = {
    json: words.includes('--json'),
    verbose: false,
    quiet: false,
    color: !words.includes('--no-color'),
  };
  let presenter: Presenter | undefined;
  const present = async (): Promise<Presenter> => {
    const { presenterFor } = await import('./print/presenter.ts');
    presenter ??= presenterFor(around.terminal(settings.color), settings, around.folder);
    return presenter;
  };
  try {
    return await runProgram(words, {
      table: around.table,
      async execute(command, input, given) {
        settings = given;
        name = command.name;
        const outcome = await execute(command, input, around, settings, await present());
        presenter?.finish(name, outcome);
        return outcome.exitCode;
      },
      writeOut: (text) => around.terminal(settings.color).out(text),
      writeErr: (text) => around.terminal(settings.color).err(text),
      columns: () => Math.min(around.terminal(settings.color).columns(), 110),
    });
  } catch (error) {
    return printProblems(await present(), name, problemsOf(error, words, around));
  }
}

/** Prints an error that nothing has caught; gives the exit code. */
export async function reportCrash(
  error: unknown,
  words: readonly string[],
  around: Environment,
): Promise<number> {
  const { presenterFor } = await import('./print/presenter.ts');
  const settings = { json: words.includes('--json'), verbose: false, quiet: false };
  const printer = presenterFor(around.terminal(!words.includes('--no-color')), settings, around.folder);
  return printProblems(printer, nameIn(words, around.table), [crashProblem(error, words, around.variables)]);
}

function printProblems(printer: Presenter, name: string, problems: readonly Problem[]): number {
  for (const problem of problems) printer.take({ at: Date.now(), type: 'problem', problem });
  const exitCode = exitCodeOf(problems) || 1;
  printer.finish(name, { exitCode });
  return exitCode;
}

async function execute(
  command: Command,
  input: Input,
  around: Environment,
  settings: Settings,
  presenter: Presenter,
): Promise<Outcome> {
  const { folder, variables, signal } = around;
  const terminal = around.terminal(settings.color);
  const emit = (event: AppEvent): void => presenter.take(event);
  const questions = settings.json
    ? undefined
    : questionsOf(terminal, (problems) => {
        for (const problem of problems) emit({ at: Date.now(), type: 'problem', problem });
      });
  const { vaultPasswordFile } = settings;
  const caller: Caller = {
    signal,
    emit,
    environment: variables,
    ...(vaultPasswordFile !== undefined && { vaultPasswordFile }),
    ...(questions && { questions }),
  };
  const context: CommandContext = { terminal, settings, folder, environment: variables, signal, caller };
  return await command.run(context, input);
}

function problemsOf(error: unknown, words: readonly string[], around: Environment): readonly Problem[] {
  if (error instanceof CloudwrightError) return error.problems;
  const aborted = error instanceof Error && error.name === 'AbortError';
  if (aborted && around.signal.aborted) return [problem('CLI_INTERRUPTED')];
  return [crashProblem(error, words, around.variables)];
}
