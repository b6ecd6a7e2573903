import { spawn } from 'node:child_process';
import { CloudwrightError, fail, type Problem, problem } from '../errors/problem.ts';
import { checkInterrupted, currentSignal } from './interrupt.ts';
import { lastLines } from './text.ts';

/** Tells the operator one line: what is being done, or what was found. */
export type Report = (line: string) => void;

export interface CommandOptions {
  /** What the command does, to complete "Could not ...". */
  readonly doing: string;
  /** 60 by default. */
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

/**
 * Runs a program on this machine to its end; a non-zero exit is a result. Rejects with SYSTEM_COMMAND_TIMEOUT after
 * the limit, and with SYSTEM_INTERRUPTED when the signal of `withSignal` aborts; the program is killed in both cases.
 */
export async function attempt(
  program: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<CommandResult> {
  checkInterrupted(options.doing);
  const limit = options.limitSeconds ?? 60;
  const signal = currentSignal();
  return await new Promise<CommandResult>((resolve, reject) => {
    // The kernel ends the program when this process is killed, so an abandoned command cannot go on working.
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', program, ...args], {
      env: environmentOf(options),
      ...(options.directory && { cwd: options.directory }),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    let stopped: 'timeout' | 'interrupted' | undefined;
    const stop = (why: 'timeout' | 'interrupted') => (): void => {
      stopped ??= why;
      child.kill('SIGKILL');
      // Its own children may hold the pipes; they are not waited for.
      child.stdout.destroy();
      child.stderr.destroy();
    };
    const interrupt = stop('interrupted');
    const timer = setTimeout(stop('timeout'), limit * 1000);
    signal?.addEventListener('abort', interrupt);
    const release = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', interrupt);
    };
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      stdout += part;
    });
    child.stderr.setEncoding('utf8').on('data', (part: string) => {
      stderr += part;
    });
    child.stdin.on('error', () => undefined); // the program may end before it has read everything
    child.stdin.end(options.input ?? '');
    child.on('error', (error) => {
      release();
      resolve({ exitCode: 127, stdout, stderr: `${stderr}${error.message}\n` });
    });
    child.on('close', (code, ended) => {
      release();
      if (stopped)
        reject(new CloudwrightError([stoppedProblem(stopped, program, options, stderr || stdout)]));
      else resolve({ exitCode: code ?? (ended ? 128 : 1), stdout, stderr });
    });
  });
}

function stoppedProblem(
  why: 'timeout' | 'interrupted',
  program: string,
  options: CommandOptions,
  output: string,
): Problem {
  const { doing, limitSeconds = 60 } = options;
  if (why === 'interrupted') return problem('SYSTEM_INTERRUPTED', { details: { doing } });
  return problem('SYSTEM_COMMAND_TIMEOUT', {
    details: { doing, command: program, seconds: limitSeconds },
    evidence: lastLines(output),
  });
}

/** Runs a program that must succeed; gives its standard output. Rejects with SYSTEM_COMMAND_FAILED and its last lines. */
export async function command(
  program: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<string> {
  const result = await attempt(program, args, options);
  if (result.exitCode === 0) return result.stdout;
  return fail('SYSTEM_COMMAND_FAILED', {
    details: { doing: options.doing, command: program, exit: result.exitCode },
    evidence: lastLines(result.stderr || result.stdout),
  });
}

/** Runs a shell script, given over standard input, that must succeed; stops at its first failing line. */
export async function script(text: string, options: Omit<CommandOptions, 'input'>): Promise<string> {
  return await command('/bin/sh', ['-eu'], { ...options, input: text });
}
