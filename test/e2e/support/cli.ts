import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunEvent } from '../../../src/engine/event.ts';
import { noteLeftBehind } from './leftBehind.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

let bundle: string | undefined;

/** The bundle as the launcher makes it, copied: sources may change, and be bundled again, while a test runs. */
function builtBundle(): string {
  if (bundle) return bundle;
  execFileSync(join(root, 'cloudwright'), ['--version'], { stdio: 'pipe', timeout: 120_000 });
  const dist = join(root, 'dist');
  removeCopies(dist);
  // Beside the bundle, so that its packages are found.
  const copy = mkdtempSync(join(dist, `e2e-${process.pid}-`));
  for (const name of ['cloudwright.mjs', 'cloudwright.mjs.map', 'chunks']) {
    cpSync(join(dist, name), join(copy, name), { recursive: true });
  }
  bundle = join(copy, 'cloudwright.mjs');
  return bundle;
}

/** Removes copies of the bundle whose test is gone; a test's worker process may be ended before it could. */
function removeCopies(dist: string): void {
  for (const name of readdirSync(dist)) {
    const pid = /^e2e-(\d+)-/.exec(name)?.[1];
    if (pid && !existsSync(`/proc/${pid}`)) rmSync(join(dist, name), { recursive: true, force: true });
  }
}

/** Removes this test's copy of the bundle; the next run makes another. */
export function dropBundle(): void {
  if (bundle) rmSync(dirname(bundle), { recursive: true, force: true });
  bundle = undefined;
}

export interface CliResult {
  /** Undefined where a signal ended it. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** Both streams in the order in which they came. */
  readonly output: string;
  readonly milliseconds: number;
}

export interface CliRun {
  readonly pid: number;
  readonly ended: Promise<CliResult>;
  readonly running: boolean;
  /** What both streams have said so far. */
  said(): string;
  kill(signal: NodeJS.Signals): void;
}

/** What runs, and in which folder. */
const runs = new Map<ChildProcess, string>();

/** Starts `cloudwright` in a folder, without a terminal. It ends by itself or by `kill`; see `endRuns`. */
export function startCli(folder: string, words: readonly string[]): CliRun {
  const { CLOUDWRIGHT_VAULT_PASSWORD_FILE: _, ...environment } = process.env;
  const began = Date.now();
  const child = spawn(process.execPath, ['--enable-source-maps', builtBundle(), ...words], {
    cwd: folder,
    env: { ...environment, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  runs.set(child, folder);
  if (child.pid) noteLeftBehind('process', child.pid);
  const parts = { stdout: '', stderr: '', output: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      parts[name] += text;
      parts.output += text;
    });
  }
  const ended = new Promise<CliResult>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      runs.delete(child);
      resolve({ code: code ?? undefined, ...parts, milliseconds: Date.now() - began });
    });
  });
  return {
    pid: child.pid ?? 0,
    ended,
    get running() {
      return child.exitCode === null && child.signalCode === null;
    },
    said: () => parts.output,
    kill: (signal) => void child.kill(signal),
  };
}

/** Runs `cloudwright` to its end; past the limit it is killed, and the test fails with what it had said. */
export async function runCli(
  folder: string,
  words: readonly string[],
  limitSeconds = 600,
): Promise<CliResult> {
  const run = startCli(folder, words);
  const late = setTimeout(() => run.kill('SIGKILL'), limitSeconds * 1000);
  const result = await run.ended.finally(() => clearTimeout(late));
  if (result.code === undefined) {
    throw new Error(`cloudwright ${words.join(' ')} did not end within ${limitSeconds} s:\n${result.output}`);
  }
  return result;
}

/** Ends what a failed test left running in these folders. */
export function endRuns(folders: readonly string[]): void {
  for (const [child, folder] of runs) if (folders.includes(folder)) child.kill('SIGKILL');
}

/** The events that a command printed with `--json`; a last line that a kill cut short is left out. */
export function eventsOf(stdout: string): RunEvent[] {
  return linesOf(stdout).filter((line): line is RunEvent => 'at' in line);
}

/** `data` of the result, the last line of a command with `--json`. */
export function dataOf<Data>(stdout: string): Data {
  const last = linesOf(stdout).at(-1);
  if (!last || !('data' in last)) throw new Error(`no result in:\n${stdout}`);
  return last.data as Data;
}

function linesOf(
  stdout: string,
): readonly (RunEvent | { readonly type: 'result'; readonly data: unknown })[] {
  return stdout.split('\n').flatMap((line) => {
    if (!line.startsWith('{')) return [];
    try {
      return [JSON.parse(line)];
    } catch {
      // Cut by a kill.
      return [];
    }
  });
}
