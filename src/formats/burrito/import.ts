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
import { burritoGroups } from './groups.ts';
import { carryHosts, HOST_VARIABLES } from './hosts.ts';
import { burritoKeys } from './keys.ts';
import { carryMinimums } from './minimums.ts';
import { carryNetworks } from './networks.ts';
import { carrySecrets } from './secrets.ts';
import { carryServices } from './services.ts';
import { carryStorage } from './storage.ts';

export interface BurritoOptions extends ImportOptions {
  readonly hints?: ImportHints | undefined;
}

/** What the parts of the importer share. */
export interface Burrito {
  readonly context: ImportContext;
  readonly inventory: Inventory;
  readonly hosts: readonly RoleHost[];
  readonly options: BurritoOptions;
}

const INVENTORY = /\/(?:hosts|inventory|hosts\.(?:ini|ya?ml)|inventory\.(?:ini|ya?ml))$/;
const VARS = /\/vars\.ya?ml$/;
const FOLDER_VARS = /\/(?:group|host)_vars\/[^/]+?(?:\.ya?ml|\.json|\/[^/]+)$/;

/**
 * Reads a Burrito folder (A8), releases 1.0 to 3.0: `hosts`, `vars.yml`, `group_vars/`, `host_vars/`, an encrypted
 * `vault.yml`, and `offline_vars.yml` where the folder is marked offline. Never throws for what stands in a file.
 */
export function importBurrito(files: readonly SourceFile[], options: BurritoOptions = {}): ImportResult {
  const context = new ImportContext('burrito', 'Burrito', burritoKeys, options);
  const folders = readFolders(context, files);
  for (const file of filesAt(files, VARS)) {
    if (!ownerOf(file.path)) context.readVariables(file);
  }
  if (filesAt(files, /\/\.offline_flag$/).length > 0) {
    for (const file of filesAt(files, /\/offline_vars\.ya?ml$/)) context.readVariables(file);
  }
  context.draft.set(['cloud'], options.hints?.cloud ?? 'burrito', {
    comment: 'Burrito has no name for a cloud.',
  });
  const source = filesAt(files, INVENTORY).find((file) => !ownerOf(file.path));
  if (!source) {
    const details = { format: 'Burrito', looked: 'hosts, hosts.yml, inventory' };
    context.report('IMPORT_INVENTORY_MISSING', undefined, details);
  }
  const inventory = readInventory(source ?? { path: 'hosts', text: '' });
  const variables = hostVariables(inventory, folders);
  context.define(
    'groups',
    Object.fromEntries([...inventory.groups.keys()].map((name) => [name, hostsOf(inventory, name)])),
  );
  const hosts = source
    ? roleHosts(context, inventory, variables, { ...burritoGroups, names: options.hints?.names ?? {} })
    : [];
  if (source && hosts.length === 0) {
    const details = { file: source.path, groups: Object.keys(burritoGroups.roles).join(', ') };
    context.report(
      'IMPORT_INVENTORY_EMPTY',
      { kind: 'file', file: source.path, line: 1, column: 1 },
      details,
    );
  }
  const burrito: Burrito = { context, inventory, hosts, options };
  connection(context, hosts);
  carryNetworks(burrito);
  carryStorage(burrito);
  carryHosts(burrito);
  carryServices(burrito);
  const minimums = carryMinimums(burrito, folders);
  carrySecrets(burrito);
  applyHints(context, hosts, options.hints);
  carryOwn(context);
  const folderVariables = [
    ...[...folders.groups].map(([owner, list]) => ({ owner: `group_vars/${owner}`, variables: list })),
    ...[...folders.hosts].map(([owner, list]) => ({ owner: `host_vars/${owner}`, variables: list })),
  ];
  const taken = (key: string) => minimums.get(key) ?? HOST_VARIABLES[key];
  const known = (key: string): boolean => key === OWN_VARIABLE || burritoKeys.rule(key) !== undefined;
  accountVariables(context, inventory, folderVariables, variables, taken, known);
  return context.result();
}

/** Reads `group_vars/` and `host_vars/`; what is for all hosts goes to the variables of the cloud. */
function readFolders(context: ImportContext, files: readonly SourceFile[]): VariableFolders {
  const groups = new Map<string, Variable[]>();
  const hosts = new Map<string, Variable[]>();
  for (const file of filesAt(files, FOLDER_VARS)) {
    const owner = ownerOf(file.path);
    if (!owner || /(?:\.sample|~|\.bak|\.swp)$/.test(file.path)) continue;
    if (owner.kind === 'group' && owner.name === 'all') {
      context.readVariables(file, 'group');
      continue;
    }
    const target = owner.kind === 'group' ? groups : hosts;
    target.set(owner.name, [...(target.get(owner.name) ?? []), ...context.readEntries(file)]);
  }
  return { groups, hosts };
}
