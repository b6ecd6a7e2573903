import { hostsOf, type Inventory, type Variable } from '../inventory/inventory.ts';
import { type HostVariables, hostVariables, type VariableFolders } from '../inventory/precedence.ts';
import { readInventory } from '../inventory/read.ts';
import type { SourceFile } from '../result.ts';
import type { ImportContext } from './context.ts';
import { filesAt, ownerOf } from './files.ts';
import { type RoleGroups, type RoleHost, roleHosts } from './hosts.ts';

/** Where a tool's users keep their inventory. */
export interface InventoryPlace {
  readonly path: RegExp;
  /** Names that are looked for, the usual one first; for the error. */
  readonly names: readonly string[];
  /** Name of the tool; for the error. */
  readonly tool: string;
}

/** The inventory with its hosts and what their variables come to. */
export interface InventoryHosts {
  readonly inventory: Inventory;
  readonly hosts: readonly RoleHost[];
  readonly variables: HostVariables;
}

const FOLDER_VARIABLES = /\/(?:group|host)_vars\/[^/]+?(?:\.ya?ml|\.json|\/[^/]+)$/;
/** Left beside the real file by an editor or by the tool itself; Ansible's plugin ignores most of them too. */
const NO_VARIABLES = /(?:\.sample|~|\.bak|\.swp)$/;

/** Reads `group_vars/` and `host_vars/`; what is for all hosts goes to the variables of the cloud. */
export function readFolders(context: ImportContext, files: readonly SourceFile[]): VariableFolders {
  const groups = new Map<string, Variable[]>();
  const hosts = new Map<string, Variable[]>();
  for (const file of filesAt(files, FOLDER_VARIABLES)) {
    const owner = ownerOf(file.path);
    if (!owner || NO_VARIABLES.test(file.path)) continue;
    if (owner.kind === 'group' && owner.name === 'all') {
      context.readVariables(file, 'group');
      continue;
    }
    const target = owner.kind === 'group' ? groups : hosts;
    target.set(owner.name, [...(target.get(owner.name) ?? []), ...context.readEntries(file)]);
  }
  return { groups, hosts };
}

/** Reads the inventory and finds the hosts with a role; reports where there is no inventory, or none with a role. */
export function readHosts(
  context: ImportContext,
  files: readonly SourceFile[],
  folders: VariableFolders,
  place: InventoryPlace,
  groups: RoleGroups,
): InventoryHosts {
  const source = filesAt(files, place.path).find((file) => !ownerOf(file.path));
  const inventory = readInventory(source ?? { path: place.names[0] ?? '', text: '' });
  const variables = hostVariables(inventory, folders);
  context.define(
    'groups',
    Object.fromEntries([...inventory.groups.keys()].map((name) => [name, hostsOf(inventory, name)])),
  );
  if (!source) {
    const details = { format: place.tool, looked: place.names.join(', ') };
    context.report('IMPORT_INVENTORY_MISSING', undefined, details);
    return { inventory, hosts: [], variables };
  }
  const hosts = roleHosts(context, inventory, variables, groups);
  if (hosts.length === 0) {
    const details = { file: source.path, groups: Object.keys(groups.roles).join(', ') };
    const start = { kind: 'file', file: source.path, line: 1, column: 1 } as const;
    context.report('IMPORT_INVENTORY_EMPTY', start, details);
  }
  return { inventory, hosts, variables };
}
