import { compareNow } from './converge.ts';
import { orderResources } from './graph.ts';
import type { Resource } from './resource.ts';
import type { World } from './world.ts';

/** One thing that a run would do. */
export interface PlannedChange {
  readonly step: string;
  readonly host: string;
  readonly resource: string;
  readonly summary: string;
  readonly difference?: string;
}

/** Resources of each step, steps in the order of the run. */
export type ResourcesByStep = ReadonlyMap<string, readonly Resource[]>;

/**
 * What would change, from the states the world has read and the comparison that the run uses. What watches something
 * that would change counts as touched, in whatever step it stands.
 */
export function planChanges(world: World, steps: ResourcesByStep): readonly PlannedChange[] {
  const planned = new Map<string, PlannedChange>();
  for (let before = -1; before < planned.size; ) {
    before = planned.size;
    for (const [step, resources] of steps) {
      for (const one of orderResources(step, resources)) {
        if (planned.has(one.id)) continue;
        const touched = one.watches.some((id) => planned.has(id));
        const change = planOne(world, step, one, touched);
        if (change) planned.set(one.id, change);
      }
    }
  }
  const inOrder = [...steps].flatMap(([step, resources]) => orderResources(step, resources));
  return inOrder.flatMap((one) => planned.get(one.id) ?? []);
}

function planOne(world: World, step: string, one: Resource, touched: boolean): PlannedChange | undefined {
  const about = { step, host: one.host, resource: one.id };
  const found = compareNow(world, step, one, touched);
  if (found.via === 'in-place') return undefined;
  if (found.via === 'due') {
    const { difference } = found;
    return { ...about, summary: found.due.summary, ...(difference !== undefined && { difference }) };
  }
  // Not to be read before the service it belongs to works: on the way to it, it will be made.
  if (one.kind.via === 'api') {
    const name = one.id.slice(one.id.indexOf(':') + 1);
    return {
      ...about,
      summary: `create ${one.kind.name} ${name}, unless it is there: the API does not answer yet`,
    };
  }
  return { ...about, summary: `unknown: ${found.problem.what}` };
}
