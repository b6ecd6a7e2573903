import { ImportContext, type ImportOptions } from '../ansible/context.ts';
import { filesAt, ownerOf } from '../ansible/files.ts';
import { applyHints } from '../ansible/hints.ts';
import { accountVariables, connection, type RoleHost, roleHosts } from '../ansible/hosts.ts';
import { carryOwn, OWN_VARIABLE } from '../ansible/own.ts';
import type { ImportHints } from '../hints.ts';
import { hostsOf, type Inventory, type Variable } from '../inventory/inventory.ts';
import { hostVariables, type VariableFolders } from '../inventory/precedence.ts';
import { readInventory } from '../inventory/read.ts';
import type { ImportResult, SourceFile } from '../result.ts';
import { kollaGroups } from './groups.ts';
import { carryHosts, HOST_VARIABLES } from './hosts.ts';
import { kollaKeys } from './keys.ts';
import { carryNetworks } from './networks.ts';
import { carryPasswords } from './passwords.ts';
import { carryServices } from './services.ts';
import { carryStorage } from './storage.ts';

export interface KollaOptions extends ImportOptions {
  readonly hints?: ImportHints | undefined;
}

/** What the parts of the importer share. */
export interface Kolla {
  readonly context: ImportContext;
  readonly inventory: Inventory;
  readonly hosts: readonly RoleHost[];
  readonly options: KollaOptions;
}

const INVENTORY =
  /\/(?:multinode|all-in-one|hosts|inventory|(?:multinode|all-in-one|hosts|inventory)\.(?:ini|ya?ml))$/;
const GLOBALS = /\/globals\.ya?ml$/;
const GLOBALS_FOLDER = /\/globals\.d\/[^/]+\.(?:ya?ml|json)$/;
const PASSWORDS = /\/passwords\.ya?ml$/;
const FOLDER_VARS = /\/(?:group|host)_vars\/[^/]+?(?:\.ya?ml|\.json|\/[^/]+)$/;

/** What `globals.yml` falls back to, as far as it matters here. */
const DEFAULTS: Readonly<Record<string, string>> = {
  api_interface: '{{ network_interface }}',
  tunnel_interface: '{{ network_interface }}',
  kolla_external_vip_interface: '{{ network_interface }}',
  kolla_external_vip_address: '{{ kolla_internal_vip_address }}',
  storage_interface: '{{ network_interface }}',
};

/**
 * Reads the files of a Kolla-Ansible cloud (A8), Wallaby to the newest: `globals.yml`, `globals.d/`, an inventory,
 * `passwords.yml`, plain or encrypted. Never throws for what stands in a file.
 */
export function importKolla(files: readonly SourceFile[], options: KollaOptions = {}): ImportResult {
  const context = new ImportContext('kolla', 'Kolla', kollaKeys, options);
  for (const [key, value] of Object.entries(DEFAULTS)) context.define(key, value);
  const folders = readFolders(context, files);
  for (const file of [
    ...filesAt(files, GLOBALS),
    ...filesAt(files, GLOBALS_FOLDER),
    ...filesAt(files, PASSWORDS),
  ]) {
    if (!ownerOf(file.path)) context.readVariables(file);
  }
  context.draft.set(['cloud'], options.hints?.cloud ?? 'kolla', {
    comment: 'Kolla has no name for a cloud.',
  });
  const source = filesAt(files, INVENTORY).find((file) => !ownerOf(file.path));
  if (!source) {
    context.report('IMPORT_INVENTORY_MISSING', undefined, {
      format: 'Kolla',
      looked: 'multinode, all-in-one, hosts, inventory',
    });
  }
  const inventory = readInventory(source ?? { path: 'multinode', text: '' });
  const variables = hostVariables(inventory, folders);
  context.define(
    'groups',
    Object.fromEntries([...inventory.groups.keys()].map((name) => [name, hostsOf(inventory, name)])),
  );
  // A host needs a name that means it on every machine.
  const names = { localhost: 'node1', ...options.hints?.names };
  const hosts = source ? roleHosts(context, inventory, variables, { ...kollaGroups, names }) : [];
  if (source && hosts.length === 0) {
    const details = { file: source.path, groups: Object.keys(kollaGroups.roles).join(', ') };
    context.report(
      'IMPORT_INVENTORY_EMPTY',
      { kind: 'file', file: source.path, line: 1, column: 1 },
      details,
    );
  }
  const kolla: Kolla = { context, inventory, hosts, options };
  connection(context, hosts);
  carryNetworks(kolla);
  carryStorage(kolla);
  carryHosts(kolla);
  carryServices(kolla);
  carryPasswords(context);
  applyHints(context, hosts, options.hints);
  carryOwn(context);
  const folderVariables = [
    ...[...folders.groups].map(([owner, list]) => ({ owner: `group_vars/${owner}`, variables: list })),
    ...[...folders.hosts].map(([owner, list]) => ({ owner: `host_vars/${owner}`, variables: list })),
  ];
  const known = (key: string): boolean => key === OWN_VARIABLE || kollaKeys.rule(key) !== undefined;
  accountVariables(context, inventory, folderVariables, variables, (key) => HOST_VARIABLES[key], known);
  return context.result();
}

function readFolders(context: ImportContext, files: readonly SourceFile[]): VariableFolders {
  const groups = new Map<string, Variable[]>();
  const hosts = new Map<string, Variable[]>();
  for (const file of filesAt(files, FOLDER_VARS)) {
    const owner = ownerOf(file.path);
    if (!owner) continue;
    if (owner.kind === 'group' && owner.name === 'all') {
      context.readVariables(file, 'group');
      continue;
    }
    const into = owner.kind === 'group' ? groups : hosts;
    into.set(owner.name, [...(into.get(owner.name) ?? []), ...context.readEntries(file)]);
  }
  return { groups, hosts };
}
