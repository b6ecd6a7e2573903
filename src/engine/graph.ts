import { fail } from '../errors/problem.ts';
import { nearest } from '../errors/suggest.ts';
import { lateValuesOf } from './from.ts';
import type { Resource } from './resource.ts';
import type { Step } from './step.ts';

/** Nodes in an order that respects the edges, otherwise as given; or the circle that makes it impossible. */
export function order(
  nodes: readonly string[],
  before: (node: string) => readonly string[],
): { readonly order: readonly string[] } | { readonly circle: readonly string[] } {
  const known = new Map(nodes.map((node, index) => [node, index]));
  const indices = (names: readonly string[]): readonly number[] =>
    names.flatMap((name) => known.get(name) ?? []);
  const found = orderIndices(nodes.length, (index) => indices(before(nodes[index] ?? '')));
  const name = (index: number): string => nodes[index] ?? '';
  return 'circle' in found ? { circle: found.circle.map(name) } : { order: found.order.map(name) };
}

const OPEN = 1;
const DONE = 2;

/** The same for the nodes 0 to `count` - 1; a stack of its own, as chains may be longer than calls may be deep. */
function orderIndices(
  count: number,
  before: (node: number) => readonly number[],
): { readonly order: readonly number[] } | { readonly circle: readonly number[] } {
  const state = new Uint8Array(count);
  const result: number[] = [];
  const path: { readonly node: number; readonly edges: readonly number[]; next: number }[] = [];
  const open = (node: number): void => {
    state[node] = OPEN;
    path.push({ node, edges: before(node), next: 0 });
  };
  for (let start = 0; start < count; start++) {
    if (state[start] !== 0) continue;
    open(start);
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const edge = top.edges[top.next];
      top.next += 1;
      if (edge === undefined) {
        state[top.node] = DONE;
        result.push(top.node);
        path.pop();
      } else if (state[edge] === OPEN) {
        const from = path.findIndex(({ node }) => node === edge);
        return { circle: [...path.slice(from).map(({ node }) => node), edge] };
      } else if (state[edge] !== DONE) open(edge);
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
  get(id: string): Resource | undefined;
  stepOf(id: string): string;
  /** The ids that must be converged before this one; only described ones. */
  edgesOf(resource: Resource): readonly string[];
  /** By resource that cannot be converged: what it needs on a host that is left out. */
  readonly unmet: ReadonlyMap<string, string>;
}

interface Node {
  readonly resource: Resource;
  readonly step: string;
  readonly index: number;
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
  const nodes = new Map<string, Node>();
  const list: Node[] = [];
  for (const [step, resources] of described) {
    for (const resource of resources) {
      const first = nodes.get(resource.id);
      if (first) duplicate(resource.id, first.step, step);
      const node = { resource, step, index: list.length };
      nodes.set(resource.id, node);
      list.push(node);
    }
  }
  const unmet = new Map<string, string>();
  /** Of resources that wait for something else than what they name. */
  const special = new Map<string, readonly string[]>();
  const elsewhere = lost.size > 0 ? byName(nodes.keys()) : new Map<string, readonly string[]>();
  for (const { resource, step } of list) {
    const ids = allEdges(resource, step, nodes);
    if (ids.every((id) => nodes.has(id))) {
      if (ids !== resource.after) special.set(resource.id, ids);
      continue;
    }
    const found = ids.flatMap((id): readonly string[] => {
      if (nodes.has(id)) return [id];
      if (!lost.has(hostOf(id))) return unknown(resource, step, id, nodes.keys());
      const others = elsewhere.get(nameOf(id)) ?? [];
      if (others.length === 0) unmet.set(resource.id, id);
      return others.filter((other) => other !== resource.id);
    });
    special.set(resource.id, [...new Set(found)]);
  }
  const edgesOf = (resource: Resource): readonly string[] => special.get(resource.id) ?? resource.after;
  return {
    byStep: sorted(steps, list, nodes, edgesOf),
    get: (id) => nodes.get(id)?.resource,
    stepOf: (id) => nodes.get(id)?.step ?? '',
    edgesOf,
    unmet,
  };
}

const hostOf = (id: string): string => id.slice(0, id.indexOf('/'));
const nameOf = (id: string): string => id.slice(id.indexOf('/') + 1);

/** `after`, what it watches in its own step, and the resources whose outputs it uses. */
function allEdges(resource: Resource, step: string, nodes: ReadonlyMap<string, Node>): readonly string[] {
  const late = lateValuesOf(resource.desired);
  if (resource.watches.length === 0 && late.length === 0) return resource.after;
  const watched = resource.watches.filter((id) => nodes.get(id)?.step === step);
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

function duplicate(id: string, first: string, second: string): never {
  return fail('RESOURCE_DUPLICATE', {
    place: { kind: 'cloud', step: second, resource: id },
    details: { resource: id, first, second },
  });
}

/** Sorts over all steps at once: an edge into a step that starts only after this one is a circle too. */
function sorted(
  steps: readonly Pick<Step, 'name' | 'needs'>[],
  list: readonly Node[],
  nodes: ReadonlyMap<string, Node>,
  edgesOf: (resource: Resource) => readonly string[],
): ReadonlyMap<string, readonly Resource[]> {
  const result = new Map<string, Resource[]>(steps.map(({ name }) => [name, []]));
  const ofStep = new Map<string, number[]>(steps.map(({ name }) => [name, []]));
  for (const { step, index } of list) ofStep.get(step)?.push(index);
  // After the resources, each step has two nodes: its start and its end.
  const at = new Map(steps.map(({ name }, index) => [name, list.length + 2 * index]));
  const startOf = (step: string): readonly number[] => [at.get(step) ?? -1].filter((index) => index >= 0);
  const before = (index: number): readonly number[] => {
    const node = list[index];
    if (node) {
      const own = edgesOf(node.resource).flatMap((id) => nodes.get(id)?.index ?? []);
      return [...startOf(node.step), ...own];
    }
    const step = steps[(index - list.length) >> 1];
    if (!step) return [];
    const isStart = (index - list.length) % 2 === 0;
    return isStart
      ? step.needs.flatMap((need) => startOf(need).map((start) => start + 1))
      : [...startOf(step.name), ...(ofStep.get(step.name) ?? [])];
  };
  const found = orderIndices(list.length + 2 * steps.length, before);
  if ('circle' in found) {
    const nameOfNode = (index: number): string =>
      list[index]?.resource.id ?? `step ${steps[(index - list.length) >> 1]?.name}`;
    return fail('RESOURCE_CYCLE', { details: { path: found.circle.map(nameOfNode).join(' → ') } });
  }
  for (const index of found.order) {
    const node = list[index];
    if (node) result.get(node.step)?.push(node.resource);
  }
  return result;
}
