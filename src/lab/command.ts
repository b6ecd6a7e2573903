import { spawn } from 'node:child_process';
import { fail } from '../errors/problem.ts';

/** Says one line to the operator: what is being done, or what was found. */
export type Report = (line: string) => void;

export interface CommandOptions {
  /** What the command does, to complete "Could not ...". */
  readonly doing: string;
  readonly limitSeconds?: number;
  readonly input?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly directory?: string;
}

export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The path that Debian's root has; a caller's may lack sbin. */
const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

function environmentOf(options: CommandOptions): NodeJS.ProcessEnv {
  return { ...process.env, PATH: SYSTEM_PATH, LC_ALL: 'C.UTF-8', ...options.environment };
}

/** Runs a program to its end; a non-zero exit is a result. Rejects LAB_COMMAND_TIMEOUT past the limit (60 s unless told). */
export async function attempt(
  program: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<CommandResult> {
  const limit = options.limitSeconds ?? 60;
  return await new Promise<CommandResult>((resolve, reject) => {
    // The kernel ends the program when this process is killed: nothing of a dead command works on behind our back.
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', program, ...args], {
      env: environmentOf(options),
      ...(options.directory && { cwd: options.directory }),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, limit * 1000);
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      stdout += part;
    });
    child.stderr.setEncoding('utf8').on('data', (part: string) => {
      stderr += part;
    });
    child.stdin.on('error', () => undefined); // the program may end before it has read everything
    child.stdin.end(options.input ?? '');
    child.on('error', (error) => {
      clearTimeout(timer);
      resolve({ exitCode: 127, stdout, stderr: `${stderr}${error.message}\n` });
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (!late) return resolve({ exitCode: code ?? (signal ? 128 : 1), stdout, stderr });
      try {
        fail('LAB_COMMAND_TIMEOUT', {
          details: { doing: options.doing, command: program, seconds: limit },
          evidence: lastLines(stderr || stdout),
        });
      } catch (error) {
        reject(error);
      }
    });
  });
}

/** Runs a program that must succeed; gives its standard output. Rejects LAB_COMMAND_FAILED with its last lines. */
export async function command(
  program: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<string> {
  const result = await attempt(program, args, options);
  if (result.exitCode === 0) return result.stdout;
  return fail('LAB_COMMAND_FAILED', {
    details: { doing: options.doing, command: program, exit: result.exitCode },
    evidence: lastLines(result.stderr || result.stdout),
  });
}

/** Runs a shell script, given over standard input, that must succeed; stops at its first failing line. */
export async function script(text: string, options: Omit<CommandOptions, 'input'>): Promise<string> {
  return await command('/bin/sh', ['-eu'], { ...options, input: text });
}

/** Quotes one word for a POSIX shell. */
export function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

export function lastLines(text: string, count = 12): string {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}

/** Waits until `holds` is true, looking every `everyMilliseconds`; LAB_WAIT_TIMEOUT after the limit. */
export async function waitFor(
  condition: string,
  holds: () => Promise<boolean> | boolean,
  limitSeconds: number,
  options: { everyMilliseconds?: number; evidence?: () => Promise<string> } = {},
): Promise<void> {
  const end = Date.now() + limitSeconds * 1000;
  while (!(await holds())) {
    if (Date.now() > end) {
      fail('LAB_WAIT_TIMEOUT', {
        details: { condition, seconds: limitSeconds },
        evidence: await options.evidence?.(),
      });
    }
    await new Promise((wake) => setTimeout(wake, options.everyMilliseconds ?? 50));
  }
}
