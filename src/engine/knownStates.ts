import type { Problem } from '../errors/problem.ts';
import { type LateValue, lateValuesOf, withLateValues } from './from.ts';
import { apiProblem, type HostReading, readApi, readHost, type States } from './read.ts';
import type { Member, Resource } from './resource.ts';
import { isHostGone, problemsOf, type RunState } from './runState.ts';

interface ResourcesById {
  get(id: string): Resource | undefined;
}

interface Known {
  readonly state: unknown;
  /** Tick at which the reading began. */
  readonly at: number;
}

/**
 * The states that a run has read, how old they are, and what has changed since. Time is counted in ticks: one for
 * each reading and each change.
 */
export class KnownStates {
  readonly #run: RunState;
  readonly #resources: ResourcesById;
  readonly #late = new Map<string, readonly LateValue[]>();
  readonly #resolved = new Map<string, Resource>();
  readonly #known = new Map<string, Known>();
  readonly #unreadable = new Map<string, Problem>();
  readonly #changedAt = new Map<string, number>();
  readonly #actedAt = new Map<string, number>();
  readonly #watchers = new Map<string, Resource[]>();
  #tick = 0;
  #lastChange = 0;

  constructor(run: RunState, resources: ResourcesById, described: Iterable<Resource>) {
    this.#run = run;
    this.#resources = resources;
    for (const resource of described) {
      const late = lateValuesOf(resource.desired);
      if (late.length > 0) this.#late.set(resource.id, late);
      for (const id of resource.watches) {
        const list = this.#watchers.get(id);
        if (list) list.push(resource);
        else this.#watchers.set(id, [resource]);
      }
    }
  }

  /** The values of other resources that it needs. */
  lateValues(resource: Resource): readonly LateValue[] {
    return this.#late.get(resource.id) ?? [];
  }

  watchersOf(id: string): readonly Resource[] {
    return this.#watchers.get(id) ?? [];
  }

  /** Whether something that it watches has changed since it last acted. */
  watchedChanged(resource: Resource): boolean {
    if (resource.watches.length === 0 || this.#changedAt.size === 0) return false;
    const acted = this.#actedAt.get(resource.id) ?? 0;
    return resource.watches.some((id) => (this.#changedAt.get(id) ?? 0) > acted);
  }

  /** From here on, a change of what it watches makes it act once more. */
  markActed(resource: Resource): void {
    this.#actedAt.set(resource.id, ++this.#tick);
  }

  markChanged(resource: Resource): void {
    this.#lastChange = ++this.#tick;
    this.#changedAt.set(resource.id, this.#lastChange);
  }

  /** Whether nothing anywhere has changed since its state was read. */
  isFresh(resource: Resource): boolean {
    const known = this.#known.get(resource.id);
    return known !== undefined && known.at >= this.#lastChange;
  }

  /** The state as it was last read, however old. */
  lastKnown(resource: Resource): { readonly state: unknown } | undefined {
    return this.#known.get(resource.id);
  }

  whyUnreadable(resource: Resource): Problem | undefined {
    return this.#unreadable.get(resource.id);
  }

  /** The resource with every late value in its place; undefined while one of them does not exist. */
  resolve(resource: Resource): Resource | undefined {
    const late = this.#late.get(resource.id);
    if (!late) return resource;
    const values = new Map<string, string>();
    for (const value of late) {
      const found = this.#output(value);
      if (found === undefined) return undefined;
      values.set(`${value.resource}\n${value.output}`, found);
    }
    const desired = withLateValues(
      resource.desired,
      (value) => values.get(`${value.resource}\n${value.output}`) ?? '',
    );
    // The one that was read is kept while it is the same: states belong to it.
    const before = this.#resolved.get(resource.id);
    if (before && JSON.stringify(before.desired) === JSON.stringify(desired)) return before;
    const resolved = { ...resource, desired };
    this.#resolved.set(resource.id, resolved);
    return resolved;
  }

  /** The late values that do not exist yet. */
  missingValues(resource: Resource): readonly LateValue[] {
    return this.lateValues(resource).filter((value) => this.#output(value) === undefined);
  }

  #output({ resource: id, output }: LateValue): string | undefined {
    const source = this.#resources.get(id);
    const known = this.#known.get(id);
    if (!source || !known || source.kind.via === 'cluster' || !source.kind.outputs) return undefined;
    const resolved = this.resolve(source);
    if (!resolved || !isThere(known.state)) return undefined;
    return source.kind.outputs(resolved.desired, known.state)[output];
  }

  /**
   * Reads resources, all of a host in one request, hosts and APIs side by side. What waits for a late value stays
   * unread. A host that stopped to answer is left out of the run.
   */
  async read(resources: readonly Resource[]): Promise<void> {
    const at = ++this.#tick;
    const into: States = {
      keep: (id, state) => this.#keep(id, state, at),
      miss: (id, reason) => this.#miss(id, reason),
    };
    const hosts = new Map<string, HostReading>();
    const readingOf = (host: string): HostReading => {
      const known = hosts.get(host);
      if (known) return known;
      const made = { resources: [], clusters: [] };
      hosts.set(host, made);
      return made;
    };
    const behindApi: Resource[] = [];
    const clusters: Resource[] = [];
    for (const described of resources) {
      const resource = this.resolve(described);
      if (!resource) continue;
      if (resource.kind.via === 'api') behindApi.push(resource);
      else if (resource.kind.via === 'shell') readingOf(resource.host).resources.push(resource);
      else {
        clusters.push(resource);
        for (const member of resource.members ?? []) {
          if (!this.#run.isLost(member)) readingOf(member).clusters.push(resource);
        }
      }
    }
    const members = new Map<string, Map<string, Member<unknown>>>();
    const work = [...hosts].map(([host, reading]) =>
      this.#run.onHosts(async () => {
        for (const [id, state] of await this.#readHost(host, reading, into)) {
          const known = members.get(id) ?? new Map<string, Member<unknown>>();
          members.set(id, known.set(host, { reachable: true, state }));
        }
      }),
    );
    if (behindApi.length > 0) work.push(this.#readApi(behindApi, into));
    await Promise.all(work);
    for (const cluster of clusters) {
      if (this.#unreadable.has(cluster.id)) continue;
      const known = members.get(cluster.id);
      const all = (cluster.members ?? []).map((host): [string, Member<unknown>] => [
        host,
        known?.get(host) ?? { reachable: false, reason: 'the host does not answer' },
      ]);
      this.#known.set(cluster.id, { state: new Map(all), at });
    }
  }

  /** Resolves to the host's share of each cluster. */
  async #readHost(host: string, reading: HostReading, into: States): Promise<ReadonlyMap<string, unknown>> {
    if (this.#run.isLost(host)) return new Map();
    for (const cluster of reading.clusters) this.#unreadable.delete(cluster.id);
    try {
      return await readHost(await this.#run.connections.get(host), reading, into);
    } catch (error) {
      const [first, ...more] = problemsOf(error, { kind: 'cloud', host });
      // A host that does not answer in time has hung; anything else is an error of its own.
      if (!first || !(isHostGone(first) || first.code === 'HOST_TIMEOUT')) throw error;
      this.#run.loseHost(host, first);
      for (const other of more) this.#run.report(other, { host });
      return new Map();
    }
  }

  #keep(id: string, state: unknown, at: number): void {
    // A reading that began earlier may end later.
    if ((this.#known.get(id)?.at ?? 0) > at) return;
    this.#known.set(id, { state, at });
    if (this.#unreadable.size > 0) this.#unreadable.delete(id);
  }

  #miss(id: string, reason: Problem): void {
    this.#known.delete(id);
    this.#unreadable.set(id, reason);
  }

  async #readApi(resources: readonly Resource[], into: States): Promise<void> {
    try {
      await readApi(await this.#run.api(), resources, into);
    } catch (error) {
      for (const resource of resources) into.miss(resource.id, apiProblem(resource, error));
    }
  }
}

/** Whether the state is of something that exists; kinds say `undefined`, `false` or `null` where there is nothing. */
function isThere(state: unknown): boolean {
  return state !== undefined && state !== null && state !== false;
}
