import { compare, refusal } from './compare.ts';
import type { Prepared } from './prepare.ts';
import { REMOVAL_STEP } from './removal.ts';
import type { Resource } from './resource.ts';

/** One thing that a run would do. */
export interface PlannedChange {
  readonly step: string;
  /** A host's name, `API` or `cluster`. */
  readonly host: string;
  readonly resource: string;
  readonly summary: string;
  readonly difference?: string;
  /** Data that the change destroys. */
  readonly loses?: string;
  /** The change will not be made, as it loses data and was not asked for by name. */
  readonly refused?: true;
}

/**
 * What would change, from the states that were read and the comparison that the run uses. What watches something that
 * would change acts too, in whatever step it stands.
 */
export function planChanges(prepared: Prepared, remove: ReadonlySet<string>): readonly PlannedChange[] {
  const { graph, resources, states } = prepared;
  const planned = new Map<string, PlannedChange>();
  const chosen = new Set(prepared.chosen.map((step) => step.name));
  const acting: string[] = [];
  const plan = (step: string, resource: Resource, watchedChanged: boolean): void => {
    const change = planOne(prepared, step, resource, watchedChanged, remove);
    if (!change) return;
    planned.set(resource.id, change);
    acting.push(resource.id);
  };
  for (const step of chosen) for (const resource of resources.get(step) ?? []) plan(step, resource, false);
  for (let id = acting.pop(); id !== undefined; id = acting.pop()) {
    for (const watcher of states.watchersOf(id)) {
      const step = graph.stepOf(watcher.id);
      if (chosen.has(step) && prepared.isChosen(watcher) && !planned.has(watcher.id))
        plan(step, watcher, true);
    }
  }
  const inOrder: PlannedChange[] = [];
  for (const step of chosen) {
    for (const { id } of resources.get(step) ?? []) {
      const change = planned.get(id);
      if (change) inOrder.push(change);
    }
  }
  return inOrder;
}

function planOne(
  prepared: Prepared,
  step: string,
  resource: Resource,
  watchedChanged: boolean,
  remove: ReadonlySet<string>,
): PlannedChange | undefined {
  const about = { step, host: resource.host, resource: resource.id };
  const unmet = prepared.graph.unmet.get(resource.id);
  if (unmet !== undefined)
    return { ...about, summary: `skip: it needs ${unmet}, whose host does not answer` };
  const found = compare(prepared.states, step, resource, watchedChanged);
  switch (found.via) {
    case 'in-place':
      return undefined;
    case 'wait':
      return { ...about, summary: `wait for ${found.waitFor}` };
    case 'unknown':
      return { ...about, summary: `known after ${found.after.join(', ')}` };
    case 'change': {
      const { host, summary, difference, loses } = found.change;
      const refused = refusal(step, found.change, remove, step === REMOVAL_STEP ? 'warning' : 'error');
      return {
        ...about,
        host,
        summary,
        ...(difference !== undefined && { difference }),
        ...(loses !== undefined && { loses }),
        ...(refused && { refused: true }),
      };
    }
    case 'broken':
      // It cannot be read before the service it belongs to works; on the way to that, it will be created.
      if (resource.kind.via === 'api') {
        const name = resource.id.slice(resource.id.indexOf(':') + 1);
        const summary = `create ${resource.kind.name} ${name} if it does not exist; the API does not answer yet`;
        return { ...about, summary };
      }
      if (resource.kind.via === 'cluster') return { ...about, summary: `refused: ${found.problem.what}` };
      return { ...about, summary: `unknown: ${found.problem.what}` };
  }
}
