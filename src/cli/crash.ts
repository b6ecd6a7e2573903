import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { version } from '../app/version.ts';
import { type Problem, problem } from '../errors/problem.ts';

/**
 * Puts an unforeseen error's trace into a file that only the operator can read, and gives the problem to show
 * instead: no trace reaches the terminal.
 */
export function crashProblem(
  error: unknown,
  words: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Problem {
  const message =
    error instanceof Error ? `${error.name}: ${error.message.split('\n')[0] ?? ''}` : String(error);
  return problem('CLI_INTERNAL', { details: { message, file: writeCrashFile(error, words, environment) } });
}

function writeCrashFile(
  error: unknown,
  words: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): string {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const cause = error instanceof Error && error.cause ? `\ncaused by ${traceOf(error.cause)}` : '';
  const text = `cloudwright ${version}, node ${process.version}, ${process.platform}\ncloudwright ${words.join(' ')}\n\n${stack}${cause}\n`;
  const name = `crash-${new Date().toISOString().replace(/[:.]/g, '-')}-${process.pid}.txt`;
  const state = environment.XDG_STATE_HOME || join(userInfo().homedir, '.local', 'state');
  for (const folder of [join(state, 'cloudwright'), tmpdir()]) {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const file = join(folder, name);
      writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
      return file;
    } catch {
      // The next folder is tried: a full or read-only disk must not hide the error itself.
    }
  }
  return 'nothing (no folder could be written)';
}

function traceOf(cause: unknown): string {
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}
