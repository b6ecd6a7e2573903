import { randomBytes } from 'node:crypto';
import { type Problem, problem } from '../errors/problem.ts';
import { compareNow, converge } from './converge.ts';
import type { HostRecap } from './event.ts';
import { type PlannedChange, planChanges, type ResourcesByStep } from './plan.ts';
import { chooseSteps, newWorld, type Prepared, prepare, type RunInput, type RunSteps } from './prepare.ts';
import type { Resource } from './resource.ts';
import type { Step, Subject } from './step.ts';
import { verifyChecks } from './verify.ts';
import { problemsOf, type World } from './world.ts';

export type { RunInput } from './prepare.ts';

export interface RunResult {
  readonly run: string;
  readonly outcome: 'done' | 'failed' | 'interrupted';
  readonly problems: readonly Problem[];
  readonly changed: number;
  readonly recap: Readonly<Record<string, HostRecap>>;
  readonly milliseconds: number;
}

export interface PlanResult {
  readonly changes: readonly PlannedChange[];
  /** What kept the plan from being made: hosts that could not be reached. */
  readonly problems: readonly Problem[];
}

/** Seconds that a check is given when nothing was changed. */
const GRACE = 10;
/** Seconds that a plan waits for the APIs. */
const API_PATIENCE = 15_000;

/**
 * Converges the cloud, verifying each step. A step starts when those it needs are verified; at the first failure
 * nothing new starts and what runs is finished. Rejects only for bad input (STEP_UNKNOWN, HOST_UNKNOWN), before any
 * effect; everything else is in the result and in the events.
 */
export function apply<Described extends Subject>(input: RunInput<Described>): Promise<RunResult> {
  return run(input, 'apply', async (prepared) => {
    if (await nothingToDo(prepared)) {
      await Promise.all(prepared.chosen.map((step) => verifyStep(input, prepared, step, Date.now(), 0)));
      return;
    }
    await inGraphOrder(prepared, (step) => applyStep(input, prepared, step));
  });
}

/** Runs the checks alone. */
export function verifyOnly<Described extends Subject>(input: RunInput<Described>): Promise<RunResult> {
  return run(input, 'verify', async (prepared) => {
    await Promise.all(prepared.chosen.map((step) => verifyStep(input, prepared, step, Date.now(), 0, GRACE)));
  });
}

/** What a run would change; changes nothing. */
export async function planOnly<Described extends Subject>(input: RunInput<Described>): Promise<PlanResult> {
  const steps = chooseSteps(input);
  const world = newWorld(input);
  try {
    const prepared = await prepare(input, world, steps, 'to-look');
    const chosen = chosenResources(prepared);
    const behindApi = [...chosen.values()].flat().filter((one) => one.kind.via === 'api');
    if (behindApi.length > 0) await patiently(world.read(behindApi));
    const changes = world.redact(planChanges(world, chosen));
    for (const change of changes) world.emit({ type: 'change-planned', ...change });
    return { changes, problems: [] };
  } catch (error) {
    return { changes: [], problems: world.redact(problemsOf(error)) };
  }
}

/** What every run shares: the frame of events, the abort and the recap. */
async function run(
  input: RunInput,
  command: 'apply' | 'verify',
  work: (prepared: Prepared) => Promise<void>,
): Promise<RunResult> {
  const began = Date.now();
  const steps = chooseSteps(input);
  const world = newWorld(input);
  const id = `${new Date(began).toISOString().replace(/[-:]|\.\d+/g, '')}-${randomBytes(3).toString('hex')}`;
  const interrupt = (): void => {
    world.stopping ??= 'interrupt';
  };
  if (input.signal?.aborted) interrupt();
  input.signal?.addEventListener('abort', interrupt, { once: true });
  announce(input, world, steps, id, command);
  try {
    const prepared = await prepare(input, world, steps, command === 'apply' ? 'to-change' : 'to-look');
    if (!world.stopping) await work(prepared);
  } catch (error) {
    for (const one of problemsOf(error)) world.failed(one);
  } finally {
    input.signal?.removeEventListener('abort', interrupt);
  }
  if (world.stopping === 'interrupt') world.problems.push(problem('RUN_INTERRUPTED'));
  const outcome =
    world.stopping === 'interrupt' ? 'interrupted' : world.problems.length > 0 ? 'failed' : 'done';
  const milliseconds = Date.now() - began;
  const { changed, recap } = world;
  world.emit({ type: 'run-finished', outcome, milliseconds, changed, recap });
  return { run: id, outcome, problems: world.redact(world.problems), changed, recap, milliseconds };
}

function announce(input: RunInput, world: World, steps: RunSteps, id: string, command: string): void {
  world.emit({
    type: 'run-started',
    run: id,
    command: input.command ?? command,
    cloud: input.subject.name,
    steps: steps.chosen.map((step) => step.name),
    hosts: [...steps.hosts],
    version: input.version ?? '',
    pid: process.pid,
  });
  for (const host of steps.hosts) world.count(host, 'ok', 0);
  const chosen = new Set(steps.chosen);
  for (const step of steps.all) {
    if (!chosen.has(step))
      world.emit({ type: 'step-skipped', step: step.name, reason: 'left out of this run' });
  }
}

function chosenResources(prepared: Prepared): ResourcesByStep {
  return new Map(prepared.chosen.map((step) => [step.name, prepared.resources.get(step.name) ?? []]));
}

/** Whether all chosen resources are in place; then every step can be verified at once. */
async function nothingToDo(prepared: Prepared): Promise<boolean> {
  const { world } = prepared;
  const mine = [...chosenResources(prepared)].flatMap(([step, list]) => list.map((one) => ({ step, one })));
  const inPlace = (kept: typeof mine): boolean =>
    kept.every(({ step, one }) => compareNow(world, step, one).via === 'in-place');
  if (!inPlace(mine.filter(({ one }) => one.kind.via === 'shell'))) return false;
  const behindApi = mine.filter(({ one }) => one.kind.via === 'api');
  if (behindApi.length > 0) await world.read(behindApi.map(({ one }) => one));
  return inPlace(behindApi);
}

/** Runs each step once those it needs have come through; a step whose need failed is told as skipped. */
async function inGraphOrder(prepared: Prepared, work: (step: Step) => Promise<boolean>): Promise<void> {
  const { world } = prepared;
  const results = new Map<string, Promise<boolean>>();
  for (const step of prepared.chosen) {
    const needs = step.needs.flatMap((need) => results.get(need) ?? []);
    const result = Promise.all(needs).then((came) => {
      const reason = came.includes(false) ? 'a step it needs has failed' : stopReason(world);
      if (reason === undefined) return work(step);
      world.emit({ type: 'step-skipped', step: step.name, reason });
      for (const one of prepared.resources.get(step.name) ?? []) world.count(one.host, 'skipped');
      return false;
    });
    results.set(step.name, result);
  }
  await Promise.all(results.values());
}

function stopReason(world: World): string | undefined {
  if (world.stopping === undefined) return undefined;
  return world.stopping === 'interrupt' ? 'the run was interrupted' : 'an earlier failure ended the run';
}

async function applyStep(input: RunInput, prepared: Prepared, step: Step): Promise<boolean> {
  const { world } = prepared;
  const resources = prepared.resources.get(step.name) ?? [];
  const began = Date.now();
  startStep(prepared, step);
  let changed = await converge(world, step.name, resources);
  prepared.done.add(step.name);
  // What an earlier step started and this one's changes concern acts again, before the step is verified.
  await prepared.oneAtATime(async () => {
    for (
      let late = lateWatchers(prepared);
      late.length > 0 && !world.stopping;
      late = lateWatchers(prepared)
    ) {
      changed += await converge(world, step.name, late);
    }
  });
  if (world.stopping) {
    world.emit({ type: 'step-failed', step: step.name, milliseconds: Date.now() - began });
    return false;
  }
  return finishStep(input, prepared, step, began, changed);
}

/** Resources of finished steps, or of left-out steps that were in place, whose watched resources changed since. */
function lateWatchers(prepared: Prepared): readonly Resource[] {
  const { world, done, chosen } = prepared;
  const ahead = new Set(chosen.map((step) => step.name).filter((name) => !done.has(name)));
  const late: Resource[] = [];
  for (const [step, resources] of prepared.resources) {
    if (ahead.has(step)) continue;
    for (const one of resources) {
      if (!world.touched(one)) continue;
      const neverActed = !done.has(step) && compareNow(world, step, one, false).via !== 'in-place';
      if (!neverActed) late.push(one);
    }
  }
  return late;
}

function startStep(prepared: Prepared, step: Step): void {
  const resources = prepared.resources.get(step.name) ?? [];
  const checks = prepared.checks.get(step.name) ?? [];
  const hosts = [...new Set([...resources, ...checks].map((one) => one.host))];
  prepared.world.emit({
    type: 'step-started',
    step: step.name,
    title: step.title,
    hosts,
    resources: resources.length,
  });
}

/** A step in which nothing is changed: its resources are told as in place, then it is verified. */
function verifyStep(
  input: RunInput,
  prepared: Prepared,
  step: Step,
  began: number,
  changed: number,
  grace?: number,
): Promise<boolean> {
  const { world } = prepared;
  startStep(prepared, step);
  if (grace === undefined) {
    const counts = new Map<string, number>();
    for (const one of prepared.resources.get(step.name) ?? []) {
      counts.set(one.host, (counts.get(one.host) ?? 0) + 1);
    }
    for (const [host, count] of counts) {
      world.emit({ type: 'resources-in-place', step: step.name, host, count });
      world.count(host, 'ok', count);
    }
  }
  return finishStep(input, prepared, step, began, changed, grace);
}

async function finishStep(
  input: RunInput,
  prepared: Prepared,
  step: Step,
  began: number,
  changed: number,
  grace?: number,
): Promise<boolean> {
  const { world } = prepared;
  const brief = grace === undefined && world.changed === 0 && input.verifiedBefore?.has(step.name) === true;
  const checks = (prepared.checks.get(step.name) ?? []).filter((check) => !(brief && check.thorough));
  const problems = await verifyChecks(world, checks, {
    step: step.name,
    signal: input.signal,
    ...(grace !== undefined && { atMostSeconds: grace }),
  });
  const milliseconds = Date.now() - began;
  for (const one of problems) world.failed(one);
  if (problems.length > 0 || input.signal?.aborted) {
    world.emit({ type: 'step-failed', step: step.name, milliseconds });
    return false;
  }
  world.emit({ type: 'step-verified', step: step.name, milliseconds, changed });
  return true;
}

/** Waits for work that never rejects for long; what has not come by then is not known. */
async function patiently(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, API_PATIENCE);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}
