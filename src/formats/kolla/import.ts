import { CLOUDWRIGHT_VARIABLE, carryCloudwrightVariable } from '../ansible/cloudwrightVariable.ts';
import { ImportContext } from '../ansible/context.ts';
import { filesAt, ownerOf } from '../ansible/files.ts';
import { applyHints } from '../ansible/hints.ts';
import { accountVariables, connection } from '../ansible/hosts.ts';
import { type InventoryPlace, readFolders, readHosts } from '../ansible/sources.ts';
import type { ImportResult, SourceFile } from '../result.ts';
import type { Kolla, KollaOptions } from './context.ts';
import { kollaGroups } from './groups.ts';
import { carryHosts, HOST_VARIABLES } from './hosts.ts';
import { kollaKeys } from './keys.ts';
import { carryNetworks } from './networks.ts';
import { carryPasswords } from './passwords.ts';
import { carryServices } from './services.ts';
import { carryStorage } from './storage.ts';

const INVENTORY: InventoryPlace = {
  path: /\/(?:multinode|all-in-one|hosts|inventory|(?:multinode|all-in-one|hosts|inventory)\.(?:ini|ya?ml))$/,
  names: ['multinode', 'all-in-one', 'hosts', 'inventory'],
  tool: 'Kolla',
};
const GLOBALS = /\/globals\.ya?ml$/;
const GLOBALS_FOLDER = /\/globals\.d\/[^/]+\.(?:ya?ml|json)$/;
const PASSWORDS = /\/passwords\.ya?ml$/;

/** What `globals.yml` falls back to, as far as it matters here. */
const DEFAULTS: Readonly<Record<string, string>> = {
  api_interface: '{{ network_interface }}',
  tunnel_interface: '{{ network_interface }}',
  kolla_external_vip_interface: '{{ network_interface }}',
  kolla_external_vip_address: '{{ kolla_internal_vip_address }}',
  storage_interface: '{{ network_interface }}',
};

/**
 * Reads the files of a Kolla-Ansible cloud, Wallaby to the newest: `globals.yml`, `globals.d/`, an inventory,
 * `passwords.yml`, plain or encrypted. Never throws because of the content of a file.
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
  warnOfUnused(context, files);
  context.draft.set(['cloud'], options.hints?.cloud ?? 'kolla', {
    comment: 'Kolla has no name for a cloud.',
  });
  // A host needs a name that means it on every machine.
  const names = { localhost: 'node1', ...options.hints?.names };
  const { inventory, hosts, variables } = readHosts(context, files, folders, INVENTORY, {
    ...kollaGroups,
    names,
  });
  const kolla: Kolla = { context, inventory, hosts, options };
  connection(context, hosts);
  carryNetworks(kolla);
  carryStorage(kolla);
  carryHosts(kolla);
  carryServices(kolla);
  carryPasswords(context);
  applyHints(context, hosts, options.hints);
  carryCloudwrightVariable(context);
  const known = (key: string): boolean => key === CLOUDWRIGHT_VARIABLE || kollaKeys.rule(key) !== undefined;
  accountVariables(context, inventory, folders, variables, (key) => HOST_VARIABLES[key], known);
  return context.result();
}

const CONFIG_FOLDER = /\/config\/.+/;

/** Kolla merges what stands below `config/` into the files of the services; an import does not read it. */
function warnOfUnused(context: ImportContext, files: readonly SourceFile[]): void {
  const unused = filesAt(files, CONFIG_FOLDER).map((file) => file.path);
  if (unused.length === 0) return;
  const why = 'Kolla merges what stands below config/ into the configuration of its services.';
  context.warn('IMPORT_FILES_UNUSED', undefined, { files: unused.join(', '), why });
}
