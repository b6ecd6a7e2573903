import { setTimeout as pause } from 'node:timers/promises';
import { type Problem, problem } from '../errors/problem.ts';
import { makeChanges, notConverged } from './change.ts';
import { compare, refusal } from './compare.ts';
import type { KnownStates } from './knownStates.ts';
import type { Resource } from './resource.ts';
import { isHostGone, type RunState } from './runState.ts';

const FIRST_PAUSE = 200;
const LONGEST_PAUSE = 2000;

export interface ClusterOptions {
  readonly step: string;
  readonly signal?: AbortSignal | undefined;
  /** Ids of resources that may lose data. */
  readonly remove: ReadonlySet<string>;
}

export type ClusterResult =
  | { readonly via: 'converged'; readonly changed: number }
  | { readonly via: 'failed'; readonly host: string; readonly problem: Problem }
  /** The run stops; nothing is known about the cluster. */
  | { readonly via: 'stopped' };

/**
 * Reads all members of a cluster, decides, acts or waits, and reads again, until nothing is left to do. The same
 * action twice in a row means that it had no effect, which ends the loop.
 */
export async function convergeCluster(
  run: RunState,
  states: KnownStates,
  cluster: Resource,
  options: ClusterOptions,
): Promise<ClusterResult> {
  const { step } = options;
  let changed = 0;
  let lastAction = '';
  let stale = false;
  let waiting: { readonly waitFor: string; readonly since: number } | undefined;
  let wait = FIRST_PAUSE;
  for (;;) {
    if (run.stopping) return { via: 'stopped' };
    if (stale || waiting || !states.isFresh(cluster)) await states.read([cluster]);
    stale = true;
    const found = compare(states, step, cluster);
    if (found.via === 'in-place') return { via: 'converged', changed };
    if (found.via === 'broken') return failed(cluster.host, found.problem);
    if (found.via === 'unknown') return failed(cluster.host, missing(found.after));
    if (found.via === 'wait') {
      if (waiting?.waitFor !== found.waitFor) {
        waiting = { waitFor: found.waitFor, since: Date.now() };
        wait = FIRST_PAUSE;
        run.emit({
          type: 'change-waiting',
          step,
          host: cluster.host,
          resource: cluster.id,
          sentence: found.waitFor,
        });
      }
      if (Date.now() - waiting.since >= found.limitSeconds * 1000) {
        return failed(cluster.host, timedOut(found.waitFor, found.limitSeconds));
      }
      await pause(wait, undefined, options.signal && { signal: options.signal }).catch(() => {});
      wait = Math.min(LONGEST_PAUSE, wait * 1.5);
      continue;
    }
    waiting = undefined;
    const { change } = found;
    const refused = refusal(step, change, options.remove, 'error');
    if (refused) return failed(change.host, refused);
    const action = `${change.host}\n${change.summary}`;
    if (action === lastAction) {
      return failed(change.host, notConverged(step, change, change.summary, change.difference));
    }
    lastAction = action;
    const about = { step, host: change.host, resource: cluster.id, summary: change.summary };
    const began = Date.now();
    const outcome = await run.whenFree(cluster, change.host, async () => {
      if (run.stopping) return 'stopped';
      run.emit({ type: 'change-started', ...about });
      const failures = await makeChanges(run, states, step, [change]);
      return failures.get(cluster.id);
    });
    if (outcome === 'stopped') return { via: 'stopped' };
    if (outcome && isHostGone(outcome)) {
      // The others decide what its loss means.
      run.loseHost(change.host, outcome);
      continue;
    }
    if (outcome) return failed(change.host, outcome);
    changed += 1;
    states.markChanged(cluster);
    run.changed += 1;
    run.count(change.host, 'changed');
    run.emit({ type: 'change-done', ...about, milliseconds: Date.now() - began });
  }

  function failed(host: string, reason: Problem): ClusterResult {
    const place = { kind: 'cloud', step, resource: cluster.id, ...reason.place, host } as const;
    return { via: 'failed', host, problem: reason.place?.kind === 'file' ? reason : { ...reason, place } };
  }

  function timedOut(waitFor: string, seconds: number): Problem {
    return problem('CLUSTER_WAIT_TIMED_OUT', { details: { cluster: cluster.id, waitFor, seconds } });
  }

  function missing(after: readonly string[]): Problem {
    return problem('LATE_VALUE_MISSING', { details: { resource: cluster.id, sources: after.join(', ') } });
  }
}
