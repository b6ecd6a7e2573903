import { fail, type Problem, problem } from '../errors/problem.ts';
import { inSequence } from '../hosts/bundle.ts';
import type { ShellResult } from '../hosts/connection.ts';
import { joinTexts, type Text } from '../secrets/confidential.ts';
import type { NeededChange } from './compare.ts';
import { withNote } from './earlierChanges.ts';
import { changeFailure } from './failure.ts';
import type { KnownStates } from './knownStates.ts';
import { problemsOf, type RunState } from './runState.ts';

/** Changes of one kind that may travel together become one request; the others go alone. */
export function batchesOf<T extends NeededChange>(changes: readonly T[]): readonly (readonly T[])[] {
  const together = new Map<string, T[]>();
  const alone: T[][] = [];
  for (const change of changes) {
    const { kind, turn } = change.resource;
    if (kind.via !== 'shell' || !kind.batch) {
      alone.push([change]);
      continue;
    }
    const key = `${kind.name}\n${turn?.group ?? ''}`;
    const batch = together.get(key);
    if (batch) batch.push(change);
    else together.set(key, [change]);
  }
  return [...together.values(), ...alone];
}

/** Makes the changes of a batch; resolves to the failures: a problem, or null for one that was not reached. */
export async function makeChanges(
  run: RunState,
  states: KnownStates,
  step: string,
  batch: readonly NeededChange[],
): Promise<ReadonlyMap<string, Problem | null>> {
  const failures = new Map<string, Problem | null>();
  const [lead] = batch;
  if (!lead) return failures;
  const { kind, desired } = lead.resource;
  try {
    if (kind.via === 'api') {
      await kind.change(await run.api(), desired, lead.state);
      return failures;
    }
    await warnWatchers(run, states, batch);
    const connection = await run.connections.get(lead.host);
    const bundle = inSequence(batch.map(({ change }) => change?.script ?? 'true'));
    const more = batch.length > 1 ? ` and ${batch.length - 1} more` : '';
    const doing = `${lead.summary}${more}`;
    const result = await connection.run({
      script: withNote(bundle.script, doing),
      limitSeconds: batch.reduce((sum, { change }) => sum + (change?.limitSeconds ?? 0), 0),
      doing,
    });
    for (const [index, piece] of bundle.split(result).entries()) {
      const needed = batch[index];
      if (!needed || piece?.exitCode === 0) continue;
      const reached = piece ?? (failures.size === 0 ? result : undefined);
      failures.set(needed.resource.id, reached ? failureOf(needed, step, reached) : null);
    }
    if (failures.size === 0) for (const change of batch) await confirmChange(run, step, change);
  } catch (error) {
    for (const [index, { resource, host }] of batch.entries()) {
      const place = { kind: 'cloud', host, step, resource: resource.id } as const;
      failures.set(resource.id, index === 0 ? (problemsOf(error, place)[0] ?? null) : null);
    }
  }
  return failures;
}

/** Rejects with CloudwrightError where a change that could cut the host off was not confirmed. */
async function confirmChange(run: RunState, step: string, needed: NeededChange): Promise<void> {
  const { host, resource, summary } = needed;
  const confirm = needed.change?.confirm;
  if (!confirm) return;
  const { script, limitSeconds, revertSeconds } = confirm;
  const refuse = (evidence: string | undefined): never =>
    fail('CHANGE_NOT_CONFIRMED', {
      place: { kind: 'cloud', host, step, resource: resource.id },
      details: { host, summary, seconds: revertSeconds },
      evidence,
    });
  const connection = await run.connections.fresh(host).catch((error: unknown) => {
    const [cause] = problemsOf(error, { kind: 'cloud', host });
    return refuse(cause && `${cause.code}: ${cause.what}`);
  });
  try {
    const result = await connection.run({ script, limitSeconds, doing: `confirm: ${summary}` });
    if (result.exitCode !== 0) refuse(result.stderr.trim() || result.stdout.trim() || undefined);
  } finally {
    await connection.close();
  }
}

function failureOf({ resource, host, summary }: NeededChange, step: string, result: ShellResult): Problem {
  return changeFailure({ host, resource: resource.id, step, summary }, result);
}

/** The problem of a change that reported success and left a difference. */
export function notConverged(step: string, made: NeededChange, left: string, difference?: string): Problem {
  const { resource, host, summary } = made;
  return problem('RESOURCE_NOT_CONVERGED', {
    place: { kind: 'cloud', host, step, resource: resource.id },
    details: { resource: resource.id, summary, left },
    evidence: difference,
  });
}

/**
 * Before something watched changes, its watchers forget that they were up to date, on whatever host they are; so a
 * run that is cut in between still makes them act next time.
 */
async function warnWatchers(
  run: RunState,
  states: KnownStates,
  batch: readonly NeededChange[],
): Promise<void> {
  const byHost = new Map<string, Set<Text>>();
  for (const { resource } of batch) {
    for (const watcher of states.watchersOf(resource.id)) {
      if (watcher.kind.via !== 'shell' || !watcher.kind.beforeWatched || run.isLost(watcher.host)) continue;
      const scripts = byHost.get(watcher.host) ?? new Set();
      byHost.set(watcher.host, scripts.add(watcher.kind.beforeWatched(watcher.desired)));
    }
  }
  await Promise.all(
    [...byHost].map(async ([host, scripts]) => {
      const connection = await run.connections.get(host);
      const script = joinTexts([...scripts], '\n');
      await connection.run({ script, limitSeconds: 30, doing: 'mark what has to restart' });
    }),
  );
}
