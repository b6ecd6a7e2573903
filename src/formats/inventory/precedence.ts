import { plainOf } from '../values/node.ts';
import { asInteger } from '../values/scalar.ts';
import { groupDepths, groupsByHost, type Inventory, type Variable } from './inventory.ts';

/** Variables of `group_vars/` and `host_vars/`, by group and by host. */
export interface VariableFolders {
  readonly groups: ReadonlyMap<string, readonly Variable[]>;
  readonly hosts: ReadonlyMap<string, readonly Variable[]>;
}

/** What a host's variables come to. `lost` have been overridden by a variable of the same name. */
export interface HostVariables {
  readonly byHost: ReadonlyMap<string, ReadonlyMap<string, Variable>>;
  /** Variables that count on at least one host. */
  readonly used: ReadonlySet<Variable>;
}

/**
 * Applies Ansible's precedence, lowest first: group variables of the inventory (`all`, then by depth, priority and
 * name), `group_vars/all`, other `group_vars/`, host variables of the inventory, `host_vars/`. Among equals the last
 * one counts. Variables given on the command line (`vars.yml`, `globals.yml`) have precedence over all of these.
 */
export function hostVariables(inventory: Inventory, folders: VariableFolders): HostVariables {
  const depths = groupDepths(inventory);
  const memberships = groupsByHost(inventory);
  const priority = new Map<string, number>();
  for (const group of inventory.groups.values()) {
    const given = group.variables.findLast((variable) => variable.key === 'ansible_group_priority');
    priority.set(group.name, (given && asInteger(plainOf(given.node))) ?? 1);
  }
  const order = (a: string, b: string): number =>
    (depths.get(a) ?? 0) - (depths.get(b) ?? 0) ||
    (priority.get(a) ?? 1) - (priority.get(b) ?? 1) ||
    (a < b ? -1 : a > b ? 1 : 0);
  const byHost = new Map<string, ReadonlyMap<string, Variable>>();
  const used = new Set<Variable>();
  const all = inventory.groups.get('all')?.variables ?? [];
  const ofAll = folders.groups.get('all') ?? [];
  for (const host of inventory.hosts.values()) {
    const groups = [...(memberships.get(host.name) ?? [])].sort(order);
    const merged = new Map<string, Variable>();
    const layers: (readonly Variable[])[] = [
      all,
      ...groups.map((name) => inventory.groups.get(name)?.variables ?? []),
      ofAll,
      ...groups.map((name) => folders.groups.get(name) ?? []),
      host.variables,
      folders.hosts.get(host.name) ?? [],
    ];
    for (const layer of layers) for (const variable of layer) merged.set(variable.key, variable);
    byHost.set(host.name, merged);
    for (const variable of merged.values()) used.add(variable);
  }
  return { byHost, used };
}
