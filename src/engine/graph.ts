import { fail } from '../errors/problem.ts';
import { nearest } from '../errors/suggest.ts';
import { lateValuesOf } from './from.ts';
import type { Resource } from './resource.ts';
import type { Step } from './step.ts';

/** Nodes in an order that respects the edges, otherwise as given; or the circle that makes it impossible. */
export function order(
  nodes: Iterable<string>,
  before: (node: string) => readonly string[],
): { readonly order: readonly string[] } | { readonly circle: readonly string[] } {
  const known = new Set(nodes);
  const state = new Map<string, 'open' | 'done'>();
  const result: string[] = [];
  for (const start of known) {
    if (state.has(start)) continue;
    // A stack of our own: a chain may be longer than the calls that JavaScript allows.
    const path: { readonly node: string; readonly edges: readonly string[]; next: number }[] = [];
    const open = (node: string): void => {
      state.set(node, 'open');
      path.push({ node, edges: before(node), next: 0 });
    };
    open(start);
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const edge = top.edges[top.next];
      top.next += 1;
      if (edge === undefined) {
        state.set(top.node, 'done');
        result.push(top.node);
        path.pop();
      } else if (state.get(edge) === 'open') {
        const from = path.findIndex(({ node }) => node === edge);
        return { circle: [...path.slice(from).map(({ node }) => node), edge] };
      } else if (!state.has(edge) && known.has(edge)) open(edge);
    }
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

/** What each resource waits for. */
export interface ResourceGraph {
  /** By step, each step's resources in an order that respects the edges. */
  readonly byStep: ReadonlyMap<string, readonly Resource[]>;
  readonly stepOf: ReadonlyMap<string, string>;
  /** By resource, the ids that must be converged first; only described ones. */
  readonly edges: ReadonlyMap<string, readonly string[]>;
  /** By resource that cannot be converged: what it needs on a host that is left out. */
  readonly unmet: ReadonlyMap<string, string>;
}

/**
 * Puts the resources of all steps in order. `lost`: hosts that are left out of the run; an edge to a resource on one
 * of them leads to the same resource on the other hosts instead. Fails with RESOURCE_DUPLICATE, RESOURCE_UNKNOWN or
 * RESOURCE_CYCLE.
 */
export function orderResources(
  steps: readonly Pick<Step, 'name' | 'needs'>[],
  described: ReadonlyMap<string, readonly Resource[]>,
  lost: ReadonlySet<string> = new Set(),
): ResourceGraph {
  requireUnique(described);
  const stepOf = new Map<string, string>();
  for (const [step, resources] of described) for (const { id } of resources) stepOf.set(id, step);
  const edges = new Map<string, readonly string[]>();
  const unmet = new Map<string, string>();
  const elsewhere = lost.size > 0 ? byName(stepOf.keys()) : new Map<string, readonly string[]>();
  for (const [step, resources] of described) {
    for (const resource of resources) {
      const ids = edgesOf(resource, step, stepOf);
      if (ids.every((id) => stepOf.has(id))) {
        edges.set(resource.id, ids);
        continue;
      }
      const found = ids.flatMap((id): readonly string[] => {
        if (stepOf.has(id)) return [id];
        if (!lost.has(hostOf(id))) return unknown(resource, step, id, stepOf.keys());
        const others = elsewhere.get(nameOf(id)) ?? [];
        if (others.length === 0) unmet.set(resource.id, id);
        return others.filter((other) => other !== resource.id);
      });
      edges.set(resource.id, [...new Set(found)]);
    }
  }
  return { byStep: sorted(steps, described, stepOf, edges), stepOf, edges, unmet };
}

const hostOf = (id: string): string => id.slice(0, id.indexOf('/'));
const nameOf = (id: string): string => id.slice(id.indexOf('/') + 1);

/** `after`, what it watches in its own step, and the resources whose outputs it uses. */
function edgesOf(resource: Resource, step: string, stepOf: ReadonlyMap<string, string>): readonly string[] {
  const late = lateValuesOf(resource.desired);
  if (resource.watches.length === 0 && late.length === 0) return resource.after;
  const watched = resource.watches.filter((id) => stepOf.get(id) === step);
  const ids = new Set([...resource.after, ...watched, ...late.map((value) => value.resource)]);
  ids.delete(resource.id);
  return [...ids];
}

function byName(ids: Iterable<string>): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const id of ids) {
    const list = found.get(nameOf(id));
    if (list) list.push(id);
    else found.set(nameOf(id), [id]);
  }
  return found;
}

function unknown(resource: Resource, step: string, missing: string, known: Iterable<string>): never {
  return fail('RESOURCE_UNKNOWN', {
    place: { kind: 'cloud', step, host: resource.host, resource: resource.id },
    details: { resource: resource.id, step, missing },
    suggestion: nearest(missing, known),
  });
}

/** Sorts over all steps at once: an edge into a step that starts only after this one is a circle too. */
function sorted(
  steps: readonly Pick<Step, 'name' | 'needs'>[],
  described: ReadonlyMap<string, readonly Resource[]>,
  stepOf: ReadonlyMap<string, string>,
  edges: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, readonly Resource[]> {
  const resources = new Map<string, Resource>();
  const before = new Map<string, readonly string[]>();
  const nodes: string[] = [];
  for (const { name, needs } of steps) {
    const own = described.get(name) ?? [];
    before.set(
      `start of ${name}`,
      needs.map((need) => `end of ${need}`),
    );
    before.set(`end of ${name}`, [`start of ${name}`, ...own.map(({ id }) => id)]);
    for (const resource of own) resources.set(resource.id, resource);
    nodes.push(`start of ${name}`, ...own.map(({ id }) => id), `end of ${name}`);
  }
  const found = order(nodes, (node) => {
    const step = stepOf.get(node);
    if (step === undefined) return before.get(node) ?? [];
    const own = edges.get(node) ?? [];
    // Inside a step there is nothing that the start of the step could add.
    return own.every((id) => stepOf.get(id) === step) && own.length > 0 ? own : [`start of ${step}`, ...own];
  });
  if ('circle' in found) {
    return fail('RESOURCE_CYCLE', { details: { path: found.circle.join(' → ') } });
  }
  const result = new Map<string, Resource[]>(steps.map(({ name }) => [name, []]));
  for (const node of found.order) {
    const resource = resources.get(node);
    const step = stepOf.get(node);
    if (resource && step !== undefined) result.get(step)?.push(resource);
  }
  return result;
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
