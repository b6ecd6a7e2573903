import { CloudwrightError, exitCodeOf, type Problem, problem } from '../errors/problem.ts';
import type { Connections } from '../hosts/connection.ts';
import { type Limiter, limiter } from '../system/limiter.ts';
import type { Emit, HostRecap } from './event.ts';
import type { Resource } from './resource.ts';

/** Hosts that are connected, read or checked at once; a further host waits for its place. */
export const HOSTS_AT_ONCE = 32;
/** Changes of one host that may be under way at once; shells are left over for reading and checking. */
const CHANGES_AT_ONCE = 6;

export interface RunStateOptions {
  readonly connections: Connections;
  readonly emit: Emit;
  /** Makes the OpenStack client. */
  readonly makeApi?: (() => Promise<unknown>) | undefined;
}

/** What all parts of a run share: the connections to hosts and APIs, the stream of events, the recap, and whether it stops. */
export class RunState {
  readonly connections: Connections;
  readonly emit: Emit;
  readonly recap: Record<string, HostRecap> = {};
  /** Number of changes made in this run. */
  changed = 0;
  /** Set once nothing new may start. */
  stopping: 'failure' | 'interrupt' | undefined;
  /** Exit code of the first error; 0 while there is none. */
  exitCode = 0;
  /** Lets `HOSTS_AT_ONCE` pieces of work run at once. */
  readonly onHosts: Limiter = limiter(HOSTS_AT_ONCE);
  readonly #makeApi: (() => Promise<unknown>) | undefined;
  #api: Promise<unknown> | undefined;
  readonly #lost = new Set<string>();
  readonly #limiters = new Map<string, Limiter>();
  readonly #onStop: (() => void)[] = [];

  constructor({ connections, emit, makeApi }: RunStateOptions) {
    this.connections = connections;
    this.emit = emit;
    this.#makeApi = makeApi;
  }

  /** The OpenStack client, made once, when something first needs it; tried again after a failure. */
  api(): Promise<unknown> {
    if (!this.#makeApi) return Promise.reject(new Error('this run has no OpenStack client'));
    this.#api ??= this.#makeApi().catch((error: unknown) => {
      this.#api = undefined;
      throw error;
    });
    return this.#api;
  }

  /** Emits a problem that no other event carries. */
  report(found: Problem, about: { readonly step?: string; readonly host?: string } = {}): void {
    this.emit({ type: 'problem', problem: found, ...about });
    this.noteProblem(found);
  }

  /** Takes a problem that an event has carried into the outcome of the run. */
  noteProblem(found: Problem): void {
    if (found.severity === 'error') this.exitCode ||= exitCodeOf([found]);
  }

  /** Lets nothing new start; what is under way finishes. */
  stop(reason: 'failure' | 'interrupt'): void {
    if (this.stopping) return;
    this.stopping = reason;
    for (const listener of this.#onStop) listener();
  }

  onStop(listener: () => void): void {
    this.#onStop.push(listener);
  }

  /** Leaves a host out of the run from here on. Its problem is reported once, however often the host is missed. */
  loseHost(host: string, found: Problem): void {
    if (this.#lost.has(host)) return;
    this.#lost.add(host);
    this.count(host, 'unreachable');
    this.emit({ type: 'host-unreachable', host, problem: found });
    this.noteProblem(found);
  }

  isLost(host: string): boolean {
    return this.#lost.has(host);
  }

  /** Hosts that are left out, because they did not answer or stopped answering. */
  get lostHosts(): ReadonlySet<string> {
    return this.#lost;
  }

  /** Runs a change when the host has a free place for it; changes of a serial kind one at a time. */
  async whenFree<T>({ kind }: Resource, host: string, work: () => Promise<T>): Promise<T> {
    const place = this.#limiter(host, CHANGES_AT_ONCE);
    if (kind.via === 'shell' && kind.serial) {
      return this.#limiter(`${host} ${kind.name}`, 1)(() => place(work));
    }
    return place(work);
  }

  #limiter(name: string, count: number): Limiter {
    const made = this.#limiters.get(name) ?? limiter(count);
    this.#limiters.set(name, made);
    return made;
  }

  count(host: string, what: keyof HostRecap, amount = 1): void {
    this.recap[host] ??= { ok: 0, changed: 0, unreachable: 0, failed: 0, skipped: 0 };
    this.recap[host][what] += amount;
  }
}

/** Codes after which a host is of no use to the run. */
const GONE: ReadonlySet<Problem['code']> = new Set([
  'HOST_UNREACHABLE',
  'HOST_REFUSED',
  'HOST_NAME_UNKNOWN',
  'HOST_KEY_CHANGED',
  'HOST_KEY_UNKNOWN',
  'HOST_AUTH_FAILED',
  'HOST_CLOSED',
  'HOST_LOST',
]);

/** Whether a problem means that the host does not answer, rather than that something on it failed. */
export function isHostGone({ code }: Problem): boolean {
  return GONE.has(code);
}

/** Whatever was thrown, as problems for the operator; an unforeseen error becomes RUN_FAULT, without its stack. */
export function problemsOf(error: unknown, place?: Problem['place']): readonly Problem[] {
  if (error instanceof CloudwrightError) {
    return error.problems.map((found) =>
      place ? { ...found, place: mergePlaces(found.place, place) } : found,
    );
  }
  const detail = error instanceof Error ? error.message : String(error);
  return [problem('RUN_FAULT', { details: { detail }, place })];
}

function mergePlaces(
  own: Problem['place'],
  outer: NonNullable<Problem['place']>,
): NonNullable<Problem['place']> {
  if (own?.kind === 'file' || outer.kind === 'file') return own ?? outer;
  return { ...outer, ...own };
}
