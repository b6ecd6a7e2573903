import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { problem } from '../errors/problem.ts';
import { type Limiter, limiter } from '../system/limiter.ts';
import { compare } from './compare.ts';
import type { HostRecap } from './event.ts';
import { type PlannedChange, planChanges } from './plan.ts';
import { chooseSteps, newRun, type Prepared, prepare, type RunInput, type RunSteps } from './prepare.ts';
import { REMOVAL_STEP } from './removal.ts';
import type { Resource } from './resource.ts';
import { problemsOf, type RunState } from './runState.ts';
import type { Step, Subject } from './step.ts';
import { verifyChecks } from './verify.ts';

export type { RunInput } from './prepare.ts';

export interface RunResult {
  readonly run: string;
  readonly outcome: 'done' | 'failed' | 'interrupted';
  readonly changed: number;
  readonly recap: Readonly<Record<string, HostRecap>>;
  readonly milliseconds: number;
  /** 0 done, 3 interrupted, else that of the first error. */
  readonly exitCode: number;
}

export interface PlanResult {
  readonly changes: readonly PlannedChange[];
  /** `failed`: the plan is incomplete; the events say why. */
  readonly outcome: 'done' | 'failed';
  readonly exitCode: number;
}

/** Seconds that a check is given when nothing was changed. */
const GRACE = 10;
/** Seconds that a plan waits for the APIs. */
const API_PATIENCE = 15_000;

/**
 * Converges the cloud, verifying each step. A step starts when those it needs are verified; at the first failure
 * nothing new starts and what runs is finished. Rejects only for bad input (STEP_UNKNOWN, HOST_UNKNOWN), before any
 * effect; every other problem leaves as an event.
 */
export function apply<Described extends Subject>(input: RunInput<Described>): Promise<RunResult> {
  return inRun(input, 'apply', async (prepared) => {
    const work = new Apply(input, prepared);
    if (await nothingToDo(prepared)) await work.verifyAll();
    else await work.inGraphOrder();
  });
}

/** Runs the checks alone. */
export function verifyOnly<Described extends Subject>(input: RunInput<Described>): Promise<RunResult> {
  return inRun(input, 'verify', async (prepared) => {
    const work = new Apply(input, prepared);
    await Promise.all(prepared.chosen.filter(({ last }) => !last).map((step) => work.verify(step, GRACE)));
    if (input.signal?.aborted) return;
    await Promise.all(prepared.chosen.filter(({ last }) => last).map((step) => work.verify(step, GRACE)));
  });
}

/** What a run would change; changes nothing. */
export async function planOnly<Described extends Subject>(input: RunInput<Described>): Promise<PlanResult> {
  const steps = chooseSteps(input);
  const run = newRun(input);
  let changes: readonly PlannedChange[] = [];
  try {
    const prepared = await prepare(input, run, steps, 'to-plan');
    if (prepared) {
      await withPatience(readTheRest(prepared));
      changes = planChanges(prepared, new Set(input.remove));
      for (const change of changes) run.emit({ type: 'change-planned', ...change });
    }
  } catch (error) {
    for (const found of problemsOf(error)) run.report(found);
  }
  const { exitCode } = run;
  return { changes, outcome: exitCode === 0 ? 'done' : 'failed', exitCode };
}

/** What every run shares: the first and the last event, the interruption and the recap. */
async function inRun(
  input: RunInput,
  command: 'apply' | 'verify',
  work: (prepared: Prepared) => Promise<void>,
): Promise<RunResult> {
  const began = Date.now();
  const steps = chooseSteps(input);
  const run = newRun(input);
  const id = `${new Date(began).toISOString().replace(/[-:]|\.\d+/g, '')}-${randomBytes(3).toString('hex')}`;
  const interrupt = (): void => run.stop('interrupt');
  if (input.signal?.aborted) interrupt();
  // Every check that waits listens, and a cloud has hundreds of them.
  if (input.signal) setMaxListeners(0, input.signal);
  input.signal?.addEventListener('abort', interrupt, { once: true });
  announce(input, run, steps, id, command);
  try {
    const prepared = await prepare(input, run, steps, command === 'apply' ? 'to-change' : 'to-verify');
    if (prepared && !run.stopping) await work(prepared);
  } catch (error) {
    for (const found of problemsOf(error)) run.report(found);
  } finally {
    input.signal?.removeEventListener('abort', interrupt);
  }
  const interrupted = run.stopping === 'interrupt';
  if (interrupted) run.report(problem('RUN_INTERRUPTED'));
  const outcome = interrupted ? 'interrupted' : run.exitCode === 0 ? 'done' : 'failed';
  const milliseconds = Date.now() - began;
  const { changed, recap } = run;
  run.emit({ type: 'run-finished', outcome, milliseconds, changed, recap });
  return { run: id, outcome, changed, recap, milliseconds, exitCode: interrupted ? 3 : run.exitCode };
}

function announce(input: RunInput, run: RunState, steps: RunSteps, id: string, command: string): void {
  run.emit({
    type: 'run-started',
    run: id,
    command: input.command ?? command,
    cloud: input.subject.name,
    steps: steps.chosen.map((step) => step.name),
    hosts: [...steps.hosts],
    version: input.version ?? '',
    pid: process.pid,
  });
  for (const host of steps.hosts) run.count(host, 'ok', 0);
  const chosen = new Set(steps.chosen);
  for (const step of steps.all) {
    if (!chosen.has(step)) {
      run.emit({ type: 'step-skipped', step: step.name, reason: 'left out of this run' });
    }
  }
}

/** Reads what is behind the APIs, and what could not be read before another resource was known. */
async function readTheRest({ chosen, resources, states, apis }: Prepared): Promise<void> {
  await apis;
  const mine = chosen.flatMap((step) => resources.get(step.name) ?? []);
  let unread = mine.filter((resource) => !states.lastKnown(resource) && !states.whyUnreadable(resource));
  for (;;) {
    const ready = unread.filter((resource) => states.resolve(resource));
    if (ready.length === 0) return;
    await states.read(ready);
    const read = new Set(ready);
    unread = unread.filter((resource) => !read.has(resource));
  }
}

/** Whether all chosen resources are in place; then every step can be verified at once. */
async function nothingToDo(prepared: Prepared): Promise<boolean> {
  const { chosen, resources, states, graph } = prepared;
  const inPlace = (which: (resource: Resource) => boolean): boolean =>
    chosen.every(({ name }) =>
      (resources.get(name) ?? []).every(
        (resource) =>
          !which(resource) ||
          (!graph.unmet.has(resource.id) && compare(states, name, resource).via === 'in-place'),
      ),
    );
  const isRead = (resource: Resource): boolean =>
    resource.kind.via !== 'api' && states.lateValues(resource).length === 0;
  if (!inPlace(isRead)) return false;
  await readTheRest(prepared);
  return inPlace((resource) => !isRead(resource));
}

/** The steps of one run. */
class Apply {
  readonly #input: RunInput;
  readonly #prepared: Prepared;
  readonly #run: RunState;
  /** Steps whose resources have been converged in this run. */
  readonly #converged = new Set<string>();
  /** For what two steps that end side by side must not do twice. */
  readonly #oneAtATime: Limiter = limiter(1);

  constructor(input: RunInput, prepared: Prepared) {
    this.#input = input;
    this.#prepared = prepared;
    this.#run = prepared.run;
  }

  /** Nothing is changed: all steps are verified side by side. */
  async verifyAll(): Promise<void> {
    const { chosen } = this.#prepared;
    await Promise.all([
      this.#writeManifests(chosen.map((step) => step.name)),
      ...chosen.map((step) => this.verify(step)),
    ]);
  }

  /** Runs each step once those it needs have been verified; a step whose need failed is reported as skipped. */
  async inGraphOrder(): Promise<void> {
    const { chosen, resources, converger } = this.#prepared;
    const results = new Map<string, Promise<boolean>>();
    for (const step of chosen) {
      const needs = step.needs.flatMap((need) => results.get(need) ?? []);
      const result = Promise.all(needs).then((verified) => {
        const reason = verified.includes(false) ? 'a step it needs has failed' : this.#stopReason();
        if (reason === undefined) return this.#apply(step);
        this.#run.emit({ type: 'step-skipped', step: step.name, reason });
        const own = resources.get(step.name) ?? [];
        for (const { host } of own) this.#run.count(host, 'skipped');
        converger.leaveOut(own);
        return false;
      });
      results.set(step.name, result);
    }
    await Promise.all(results.values());
  }

  #stopReason(): string | undefined {
    if (this.#run.stopping === undefined) return undefined;
    return this.#run.stopping === 'interrupt'
      ? 'the run was interrupted'
      : 'an earlier failure ended the run';
  }

  async #apply(step: Step): Promise<boolean> {
    const { converger, resources } = this.#prepared;
    const began = Date.now();
    this.#start(step);
    const own = await converger.converge(step.name, resources.get(step.name) ?? []);
    let { changed } = own;
    this.#converged.add(step.name);
    // What an earlier step started and this one's changes concern acts again, before the step is verified.
    await this.#oneAtATime(async () => {
      for (
        let again = this.#toActAgain();
        again.length > 0 && !this.#run.stopping;
        again = this.#toActAgain()
      ) {
        const late = await converger.converge(step.name, again, true);
        changed += late.changed;
        if (late.changed === 0) break;
      }
    });
    if (this.#run.stopping || own.skipped > 0) {
      this.#run.emit({ type: 'step-failed', step: step.name, milliseconds: Date.now() - began });
      return false;
    }
    await this.#writeManifests([step.name]);
    return this.#finish(step, began, changed);
  }

  /** Resources of steps that are not ahead, whose watched resources have changed since they acted. */
  #toActAgain(): readonly Resource[] {
    const { states, chosen, resources } = this.#prepared;
    const ahead = new Set(chosen.map((step) => step.name).filter((name) => !this.#converged.has(name)));
    const found: Resource[] = [];
    for (const [step, list] of resources) {
      if (ahead.has(step)) continue;
      for (const resource of list) {
        if (!states.watchedChanged(resource) || this.#run.isLost(resource.host)) continue;
        // A step that is left out is not begun by a change elsewhere: only what ran before starts again.
        const ranBefore =
          this.#converged.has(step) || compare(states, step, resource, false).via === 'in-place';
        if (ranBefore) found.push(resource);
      }
    }
    return found;
  }

  #start(step: Step): void {
    const resources = this.#prepared.resources.get(step.name) ?? [];
    const checks = this.#prepared.checks.get(step.name) ?? [];
    const hosts = [...new Set([...resources, ...checks].map(({ host }) => host))];
    this.#run.emit({
      type: 'step-started',
      step: step.name,
      title: step.title,
      hosts,
      resources: resources.length,
    });
  }

  /** A step in which nothing is changed. `grace`: seconds that a check is given at most, where only checks are run. */
  verify(step: Step, grace?: number): Promise<boolean> {
    const began = Date.now();
    this.#start(step);
    if (grace === undefined) {
      const counts = new Map<string, number>();
      for (const { host } of this.#prepared.resources.get(step.name) ?? []) {
        counts.set(host, (counts.get(host) ?? 0) + 1);
      }
      for (const [host, count] of counts) {
        this.#run.emit({ type: 'resources-in-place', step: step.name, host, count });
        this.#run.count(host, 'ok', count);
      }
    }
    return this.#finish(step, began, 0, grace);
  }

  async #finish(step: Step, began: number, changed: number, grace?: number): Promise<boolean> {
    const { signal, verifiedBefore } = this.#input;
    const brief = grace === undefined && this.#run.changed === 0 && verifiedBefore?.has(step.name) === true;
    const all = this.#prepared.checks.get(step.name) ?? [];
    const checks = all.filter((check) => !(brief && check.thorough));
    const passed = await verifyChecks(this.#run, checks, {
      step: step.name,
      signal,
      ...(grace !== undefined && { atMostSeconds: grace }),
    });
    const milliseconds = Date.now() - began;
    if (!passed) this.#run.stop('failure');
    if (!passed || signal?.aborted) {
      this.#run.emit({ type: 'step-failed', step: step.name, milliseconds });
      return false;
    }
    this.#run.emit({ type: 'step-verified', step: step.name, milliseconds, changed });
    return true;
  }

  /** Lets the hosts remember what they have, so that it can be removed when it is no longer described. */
  async #writeManifests(steps: readonly string[]): Promise<void> {
    const { manifests, resources, removals, states } = this.#prepared;
    if (steps.includes(REMOVAL_STEP)) {
      const gone = new Set<string>();
      for (const resource of removals.resources) {
        const entry = removals.entries.get(resource.id);
        if (entry !== undefined && compare(states, REMOVAL_STEP, resource).via === 'in-place')
          gone.add(entry);
      }
      await manifests.forget(gone);
    }
    const own = steps.filter((step) => step !== REMOVAL_STEP);
    if (own.length === 0) return;
    await manifests.write(new Map(own.map((step) => [step, resources.get(step) ?? []])));
  }
}

/** Waits for work that never rejects for long; what has not come by then is not known. */
async function withPatience(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, API_PATIENCE);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}
