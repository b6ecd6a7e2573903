import { type Problem, problem } from '../errors/problem.ts';
import type { KnownStates } from './knownStates.ts';
import { apiProblem } from './read.ts';
import type { AnyKind, ApiChange, Change, Resource } from './resource.ts';

/** A change that a resource needs. */
export interface NeededChange {
  /** With its late values in their places. */
  readonly resource: Resource;
  /** The host on which it is made; `API` behind an API. */
  readonly host: string;
  readonly summary: string;
  readonly difference?: string | undefined;
  readonly loses?: string | undefined;
  /** Of shell kinds and clusters. */
  readonly change?: Change;
  readonly state: unknown;
}

export type Comparison =
  | { readonly via: 'in-place' }
  | { readonly via: 'change'; readonly change: NeededChange }
  /** A cluster that settles by itself. */
  | { readonly via: 'wait'; readonly waitFor: string; readonly limitSeconds: number }
  /** Another resource must exist before anything can be said. */
  | { readonly via: 'unknown'; readonly after: readonly string[] }
  | { readonly via: 'broken'; readonly problem: Problem };

/** What a resource needs, by the state that was last read. The plan and the run both ask here. */
export function compare(
  states: KnownStates,
  step: string,
  described: Resource,
  watchedChanged = states.watchedChanged(described),
): Comparison {
  const resource = states.resolve(described);
  if (!resource) {
    return {
      via: 'unknown',
      after: [...new Set(states.missingValues(described).map((late) => late.resource))],
    };
  }
  const { id, host } = resource;
  const place = { kind: 'cloud', host, step, resource: id } as const;
  const known = states.lastKnown(resource);
  if (!known) {
    const reason = states.whyUnreadable(resource) ?? apiProblem(resource, 'it was never read');
    return { via: 'broken', problem: { ...reason, place } };
  }
  try {
    return compareKinds(resource.kind, resource, known.state, watchedChanged);
  } catch (error) {
    return { via: 'broken', problem: { ...apiProblem(resource, error), place } };
  }
}

function compareKinds(kind: AnyKind, resource: Resource, state: unknown, touched: boolean): Comparison {
  const { desired, host } = resource;
  if (kind.via === 'shell') return neededOf(resource, state, host, kind.compare(desired, state, { touched }));
  if (kind.via === 'api') {
    const change: ApiChange | undefined = kind.compare(desired, state);
    if (!change) return { via: 'in-place' };
    return { via: 'change', change: { resource, host, state, ...change } };
  }
  const decision = kind.decide(desired, state as Parameters<typeof kind.decide>[1]);
  switch (decision.do) {
    case 'nothing':
      return { via: 'in-place' };
    case 'act':
      return neededOf(resource, state, decision.host, decision.change);
    case 'wait':
      return { via: 'wait', waitFor: decision.waitFor, limitSeconds: decision.limitSeconds };
    case 'refuse':
      return { via: 'broken', problem: decision.problem };
  }
}

function neededOf(resource: Resource, state: unknown, host: string, change: Change | undefined): Comparison {
  if (!change) return { via: 'in-place' };
  const { summary, difference, loses } = change;
  return { via: 'change', change: { resource, host, state, change, summary, difference, loses } };
}

/** The problem of a change that would lose data; undefined where it loses none or was asked for by its id. */
export function refusal(
  step: string,
  needed: NeededChange,
  asked: ReadonlySet<string>,
  severity: Problem['severity'],
): Problem | undefined {
  const { resource, host, summary, loses } = needed;
  if (loses === undefined || asked.has(resource.id)) return undefined;
  return problem('DATA_LOSS_REFUSED', {
    place: { kind: 'cloud', host, step, resource: resource.id },
    details: { resource: resource.id, summary, loses },
    severity,
  });
}
