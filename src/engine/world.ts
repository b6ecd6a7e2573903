import { CloudwrightError, type Problem, problem } from '../errors/problem.ts';
import type { Connections } from '../hosts/connection.ts';
import type { Emit, HostRecap } from './event.ts';
import { limiter } from './limiter.ts';
import { apiProblem, readApi, readHost, type States } from './read.ts';
import type { Resource } from './resource.ts';

/** Changes of one host that may be under way at once; lanes are left over for reading and checking. */
const CHANGES_AT_ONCE = 6;

interface Known {
  readonly state: unknown;
  /** Tick at which the reading began. */
  readonly at: number;
}

/**
 * What a run knows while it goes: the states that were read and how old they are, what has changed, and whether it
 * is stopping. Time here is counted in ticks: one for each reading and change.
 */
export class World {
  readonly connections: Connections;
  readonly emit: Emit;
  readonly recap: Record<string, HostRecap> = {};
  readonly problems: Problem[] = [];
  /** Number of changes made in this run. */
  changed = 0;
  stopping: 'failure' | 'interrupt' | undefined;
  readonly #makeApi: (() => Promise<unknown>) | undefined;
  #api: Promise<unknown> | undefined;
  #tick = 0;
  #lastChange = 0;
  readonly #known = new Map<string, Known>();
  readonly #unreadable = new Map<string, Problem>();
  readonly #changedAt = new Map<string, number>();
  readonly #actedAt = new Map<string, number>();
  readonly #watchers = new Map<string, Resource[]>();
  readonly #limiters = new Map<string, ReturnType<typeof limiter>>();

  /** Masks the cloud's secrets in whatever leaves the run. */
  readonly redact: <T>(value: T) => T;

  constructor(
    connections: Connections,
    emit: Emit,
    makeApi?: () => Promise<unknown>,
    redact: <T>(value: T) => T = (value) => value,
  ) {
    this.redact = redact;
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

  /** Tells the world of every resource of the run, so that it knows who watches whom. */
  watch(resources: Iterable<Resource>): void {
    for (const one of resources) {
      for (const id of one.watches) {
        const list = this.#watchers.get(id);
        if (list) list.push(one);
        else this.#watchers.set(id, [one]);
      }
    }
  }

  watchersOf(id: string): readonly Resource[] {
    return this.#watchers.get(id) ?? [];
  }

  /** Whether something that `one` watches changed after `one` last acted. */
  touched(one: Resource): boolean {
    const acted = this.#actedAt.get(one.id) ?? 0;
    return one.watches.some((id) => (this.#changedAt.get(id) ?? 0) > acted);
  }

  acted(one: Resource): void {
    this.#actedAt.set(one.id, ++this.#tick);
  }

  noteChange(one: Resource): void {
    this.#lastChange = ++this.#tick;
    this.#changedAt.set(one.id, this.#lastChange);
    this.changed += 1;
  }

  /** The state, when nothing anywhere has changed since it was read. */
  fresh(one: Resource): { readonly state: unknown } | undefined {
    const known = this.#known.get(one.id);
    return known && known.at >= this.#lastChange ? known : undefined;
  }

  /** The state as it was last read, however old. */
  lastKnown(one: Resource): { readonly state: unknown } | undefined {
    return this.#known.get(one.id);
  }

  unreadable(one: Resource): Problem | undefined {
    return this.#unreadable.get(one.id);
  }

  /** Reads resources, all of a host in one request, hosts and APIs side by side. Rejects when a host is lost. */
  async read(resources: readonly Resource[]): Promise<void> {
    const at = ++this.#tick;
    const keep = (found: States): void => {
      for (const [id, state] of found.states) {
        this.#known.set(id, { state, at });
        this.#unreadable.delete(id);
      }
      for (const [id, one] of found.problems) {
        this.#known.delete(id);
        this.#unreadable.set(id, one);
      }
    };
    const places = new Map<string, Resource[]>();
    const behindApi: Resource[] = [];
    for (const one of resources) {
      const list = one.kind.via === 'api' ? behindApi : (places.get(one.host) ?? []);
      list.push(one);
      if (one.kind.via === 'shell') places.set(one.host, list);
    }
    const work = [...places].map(async ([host, list]) =>
      keep(await readHost(await this.connections.get(host), list)),
    );
    if (behindApi.length > 0) work.push(this.#readApi(behindApi).then(keep));
    await Promise.all(work);
  }

  async #readApi(resources: readonly Resource[]): Promise<States> {
    try {
      return await readApi(await this.api(), resources);
    } catch (error) {
      return {
        states: new Map(),
        problems: new Map(resources.map((one) => [one.id, apiProblem(one, error)])),
      };
    }
  }

  /** Runs a change when the host has a free place for it; changes of a serial kind one at a time. */
  async inTurn<T>(one: Resource, work: () => Promise<T>): Promise<T> {
    const place = this.#limiter(one.kind.via === 'api' ? ' api' : one.host, CHANGES_AT_ONCE);
    if (one.kind.via === 'shell' && one.kind.serial) {
      return this.#limiter(`${one.host} ${one.kind.name}`, 1)(() => place(work));
    }
    return place(work);
  }

  #limiter(name: string, count: number): ReturnType<typeof limiter> {
    const made = this.#limiters.get(name) ?? limiter(count);
    this.#limiters.set(name, made);
    return made;
  }

  count(host: string, what: keyof HostRecap, amount = 1): void {
    this.recap[host] ??= { ok: 0, changed: 0, unreachable: 0, failed: 0, skipped: 0, rescued: 0, ignored: 0 };
    this.recap[host][what] += amount;
  }

  /** Remembers what went wrong and lets nothing new start. */
  failed(one: Problem): void {
    this.problems.push(one);
    this.stopping ??= 'failure';
  }
}

/** Whatever was thrown, as problems for the operator; an unforeseen error becomes RUN_FAULT, without its stack. */
export function problemsOf(error: unknown, place?: Problem['place']): readonly Problem[] {
  if (error instanceof CloudwrightError) {
    return error.problems.map((one) => (place ? { ...one, place: mergePlaces(one.place, place) } : one));
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
