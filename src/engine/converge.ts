import { type Problem, problem } from '../errors/problem.ts';
import { batchesOf, makeChanges, notConverged } from './change.ts';
import { convergeCluster } from './cluster.ts';
import { compare, refusal } from './compare.ts';
import type { ResourceGraph } from './graph.ts';
import type { KnownStates } from './knownStates.ts';
import { REMOVAL_STEP } from './removal.ts';
import type { Resource } from './resource.ts';
import { isHostGone, problemsOf, type RunState } from './runState.ts';
import { type Gate, Turns } from './turns.ts';
import { verifyChecks } from './verify.ts';
import { finishWork, type Item, type ItemChange, newWork, type StepChanges, type StepWork } from './work.ts';

export interface ConvergerOptions {
  readonly run: RunState;
  readonly states: KnownStates;
  readonly graph: ResourceGraph;
  /** Whether this run converges a resource; the others must be in place where one of these needs them. */
  inScope(resource: Resource): boolean;
  /** Ids of resources that may lose data. */
  readonly remove: ReadonlySet<string>;
  readonly signal?: AbortSignal | undefined;
}

type Settled = 'converged' | 'skipped' | 'failed';

/**
 * Brings resources to what is described: each as soon as those it comes after are done, on all hosts and in all steps
 * side by side. A state older than the last change is read again before it is compared, and again after a change. At
 * the first failure nothing new starts and what runs is finished.
 */
export class Converger {
  readonly #options: ConvergerOptions;
  readonly #run: RunState;
  readonly #states: KnownStates;
  readonly #items = new Map<string, Item>();
  readonly #settled = new Map<string, Settled>();
  readonly #dependents = new Map<string, Item[]>();
  /** By resource that was left out, the first thing that is missing. */
  readonly #causes = new Map<string, string>();
  readonly #turns: Turns;
  #ready: Item[] = [];
  #scheduled = false;

  constructor(options: ConvergerOptions) {
    this.#options = options;
    this.#run = options.run;
    this.#states = options.states;
    this.#turns = new Turns((host, gates) => this.#passGates(host, gates));
    this.#run.onStop(() => {
      this.#turns.close();
      this.#schedule();
    });
  }

  /**
   * Converges resources of a step. Resolves when each of them is converged, failed or skipped. `again`: they were in
   * place and act once more; they wait for one another alone, as what else they need was there before.
   */
  converge(step: string, resources: readonly Resource[], again = false): Promise<StepChanges> {
    return new Promise((resolve) => {
      const work = newWork(step, resources.length, resolve);
      for (const { id } of resources) this.#settled.delete(id);
      const own = again ? new Set(resources.map(({ id }) => id)) : undefined;
      for (const resource of resources) this.#add(resource, work, own);
      if (work.open === 0) finishWork(this.#run, work);
      this.#schedule();
    });
  }

  /** Says that resources will not be converged in this run; what waits for them is left out too. */
  leaveOut(resources: readonly Resource[]): void {
    for (const { id } of resources) if (!this.#settled.has(id)) this.#settle(id, 'skipped');
  }

  #add(resource: Resource, work: StepWork, own: ReadonlySet<string> | undefined): void {
    const blockers = new Set<string>();
    for (const needed of this.#needs(resource)) {
      const waits = own ? own.has(needed.id) : this.#options.inScope(needed);
      if (waits && this.#settled.get(needed.id) !== 'converged') blockers.add(needed.id);
    }
    const item: Item = { resource, work, blockers, started: false, again: own !== undefined };
    this.#items.set(resource.id, item);
    for (const id of blockers) {
      const list = this.#dependents.get(id);
      if (list) list.push(item);
      else this.#dependents.set(id, [item]);
    }
    this.#turns.add(item);
    if (blockers.size === 0) this.#ready.push(item);
  }

  #needs(resource: Resource): readonly Resource[] {
    const { graph } = this.#options;
    return graph.edgesOf(resource).flatMap((id) => graph.get(id) ?? []);
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    // What becomes ready in one turn of the event loop is read together.
    setImmediate(() => {
      this.#scheduled = false;
      this.#startReady();
    });
  }

  #startReady(): void {
    if (this.#run.stopping) {
      for (const item of [...this.#items.values()]) if (!item.started) this.#skip(item);
      this.#ready = [];
      return;
    }
    const ready = this.#ready;
    this.#ready = [];
    const places = new Map<string, Item[]>();
    for (const item of ready) {
      if (item.started || !this.#items.has(item.resource.id)) continue;
      const { resource } = item;
      const missing = this.#options.graph.unmet.get(resource.id) ?? this.#notConverged(item);
      if (missing !== undefined) this.#leaveOut(item, missing);
      else if (this.#run.isLost(resource.host)) this.#skip(item);
      else {
        item.started = true;
        if (resource.kind.via === 'cluster') this.#track([item], this.#convergeCluster(item));
        else {
          const list = places.get(resource.host);
          if (list) list.push(item);
          else places.set(resource.host, [item]);
        }
      }
    }
    for (const group of places.values()) this.#track(group, this.#examine(group));
  }

  /** What it waits for and will not be converged any more. */
  #notConverged(item: Item): string | undefined {
    return [...item.blockers].find((id) => {
      const settled = this.#settled.get(id);
      return settled === 'skipped' || settled === 'failed';
    });
  }

  /** A fault in the engine or a kind ends the run as a problem, not as a hanging step. */
  #track(items: readonly Item[], work: Promise<void>): void {
    work.catch((error: unknown) => {
      for (const item of items) {
        if (!this.#items.has(item.resource.id)) continue;
        const place = { kind: 'cloud', step: item.work.step, resource: item.resource.id } as const;
        for (const reason of problemsOf(error, place)) this.#fail(item, item.resource.host, reason);
        this.#skip(item);
      }
    });
  }

  /** Reads what is stale, compares, and starts the changes that are needed. All of one host, or of the APIs. */
  async #examine(items: readonly Item[]): Promise<void> {
    const stale = items.filter(({ resource }) => !this.#states.isFresh(resource));
    if (stale.length > 0) await this.#states.read(stale.map(({ resource }) => resource));
    const needed: ItemChange[] = [];
    for (const item of items) {
      const { resource, work } = item;
      if (this.#run.isLost(resource.host)) {
        this.#skip(item);
        continue;
      }
      const found = compare(this.#states, work.step, resource);
      if (found.via === 'in-place') this.#inPlace(item);
      else if (found.via === 'broken') this.#fail(item, resource.host, found.problem);
      else if (found.via === 'change') needed.push({ ...found.change, item });
      else this.#fail(item, resource.host, this.#lateValueMissing(item));
    }
    const allowed: ItemChange[] = [];
    for (const change of needed) if (await this.#mayChange(change)) allowed.push(change);
    for (const batch of batchesOf(allowed)) {
      this.#track(
        batch.map(({ item }) => item),
        this.#carryOut(batch),
      );
    }
  }

  #inPlace(item: Item): void {
    const { resource, work } = item;
    work.inPlace.set(resource.host, (work.inPlace.get(resource.host) ?? 0) + 1);
    this.#states.markActed(resource);
    this.#settle(resource.id, 'converged');
  }

  #lateValueMissing({ resource, work }: Item): Problem {
    const sources = this.#states.missingValues(resource).map((late) => `${late.resource} (${late.output})`);
    return problem('LATE_VALUE_MISSING', {
      place: { kind: 'cloud', host: resource.host, step: work.step, resource: resource.id },
      details: { resource: resource.id, sources: sources.join(', ') },
    });
  }

  /** Settles what must not be changed: what would lose data, and what needs something that is not in place. */
  async #mayChange(change: ItemChange): Promise<boolean> {
    const { item } = change;
    const { step } = item.work;
    if (this.#run.stopping) {
      this.#skip(item);
      return false;
    }
    const removal = step === REMOVAL_STEP;
    const refused = refusal(step, change, this.#options.remove, removal ? 'warning' : 'error');
    if (refused && removal) {
      this.#run.report(refused, { step, host: change.host });
      this.#run.count(change.host, 'skipped');
      // What would be removed after it goes on: nothing but its own data depends on it.
      this.#settle(item.resource.id, 'converged');
      return false;
    }
    const reason = refused ?? (await this.#missingPrerequisite(item));
    if (!reason) return true;
    this.#fail(item, change.host, reason);
    return false;
  }

  /** The problem of what it needs from a step or a host that this run leaves out; none while it is in place. */
  async #missingPrerequisite({ resource, work, again }: Item): Promise<Problem | undefined> {
    if (again) return undefined;
    const { graph, inScope } = this.#options;
    const outside = this.#needs(resource).filter(
      (needed) => !inScope(needed) && !this.#run.isLost(needed.host),
    );
    const unread = outside.filter((needed) => !this.#states.isFresh(needed));
    if (unread.length > 0) await this.#states.read(unread);
    for (const needed of outside) {
      const step = graph.stepOf(needed.id);
      if (compare(this.#states, step, needed, false).via === 'in-place') continue;
      return problem('PREREQUISITE_MISSING', {
        place: { kind: 'cloud', host: resource.host, step: work.step, resource: resource.id },
        details: { resource: resource.id, needed: needed.id, step },
      });
    }
    return undefined;
  }

  async #carryOut(batch: readonly ItemChange[]): Promise<void> {
    const [lead] = batch;
    if (!lead) return;
    const { turn } = lead.resource;
    if (turn && interrupts(lead) && !(await this.#turns.enter(turn.group, lead.host))) {
      for (const { item } of batch) this.#skip(item);
      return;
    }
    await this.#run.whenFree(lead.resource, lead.host, () => this.#change(batch, lead));
  }

  async #change(batch: readonly ItemChange[], lead: ItemChange): Promise<void> {
    const { step } = lead.item.work;
    // A failure elsewhere while this waited for its place: it never started.
    if (this.#run.stopping || this.#run.isLost(lead.host)) {
      for (const { item } of batch) this.#skip(item);
      return;
    }
    const began = Date.now();
    for (const change of batch) {
      const { resource, host, summary, item } = change;
      this.#run.emit({ type: 'change-started', step: item.work.step, host, resource: resource.id, summary });
      this.#states.markActed(resource);
      const { turn } = resource;
      if (turn && interrupts(change)) this.#turns.remember(turn.group, host, item.work.step, turn.gate);
    }
    const failures = await makeChanges(this.#run, this.#states, step, batch);
    const made = batch.filter(({ resource }) => !failures.has(resource.id));
    for (const { resource } of made) this.#states.markChanged(resource);
    this.#run.changed += made.length;
    for (const { resource, host, item } of batch) {
      const reason = failures.get(resource.id);
      if (reason) this.#fail(item, host, reason);
      else if (reason === null) this.#skip(item);
    }
    await this.#confirm(made, began);
  }

  /** Reads what was changed again: "changed" is a fact. */
  async #confirm(made: readonly ItemChange[], began: number): Promise<void> {
    if (made.length === 0) return;
    await this.#states.read(made.map(({ resource }) => resource));
    const milliseconds = Date.now() - began;
    for (const change of made) {
      const { resource, host, summary, item } = change;
      if (this.#run.isLost(resource.host)) {
        this.#skip(item);
        continue;
      }
      const left = compare(this.#states, item.work.step, item.resource, false);
      if (left.via === 'broken') this.#fail(item, host, left.problem);
      else if (left.via === 'change') {
        const { summary: rest, difference } = left.change;
        this.#fail(item, host, notConverged(item.work.step, change, rest, difference));
      } else {
        item.work.changed += 1;
        this.#run.count(host, 'ok');
        this.#run.count(host, 'changed');
        this.#run.emit({
          type: 'change-done',
          step: item.work.step,
          host,
          resource: resource.id,
          summary,
          milliseconds,
        });
        this.#settle(resource.id, 'converged');
      }
    }
  }

  async #convergeCluster(item: Item): Promise<void> {
    const { resource, work } = item;
    const { remove, signal } = this.#options;
    const result = await convergeCluster(this.#run, this.#states, resource, {
      step: work.step,
      remove,
      signal,
    });
    if (result.via === 'stopped') this.#skip(item);
    else if (result.via === 'failed') this.#fail(item, result.host, result.problem);
    else {
      work.changed += result.changed;
      if (result.changed === 0) this.#inPlace(item);
      else this.#settle(resource.id, 'converged');
    }
  }

  async #passGates(host: string, gates: readonly Gate[]): Promise<boolean> {
    for (const { step, gate } of gates) {
      const options = { step, ...(this.#options.signal && { signal: this.#options.signal }) };
      if (await verifyChecks(this.#run, [{ ...gate, host }], options)) continue;
      this.#run.stop('failure');
      return false;
    }
    // Without a gate, a host that is gone is reason enough not to touch the next one.
    return !this.#run.isLost(host);
  }

  #fail(item: Item, host: string, reason: Problem): void {
    if (!this.#items.has(item.resource.id)) return;
    if (isHostGone(reason)) {
      this.#run.loseHost(host, reason);
      this.#skip(item);
      return;
    }
    const { work, resource } = item;
    this.#run.count(host, 'failed');
    this.#run.emit({ type: 'change-failed', step: work.step, host, resource: resource.id, problem: reason });
    this.#run.noteProblem(reason);
    this.#settle(resource.id, 'failed');
    this.#run.stop('failure');
  }

  /** Leaves a resource out because of what it needs, which the step says once when it ends. */
  #leaveOut(item: Item, missing: string): void {
    const cause = this.#causes.get(missing) ?? missing;
    this.#causes.set(item.resource.id, cause);
    const { leftOut } = item.work;
    leftOut.set(cause, (leftOut.get(cause) ?? 0) + 1);
    this.#skip(item);
  }

  #skip(item: Item): void {
    if (!this.#items.has(item.resource.id)) return;
    item.work.skipped += 1;
    this.#run.count(item.resource.host, 'skipped');
    this.#settle(item.resource.id, 'skipped');
  }

  #settle(id: string, how: Settled): void {
    const item = this.#items.get(id);
    this.#items.delete(id);
    this.#settled.set(id, how);
    for (const dependent of this.#dependents.get(id) ?? []) {
      if (how === 'converged') dependent.blockers.delete(id);
      // Also when it cannot be converged: it is then left out.
      if (how !== 'converged' || dependent.blockers.size === 0) this.#ready.push(dependent);
    }
    this.#dependents.delete(id);
    if (this.#ready.length > 0) this.#schedule();
    if (!item) return;
    this.#turns.settled(item);
    item.work.open -= 1;
    if (item.work.open === 0) finishWork(this.#run, item.work);
  }
}

/** Whether a change stops something for a moment: only then do others wait for it. */
function interrupts({ change }: Pick<ItemChange, 'change'>): boolean {
  return change?.interrupts !== false;
}
