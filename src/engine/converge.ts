import { type Problem, problem } from '../errors/problem.ts';
import type { ShellResult } from '../hosts/connection.ts';
import { inSequence } from '../hosts/side.ts';
import { joinTexts, type Text } from '../secrets/confidential.ts';
import { noted } from './earlier.ts';
import { changeFailure } from './failure.ts';
import { apiProblem } from './read.ts';
import type { Change, Resource } from './resource.ts';
import { problemsOf, type World } from './world.ts';

interface Due {
  readonly resource: Resource;
  readonly summary: string;
  /** Shell kinds only. */
  readonly change?: Change;
  readonly state: unknown;
}

/**
 * Brings resources to what is described: each as soon as those it comes after are done, on all hosts side by side.
 * A state older than the last change is read again before it is compared. Failures are told to the world, which
 * then stops: what runs is finished, nothing new starts. Resolves to the number of resources changed.
 */
export function converge(world: World, step: string, resources: readonly Resource[]): Promise<number> {
  const pending = new Map(resources.map((one) => [one.id, one]));
  const blockers = new Map(
    resources.map((one) => [one.id, new Set(one.after.filter((id) => pending.has(id) && id !== one.id))]),
  );
  const inPlace = new Map<string, number>();
  let working = 0;
  let changed = 0;
  let scheduled = false;

  return new Promise((resolve) => {
    function schedule(): void {
      if (scheduled) return;
      scheduled = true;
      // What becomes ready in one breath is read together.
      setImmediate(() => {
        scheduled = false;
        startReady();
      });
    }

    function startReady(): void {
      const ready = world.stopping
        ? []
        : [...pending.values()].filter((one) => blockers.get(one.id)?.size === 0);
      const places = new Map<string, Resource[]>();
      for (const one of ready) {
        pending.delete(one.id);
        const place = one.kind.via === 'api' ? ' api' : one.host;
        places.set(place, [...(places.get(place) ?? []), one]);
      }
      for (const group of places.values()) track(examine(group));
      if (working === 0) finish();
    }

    function track(work: Promise<void>): void {
      working += 1;
      work
        .catch((error: unknown) => {
          for (const one of problemsOf(error, { kind: 'cloud', step })) world.failed(one);
        })
        .finally(() => {
          working -= 1;
          schedule();
        });
    }

    function finish(): void {
      for (const [host, count] of inPlace) {
        world.emit({ type: 'resources-in-place', step, host, count });
        world.count(host, 'ok', count);
      }
      for (const one of pending.values()) world.count(one.host, 'skipped');
      resolve(changed);
    }

    function complete(one: Resource): void {
      for (const set of blockers.values()) set.delete(one.id);
      schedule();
    }

    function broken(one: Resource, reason: Problem): void {
      const unreachable = reason.code === 'HOST_LOST';
      world.count(one.host, unreachable ? 'unreachable' : 'failed');
      world.emit({ type: 'change-failed', step, host: one.host, resource: one.id, problem: reason });
      world.failed(reason);
    }

    /** Reads what is stale, compares, and starts the changes that are due. */
    async function examine(group: readonly Resource[]): Promise<void> {
      const stale = group.filter((one) => !world.fresh(one));
      try {
        if (stale.length > 0) await world.read(stale);
      } catch (error) {
        const [first] = group;
        for (const reason of problemsOf(error, { kind: 'cloud', step })) if (first) broken(first, reason);
        return;
      }
      const due: Due[] = [];
      for (const one of group) {
        const found = compareNow(world, step, one);
        if (found.via === 'broken') broken(one, found.problem);
        else if (found.via === 'due') due.push(found.due);
        else {
          inPlace.set(one.host, (inPlace.get(one.host) ?? 0) + 1);
          world.acted(one);
          complete(one);
        }
      }
      if (world.stopping) {
        for (const { resource } of due) world.count(resource.host, 'skipped');
        return;
      }
      for (const batch of batches(due)) track(carryOut(batch));
    }

    async function carryOut(batch: readonly Due[]): Promise<void> {
      const [lead] = batch;
      if (!lead) return;
      await world.inTurn(lead.resource, async () => {
        // A failure elsewhere while this one waited for its turn: it never started.
        if (world.stopping) {
          for (const { resource } of batch) world.count(resource.host, 'skipped');
          return;
        }
        const began = Date.now();
        for (const { resource: one, summary } of batch) {
          world.emit({ type: 'change-started', step, host: one.host, resource: one.id, summary });
          // From here on: what changes while it acts makes it act once more.
          world.acted(one);
        }
        const failures = await attempt(world, step, batch);
        const made = batch.filter(({ resource }) => !failures.has(resource.id));
        for (const { resource } of made) world.noteChange(resource);
        for (const { resource } of batch) {
          const reason = failures.get(resource.id);
          if (reason) broken(resource, reason);
          else if (reason === null) world.count(resource.host, 'skipped');
        }
        await confirm(made, began);
      });
    }

    /** Reads what was changed again; "changed" is a fact, not a hope. */
    async function confirm(made: readonly Due[], began: number): Promise<void> {
      if (made.length === 0) return;
      try {
        await world.read(made.map(({ resource }) => resource));
      } catch (error) {
        const [first] = made;
        for (const reason of problemsOf(error, { kind: 'cloud', step }))
          if (first) broken(first.resource, reason);
        return;
      }
      const milliseconds = Date.now() - began;
      for (const { resource: one, summary } of made) {
        const left = compareNow(world, step, one, false);
        if (left.via === 'broken') broken(one, left.problem);
        else if (left.via === 'due') broken(one, notConverged(step, one, summary, left.due));
        else {
          changed += 1;
          world.count(one.host, 'ok');
          world.count(one.host, 'changed');
          world.emit({ type: 'change-done', step, host: one.host, resource: one.id, summary, milliseconds });
          complete(one);
        }
      }
    }

    schedule();
  });
}

type Comparison =
  | { readonly via: 'in-place' }
  | { readonly via: 'due'; readonly due: Due; readonly difference?: string }
  | { readonly via: 'broken'; readonly problem: Problem };

/** What a resource needs, by the state that the world knows. The plan and the run both ask here. */
export function compareNow(
  world: World,
  step: string,
  one: Resource,
  touched = world.touched(one),
): Comparison {
  const known = world.lastKnown(one);
  if (!known) {
    const reason = world.unreadable(one) ?? apiProblem(one, 'it was never read');
    return {
      via: 'broken',
      problem: { ...reason, place: { kind: 'cloud', host: one.host, step, resource: one.id } },
    };
  }
  try {
    const { state } = known;
    if (one.kind.via === 'api') {
      const missing = one.kind.compare(one.desired, state);
      return missing
        ? {
            via: 'due',
            due: { resource: one, summary: missing.summary, state },
            ...differing(missing.difference),
          }
        : { via: 'in-place' };
    }
    if (one.kind.via === 'cluster') throw new Error('clusters are not converged yet');
    const change = one.kind.compare(one.desired, state, { touched });
    return change
      ? {
          via: 'due',
          due: { resource: one, summary: change.summary, change, state },
          ...differing(change.difference),
        }
      : { via: 'in-place' };
  } catch (error) {
    return { via: 'broken', problem: apiProblem(one, error) };
  }
}

function differing(difference: string | undefined): { readonly difference?: string } {
  return difference === undefined ? {} : { difference };
}

function notConverged(step: string, one: Resource, summary: string, left: Due): Problem {
  return problem('RESOURCE_NOT_CONVERGED', {
    place: { kind: 'cloud', host: one.host, step, resource: one.id },
    details: { resource: one.id, summary, left: left.summary },
    evidence: left.change?.difference,
  });
}

/** Changes of one kind that may travel together become one request; the others go alone. */
function batches(due: readonly Due[]): readonly (readonly Due[])[] {
  const together = new Map<string, Due[]>();
  const alone: Due[][] = [];
  for (const one of due) {
    const { kind } = one.resource;
    if (kind.via !== 'shell' || !kind.batch) alone.push([one]);
    else together.set(kind.name, [...(together.get(kind.name) ?? []), one]);
  }
  return [...together.values(), ...alone];
}

/** Makes the changes; resolves to the failures: a problem, or null for one that was not reached. */
async function attempt(
  world: World,
  step: string,
  batch: readonly Due[],
): Promise<Map<string, Problem | null>> {
  const failures = new Map<string, Problem | null>();
  const [lead] = batch;
  if (!lead) return failures;
  const { host, kind } = lead.resource;
  try {
    if (kind.via === 'api') {
      await kind.change(await world.api(), lead.resource.desired, lead.state);
      return failures;
    }
    await warnWatchers(world, batch);
    const connection = await world.connections.get(host);
    const bundle = inSequence(batch.map(({ change }) => change?.script ?? 'true'));
    const more = batch.length > 1 ? ` and ${batch.length - 1} more` : '';
    const doing = `${lead.summary}${more}`;
    const result = await connection.run({
      script: noted(bundle.script, doing),
      limitSeconds: batch.reduce((sum, { change }) => sum + (change?.limitSeconds ?? 0), 0),
      doing,
    });
    for (const [index, piece] of bundle.split(result).entries()) {
      const due = batch[index];
      if (!due || piece?.exitCode === 0) continue;
      const reached = piece ?? (failures.size === 0 ? result : undefined);
      failures.set(due.resource.id, reached ? failure(due, reached) : null);
    }
  } catch (error) {
    for (const [index, { resource }] of batch.entries()) {
      const place = { kind: 'cloud', host, step, resource: resource.id } as const;
      failures.set(resource.id, index === 0 ? (problemsOf(error, place)[0] ?? null) : null);
    }
  }
  return failures;

  function failure(due: Due, result: ShellResult): Problem {
    return changeFailure(due.resource, due.summary, step, result);
  }
}

/**
 * Before something watched changes, its watchers forget that they were up to date, on whatever host they are; so a
 * run that is cut in between still makes them act next time.
 */
async function warnWatchers(world: World, batch: readonly Due[]): Promise<void> {
  const byHost = new Map<string, Set<Text>>();
  for (const { resource } of batch) {
    for (const watcher of world.watchersOf(resource.id)) {
      if (watcher.kind.via !== 'shell' || !watcher.kind.beforeWatched) continue;
      const scripts = byHost.get(watcher.host) ?? new Set();
      byHost.set(watcher.host, scripts.add(watcher.kind.beforeWatched(watcher.desired)));
    }
  }
  await Promise.all(
    [...byHost].map(async ([host, scripts]) => {
      const connection = await world.connections.get(host);
      const script = joinTexts([...scripts], '\n');
      await connection.run({ script, limitSeconds: 30, doing: 'mark what has to restart' });
    }),
  );
}
