import { fail } from '../errors/problem.ts';
import { reveal } from '../secrets/confidential.ts';
import { lastLines } from '../system/text.ts';
import type { Connection, ShellRequest, ShellResult } from './connection.ts';
import { type Shell, ShellError } from './shell.ts';
import { ShellPool, type ShellPoolOptions } from './shellPool.ts';

/** Lines that our own frames put into a stream: a shell that ended in the middle has them among its last lines. */
const MARKERS = /^cw-[0-9a-f]{24,32}( \d+)?\n?/gm;

/** For another shell to open and to send its signals, also on a host under load. */
const HELPER_MILLISECONDS = 10_000;

export interface ShellConnectionOptions extends ShellPoolOptions {
  readonly host: string;
  /** How long an interrupted script has to end, after SIGTERM and again after SIGKILL; 3 s by default. */
  readonly graceMilliseconds?: number;
}

/**
 * Ends every process below a shell, deepest first, but not the shell: it writes its end marker and goes on to serve.
 * `/proc/<pid>/task/<pid>/children` exists on every Debian kernel.
 */
function killBelow(pid: number, signal: 'TERM' | 'KILL'): string {
  return `below() { for c in $(cat /proc/$1/task/*/children 2>/dev/null); do ( below "$c" ); kill -${signal} "$c" 2>/dev/null; done; }; below ${pid}; true`;
}

/** A connection made of shells: the first is given, more are opened while requests wait. */
export function shellConnection(first: Shell, options: ShellConnectionOptions): Connection {
  const { host, graceMilliseconds = 3000 } = options;
  const pool = new ShellPool(first, options);
  let closed = false;

  async function helperRuns(script: string): Promise<void> {
    const taking = pool.takeExtra();
    const helper = await within(taking, HELPER_MILLISECONDS).catch((error: unknown) => {
      taking.then(
        (shell) => pool.release(shell),
        () => undefined,
      );
      throw error;
    });
    try {
      await within(helper.run(script), HELPER_MILLISECONDS);
      pool.release(helper);
    } catch (error) {
      helper.abandon();
      throw error;
    }
  }

  /** Ends what a shell runs, through another shell. A shell that does not come free is ended itself, and it alone. */
  async function interrupt(shell: Shell, done: Promise<unknown>): Promise<void> {
    const over = done.then(
      () => true,
      () => true,
    );
    try {
      for (const signal of ['TERM', 'KILL'] as const) {
        await helperRuns(killBelow(shell.pid, signal));
        if (await within(over, graceMilliseconds).catch(() => false)) return;
      }
      shell.abandon();
      await helperRuns(`kill -KILL ${shell.pid}; true`);
    } catch {
      // No other shell answers: nothing more can be done from here.
      shell.abandon();
    }
  }

  async function runOn(shell: Shell, request: ShellRequest): Promise<ShellResult> {
    const done = shell.run(reveal(request.script), request.keeps);
    const limit = new Promise<'timeout'>((resolve) => {
      const timer = setTimeout(() => resolve('timeout'), request.limitSeconds * 1000);
      const stop = (): void => clearTimeout(timer);
      done.then(stop, stop);
    });
    const outcome = await Promise.race([done, limit]);
    if (outcome !== 'timeout') return outcome;
    await interrupt(shell, done);
    const partial = await within(done, 10).catch(() => undefined);
    return fail('HOST_TIMEOUT', {
      place: { kind: 'cloud', host },
      details: { host, doing: request.doing, seconds: request.limitSeconds },
      evidence: lastLines(`${partial?.stdout ?? ''}\n${partial?.stderr ?? ''}`, 10) || undefined,
    });
  }

  return {
    host,
    async run(request) {
      if (closed) lost(host, request.doing, new ShellError('ended', ''));
      const shell = await pool.take().catch((error: unknown) => lost(host, request.doing, error));
      let aside = false;
      try {
        const result = await runOn(shell, request);
        aside = request.keeps === true && result.exitCode === 0;
        return result;
      } catch (error) {
        if (error instanceof ShellError) lost(host, request.doing, error);
        throw error;
      } finally {
        if (aside) pool.setAside(shell);
        else pool.release(shell);
      }
    },
    async close() {
      if (closed) return;
      closed = true;
      await pool.close();
    },
  };
}

/** Throws HOST_LOST with what the transport wrote last. */
function lost(host: string, doing: string, error: unknown): never {
  const output = error instanceof ShellError ? error.output.replace(MARKERS, '').trim() : '';
  return fail('HOST_LOST', {
    place: { kind: 'cloud', host },
    details: { host, doing },
    evidence: lastLines(output, 5) || undefined,
    cause: error,
  });
}

async function within<T>(promise: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('late')), milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
