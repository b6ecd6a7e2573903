import { fail } from '../errors/problem.ts';
import { nearest } from '../errors/suggest.ts';
import type { Resource } from './resource.ts';
import type { Step } from './step.ts';

/** Nodes in an order that respects the edges, otherwise as given; or the circle that makes it impossible. */
export function order(
  nodes: readonly string[],
  before: (node: string) => readonly string[],
): { readonly order: readonly string[] } | { readonly circle: readonly string[] } {
  const done = new Set<string>();
  const path: string[] = [];
  const known = new Set(nodes);
  const result: string[] = [];
  const visit = (node: string): readonly string[] | undefined => {
    if (done.has(node)) return undefined;
    const at = path.indexOf(node);
    if (at >= 0) return [...path.slice(at), node];
    path.push(node);
    for (const other of before(node)) {
      const circle = known.has(other) ? visit(other) : undefined;
      if (circle) return circle;
    }
    path.pop();
    done.add(node);
    result.push(node);
    return undefined;
  };
  for (const node of nodes) {
    const circle = visit(node);
    if (circle) return { circle };
  }
  return { order: result };
}

/** Steps in an order in which each comes after those it needs. Fails with STEP_UNKNOWN or STEP_CYCLE. */
export function orderSteps(steps: readonly Step[]): readonly Step[] {
  const byName = new Map(steps.map((step) => [step.name, step]));
  for (const step of steps) for (const need of step.needs) stepNamed(need, [...byName.keys()]);
  const sorted = order([...byName.keys()], (name) => byName.get(name)?.needs ?? []);
  if ('circle' in sorted) return fail('STEP_CYCLE', { details: { path: sorted.circle.join(' → ') } });
  return sorted.order.flatMap((name) => byName.get(name) ?? []);
}

/** The name itself, when it is one of `known`; else STEP_UNKNOWN with the nearest one. */
export function stepNamed(name: string, known: readonly string[]): string {
  if (known.includes(name)) return name;
  return fail('STEP_UNKNOWN', {
    details: { step: name, known: known.join(', ') },
    suggestion: nearest(name, known),
  });
}

/** Resources of a step in an order that respects `after`. Fails with RESOURCE_UNKNOWN or RESOURCE_CYCLE. */
export function orderResources(step: string, resources: readonly Resource[]): readonly Resource[] {
  const byId = new Map(resources.map((one) => [one.id, one]));
  for (const one of resources) {
    for (const id of one.after) {
      // A watched resource may stand in another step; only then may an edge lead out of this one.
      if (byId.has(id) || one.watches.includes(id)) continue;
      fail('RESOURCE_UNKNOWN', {
        place: { kind: 'cloud', step, host: one.host, resource: one.id },
        details: { resource: one.id, step, missing: id },
        suggestion: nearest(id, byId.keys()),
      });
    }
  }
  const sorted = order([...byId.keys()], (id) => byId.get(id)?.after ?? []);
  if ('circle' in sorted)
    return fail('RESOURCE_CYCLE', { details: { step, path: sorted.circle.join(' → ') } });
  return sorted.order.flatMap((id) => byId.get(id) ?? []);
}

/** No resource may be described twice, in one step or in two. Fails with RESOURCE_DUPLICATE. */
export function requireUnique(steps: ReadonlyMap<string, readonly Resource[]>): void {
  const owner = new Map<string, string>();
  for (const [step, resources] of steps) {
    for (const { id } of resources) {
      const first = owner.get(id);
      if (first !== undefined) {
        fail('RESOURCE_DUPLICATE', {
          place: { kind: 'cloud', step, resource: id },
          details: { resource: id, first, second: step },
        });
      }
      owner.set(id, step);
    }
  }
}
