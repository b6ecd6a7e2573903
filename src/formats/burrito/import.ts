import { CLOUDWRIGHT_VARIABLE, carryCloudwrightVariable } from '../ansible/cloudwrightVariable.ts';
import { ImportContext } from '../ansible/context.ts';
import { filesAt, ownerOf } from '../ansible/files.ts';
import { applyHints } from '../ansible/hints.ts';
import { accountVariables, connection } from '../ansible/hosts.ts';
import { type InventoryPlace, readFolders, readHosts } from '../ansible/sources.ts';
import type { ImportResult, SourceFile } from '../result.ts';
import type { Burrito, BurritoOptions } from './context.ts';
import { burritoGroups } from './groups.ts';
import { carryHosts, HOST_VARIABLES } from './hosts.ts';
import { burritoKeys } from './keys.ts';
import { carryMinimums } from './minimums.ts';
import { carryNetworks } from './networks.ts';
import { carrySecrets } from './secrets.ts';
import { carryServices } from './services.ts';
import { carryStorage } from './storage.ts';

const INVENTORY: InventoryPlace = {
  path: /\/(?:hosts|inventory|hosts\.(?:ini|ya?ml)|inventory\.(?:ini|ya?ml))$/,
  names: ['hosts', 'hosts.yml', 'inventory'],
  tool: 'Burrito',
};
const VARS = /\/vars\.ya?ml$/;

/**
 * Reads a Burrito folder, releases 1.0 to 3.0: `hosts`, `vars.yml`, `group_vars/`, `host_vars/`, an encrypted
 * `vault.yml`, and `offline_vars.yml` where the folder is marked offline. Never throws because of the content of a file.
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
  const groups = { ...burritoGroups, names: options.hints?.names ?? {} };
  const { inventory, hosts, variables } = readHosts(context, files, folders, INVENTORY, groups);
  const burrito: Burrito = { context, inventory, hosts, options };
  connection(context, hosts);
  carryNetworks(burrito);
  carryStorage(burrito);
  carryHosts(burrito);
  carryServices(burrito);
  const minimums = carryMinimums(burrito, folders);
  carrySecrets(burrito);
  applyHints(context, hosts, options.hints);
  carryCloudwrightVariable(context);
  const taken = (key: string) => minimums.get(key) ?? HOST_VARIABLES[key];
  const known = (key: string): boolean => key === CLOUDWRIGHT_VARIABLE || burritoKeys.rule(key) !== undefined;
  accountVariables(context, inventory, folders, variables, taken, known);
  return context.result();
}
