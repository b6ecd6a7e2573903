import { type FilePlace, type Problem, problem } from '../../errors/problem.ts';
import type { ValueNode } from '../values/node.ts';

/** A variable as it was read somewhere; several of one name may exist, and precedence decides. */
export interface Variable {
  readonly key: string;
  readonly place: FilePlace;
  readonly node: ValueNode;
}

export interface InventoryHost {
  readonly name: string;
  /** Where the host is named first, with variables if any. */
  place: FilePlace;
  /** Port behind the name, as in `db1:2222`. */
  port?: number;
  readonly variables: Variable[];
}

export interface InventoryGroup {
  readonly name: string;
  /** Where the group itself begins; that of the first mention for a group that is only a child. */
  readonly place: FilePlace;
  readonly hosts: Set<string>;
  readonly children: Map<string, FilePlace>;
  readonly variables: Variable[];
}

/** An inventory as written; nothing is inherited yet. Hosts and groups are in the file's order. */
export interface Inventory {
  readonly file: string;
  readonly hosts: Map<string, InventoryHost>;
  readonly groups: Map<string, InventoryGroup>;
  readonly problems: Problem[];
  /** Hosts counted once for each group that names them. */
  members: number;
}

/** A larger inventory has been multiplied by a slip; a thousand hosts in forty groups have a tenth of it. */
const MOST_MEMBERS = 400_000;

/** Puts hosts into a group; false, with a problem reported once, where the inventory would grow beyond reason. */
export function addMembers(
  inventory: Inventory,
  group: InventoryGroup,
  names: readonly string[],
  place: FilePlace,
): boolean {
  const before = inventory.members;
  inventory.members += names.length;
  if (inventory.members <= MOST_MEMBERS) {
    for (const name of names) group.hosts.add(name);
    return true;
  }
  if (before <= MOST_MEMBERS) {
    const details = { file: inventory.file, reason: `its groups name more than ${MOST_MEMBERS} hosts` };
    inventory.problems.push(problem('IMPORT_TOO_LARGE', { place, details }));
  }
  return false;
}

export function emptyInventory(file: string): Inventory {
  return { file, hosts: new Map(), groups: new Map(), problems: [], members: 0 };
}

export function groupNamed(inventory: Inventory, name: string, place: FilePlace): InventoryGroup {
  const known = inventory.groups.get(name);
  if (known) return known;
  const made: InventoryGroup = { name, place, hosts: new Set(), children: new Map(), variables: [] };
  inventory.groups.set(name, made);
  return made;
}

export function hostNamed(inventory: Inventory, name: string, place: FilePlace): InventoryHost {
  const known = inventory.hosts.get(name);
  if (known) return known;
  const made: InventoryHost = { name, place, variables: [] };
  inventory.hosts.set(name, made);
  return made;
}

/** Hosts of a group and of the groups below it, in the inventory's order. Circles are harmless. */
export function hostsOf(inventory: Inventory, group: string): readonly string[] {
  if (group === 'all') return [...inventory.hosts.keys()];
  const seen = new Set<string>();
  const hosts = new Set<string>();
  const waiting = [group];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const found = inventory.groups.get(name);
    if (!found || seen.has(name)) continue;
    seen.add(name);
    for (const host of found.hosts) hosts.add(host);
    waiting.push(...[...found.children.keys()].toReversed());
  }
  if (hosts.size === 0) return [];
  return [...inventory.hosts.keys()].filter((host) => hosts.has(host));
}

/** Distance of each group from `all`: one more than its deepest parent's, as Ansible counts. Circles end. */
export function groupDepths(inventory: Inventory): ReadonlyMap<string, number> {
  const depths = new Map<string, number>();
  for (const name of inventory.groups.keys()) depths.set(name, name === 'all' ? 0 : 1);
  // A chain has at most as many links as there are groups; a circle stops growing there.
  const rounds = Math.min(inventory.groups.size, 100);
  for (let round = 0; round < rounds; round++) {
    let changed = false;
    for (const group of inventory.groups.values()) {
      const below = (depths.get(group.name) ?? 0) + 1;
      for (const child of group.children.keys()) {
        if ((depths.get(child) ?? 0) >= below || below > rounds) continue;
        depths.set(child, below);
        changed = true;
      }
    }
    if (!changed) break;
  }
  return depths;
}

/** For each host the groups it is in, directly or through children; `all` is not among them. */
export function groupsByHost(inventory: Inventory): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>([...inventory.hosts.keys()].map((name) => [name, []]));
  for (const group of inventory.groups.keys()) {
    if (group === 'all') continue;
    for (const host of hostsOf(inventory, group)) groups.get(host)?.push(group);
  }
  return groups;
}
