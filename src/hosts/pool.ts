import { fail } from '../errors/problem.ts';
import { reveal } from '../secrets/confidential.ts';
import type { Connection, ShellRequest, ShellResult } from './connection.ts';
import { type Lane, LaneError } from './lane.ts';

/** Lines that our own frames put into a stream; a lane that broke in the middle has them in what it said last. */
const MARKERS = /^cw-[0-9a-f]{24,32}( \d+)?\n?/gm;

export interface PoolOptions {
  readonly host: string;
  /** Lanes that requests use side by side. sshd allows 10 sessions a connection unless told (`MaxSessions`). */
  readonly lanes: number;
  /** Opens one more lane over the same connection; rejects with LaneError. */
  open(): Promise<Lane>;
  /** Ends the transport, after the lanes. */
  end(): Promise<void>;
}

/**
 * Ends every process below a shell, deepest first, but not the shell: it writes its end marker and serves on.
 * `/proc/<pid>/task/<pid>/children` is there on every Debian kernel.
 */
function killBelow(pid: number, signal: 'TERM' | 'KILL'): string {
  return `below() { for c in $(cat /proc/$1/task/*/children 2>/dev/null); do ( below "$c" ); kill -${signal} "$c" 2>/dev/null; done; }; below ${pid}; true`;
}

/** A connection made of lanes: the first is given, further ones are opened when requests come side by side. */
export function lanePool(first: Lane, options: PoolOptions): Connection {
  const idle: Lane[] = [first];
  const all = new Set<Lane>([first]);
  const waiting: ((lane: Lane) => void)[] = [];
  const refused: ((error: unknown) => void)[] = [];
  let limit = options.lanes;
  let opening = 0;
  let closed = false;

  function release(lane: Lane): void {
    if (!lane.alive) {
      all.delete(lane);
      return;
    }
    refused.shift();
    const next = waiting.shift();
    if (next) next(lane);
    else idle.push(lane);
  }

  async function openAnother(): Promise<Lane> {
    opening += 1;
    try {
      const lane = await options.open();
      all.add(lane);
      return lane;
    } finally {
      opening -= 1;
    }
  }

  async function acquire(): Promise<Lane> {
    for (let lane = idle.pop(); lane; lane = idle.pop()) {
      if (lane.alive) return lane;
      all.delete(lane);
    }
    if (all.size + opening < limit) {
      try {
        return await openAnother();
      } catch (error) {
        // sshd may allow fewer sessions than we would use; then those that are open share the work.
        const living = [...all].filter((lane) => lane.alive);
        if (living.length === 0) throw error;
        limit = living.length;
        const free = idle.pop();
        if (free) return free;
      }
    }
    return new Promise((resolve, reject) => {
      waiting.push(resolve);
      refused.push(reject);
    });
  }

  function lost(request: ShellRequest, error: unknown): never {
    const said = error instanceof LaneError ? error.said.replace(MARKERS, '').trim() : '';
    const living = [...all].filter((lane) => lane.alive);
    if (living.length === 0) {
      waiting.length = 0;
      for (const reject of refused.splice(0)) reject(error);
    }
    return fail('HOST_LOST', {
      place: { kind: 'cloud', host: options.host },
      details: { host: options.host, doing: request.doing },
      evidence: lastLines(said, 5) || undefined,
      cause: error,
    });
  }

  /** Ends what a lane runs, through another lane; a lane that doesn't come free is given up. */
  async function interrupt(lane: Lane, done: Promise<unknown>): Promise<void> {
    const over = done.then(
      () => true,
      () => true,
    );
    for (const signal of ['TERM', 'KILL'] as const) {
      try {
        const helper = idle.pop() ?? (await openAnother());
        await within(helper.run(killBelow(lane.pid, signal)), 3000);
        release(helper);
      } catch {
        break;
      }
      if (await within(over, 3000).catch(() => false)) return;
    }
    lane.kill();
  }

  async function runOn(lane: Lane, request: ShellRequest): Promise<ShellResult> {
    const done = lane.run(reveal(request.script));
    const timer = new Promise<'late'>((resolve) => {
      const handle = setTimeout(() => resolve('late'), request.limitSeconds * 1000);
      const stop = (): void => clearTimeout(handle);
      done.then(stop, stop);
    });
    const outcome = await Promise.race([done, timer]);
    if (outcome !== 'late') return outcome;
    await interrupt(lane, done);
    const sofar = await within(done, 10).catch(() => undefined);
    return fail('HOST_TIMEOUT', {
      place: { kind: 'cloud', host: options.host },
      details: { host: options.host, doing: request.doing, seconds: request.limitSeconds },
      evidence: lastLines(`${sofar?.stdout ?? ''}\n${sofar?.stderr ?? ''}`, 10) || undefined,
    });
  }

  return {
    host: options.host,
    async run(request) {
      if (closed) lost(request, new LaneError('ended', ''));
      const lane = await acquire().catch((error: unknown) => lost(request, error));
      try {
        return await runOn(lane, request);
      } catch (error) {
        if (error instanceof LaneError) lost(request, error);
        throw error;
      } finally {
        release(lane);
      }
    },
    async close() {
      if (closed) return;
      closed = true;
      await Promise.all([...all].map((lane) => lane.close()));
      await options.end();
    },
  };
}

/** The last `count` lines that are not blank. */
export function lastLines(output: string, count: number): string {
  return output
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .slice(-count)
    .join('\n');
}

async function within<T>(promise: Promise<T>, milliseconds: number): Promise<T> {
  let handle: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    handle = setTimeout(() => reject(new Error('late')), milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(handle);
  }
}
