import { problem } from '../../errors/problem.ts';
import type { SourceFile } from '../result.ts';
import type { MapEntry, ValueNode } from '../values/node.ts';
import { readYaml } from '../values/yaml.ts';
import { checkGroups } from './ini.ts';
import { addMembers, emptyInventory, groupNamed, hostNamed, type Inventory } from './inventory.ts';
import { expandHosts } from './ranges.ts';

const DEEPEST = 40;

/** Reads an Ansible inventory in YAML form: groups with `hosts`, `children` and `vars`. Never throws. */
export function readYamlInventory(file: SourceFile): Inventory {
  const inventory = emptyInventory(file.path);
  const { node, problems } = readYaml(file);
  inventory.problems.push(...problems);
  for (const entry of mapEntries(inventory, node, 'the inventory')) readGroup(inventory, entry, undefined, 0);
  checkGroups(inventory);
  return inventory;
}

function mapEntries(inventory: Inventory, node: ValueNode | undefined, what: string): readonly MapEntry[] {
  if (!node || (node.kind === 'scalar' && node.value === null)) return [];
  if (node.kind === 'map') return node.entries;
  const details = { reason: `${what} must be a map` };
  inventory.problems.push(problem('IMPORT_INVENTORY_LINE', { place: node.place, details }));
  return [];
}

function readGroup(inventory: Inventory, entry: MapEntry, parent: string | undefined, depth: number): void {
  const group = groupNamed(inventory, entry.key, entry.keyPlace);
  if (parent !== undefined && parent !== 'all') {
    const above = groupNamed(inventory, parent, entry.keyPlace);
    if (!above.children.has(entry.key)) above.children.set(entry.key, entry.keyPlace);
  }
  if (depth > DEEPEST) return;
  for (const part of mapEntries(inventory, entry.value, `the group ${entry.key.slice(0, 80)}`)) {
    const what = `\`${part.key.slice(0, 40)}\` of a group`;
    if (part.key === 'children') {
      for (const child of mapEntries(inventory, part.value, what))
        readGroup(inventory, child, entry.key, depth + 1);
    } else if (part.key === 'vars') {
      for (const item of mapEntries(inventory, part.value, what)) {
        group.variables.push({ key: item.key, place: item.keyPlace, node: item.value });
      }
    } else if (part.key === 'hosts') {
      for (const host of mapEntries(inventory, part.value, what)) readHost(inventory, group.name, host);
    } else {
      const details = { reason: 'a group holds `hosts`, `children` and `vars` only' };
      inventory.problems.push(problem('IMPORT_INVENTORY_LINE', { place: part.keyPlace, details }));
    }
  }
}

function readHost(inventory: Inventory, group: string, entry: MapEntry): void {
  const hosts = expandHosts(entry.key);
  if (hosts.kind === 'wrong') {
    const details = { pattern: entry.key.slice(0, 80), reason: hosts.reason };
    inventory.problems.push(problem('IMPORT_INVENTORY_RANGE', { place: entry.keyPlace, details }));
    return;
  }
  const variables = mapEntries(inventory, entry.value, 'the variables of a host').map((item) => ({
    key: item.key,
    place: item.keyPlace,
    node: item.value,
  }));
  const members = groupNamed(inventory, group, entry.keyPlace);
  if (!addMembers(inventory, members, hosts.names, entry.keyPlace)) return;
  for (const name of hosts.names) {
    const host = hostNamed(inventory, name, entry.keyPlace);
    if (hosts.port !== undefined) host.port = hosts.port;
    host.variables.push(...variables);
  }
}
