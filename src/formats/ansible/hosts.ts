import { addressToNumber } from '../../cloud/ipv4.ts';
import { roleNames, storageRoles } from '../../cloud/roles.ts';
import type { FilePlace } from '../../errors/problem.ts';
import { nearest } from '../../errors/suggest.ts';
import { Confidential } from '../../secrets/confidential.ts';
import { groupsByHost, type Inventory, type InventoryHost, type Variable } from '../inventory/inventory.ts';
import type { HostVariables, VariableFolders } from '../inventory/precedence.ts';
import { plainOf } from '../values/node.ts';
import { asBoolean, asInteger, asText, isPlaceholder } from '../values/scalar.ts';
import { looksSecret } from '../values/source.ts';
import type { ImportContext } from './context.ts';

/** A host of the inventory that has a role here. */
export interface RoleHost {
  /** Name in the description. */
  readonly name: string;
  readonly host: InventoryHost;
  readonly groups: ReadonlySet<string>;
  readonly roles: readonly string[];
  readonly variables: ReadonlyMap<string, Variable>;
}

export interface RoleGroups {
  /** Roles that a group gives. */
  readonly roles: Readonly<Record<string, readonly string[]>>;
  /** Groups that are known and give none, with the reason. */
  readonly others: (group: string) => string | undefined;
  /** Variable that holds the management address. */
  readonly addressVariable: string;
  /** Names in the description of hosts whose own name cannot be used. */
  readonly names?: Readonly<Record<string, string>>;
}

const roleOrder: readonly string[] = roleNames;

/** Finds the hosts with a role, and accounts for every group and host. */
export function roleHosts(
  context: ImportContext,
  inventory: Inventory,
  variables: HostVariables,
  groups: RoleGroups,
): readonly RoleHost[] {
  context.addFile(inventory.file);
  context.problems.push(...inventory.problems);
  const memberships = groupsByHost(inventory);
  accountGroups(context, inventory, groups);
  const found: RoleHost[] = [];
  const names = new Set<string>();
  for (const host of inventory.hosts.values()) {
    const memberOf = new Set(memberships.get(host.name));
    const roles = rolesOf(memberOf, groups);
    const name = describedName(own(groups.names, host.name) ?? host.name, names);
    if (roles.length === 0) {
      if (memberOf.size === 0 || [...memberOf].every((group) => group === 'ungrouped')) {
        context.warn('IMPORT_HOST_UNUSED', host.place, { host: host.name });
        context.account(host.name, host.place, 'suspicious', { note: 'in no group; left out' });
      } else {
        context.account(host.name, host.place, 'meaningless', {
          note: 'in groups that mean nothing here; left out',
        });
      }
      continue;
    }
    if (name === undefined) {
      context.account(host.name, host.place, 'suspicious', { note: 'not a usable host name; left out' });
      context.report('IMPORT_HOST_NAME', host.place, { host: host.name, variable: groups.addressVariable });
      continue;
    }
    names.add(name);
    const note = name === host.name ? undefined : `called ${name} here`;
    context.account(host.name, host.place, 'carried', { to: `hosts.${name}`, note });
    found.push({
      name,
      host,
      groups: memberOf,
      roles,
      variables: variables.byHost.get(host.name) ?? new Map(),
    });
  }
  return found;
}

/** A group or a host may be called `constructor`, which every object inherits. */
function own<T>(record: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return record && Object.hasOwn(record, name) ? record[name] : undefined;
}

function accountGroups(context: ImportContext, inventory: Inventory, groups: RoleGroups): void {
  for (const group of inventory.groups.values()) {
    if (group.name === 'ungrouped' || group.name === 'all') continue;
    const key = `[${group.name}]`;
    const roles = own(groups.roles, group.name);
    const reason = groups.others(group.name);
    if (roles) context.account(key, group.place, 'carried', { to: `hosts.*.roles: ${roles.join(', ')}` });
    else if (reason) context.account(key, group.place, 'meaningless', { note: reason });
    else {
      const suggestion = nearest(group.name, Object.keys(groups.roles));
      const note = suggestion
        ? `an unknown group; \`${suggestion}\` may be meant`
        : 'a group that means nothing here';
      context.account(key, group.place, suggestion ? 'suspicious' : 'meaningless', { note });
    }
  }
}

function rolesOf(memberOf: ReadonlySet<string>, groups: RoleGroups): readonly string[] {
  const roles = new Set<string>();
  for (const group of memberOf) for (const role of own(groups.roles, group) ?? []) roles.add(role);
  if (storageRoles.every((role) => roles.has(role))) {
    roles.add('storage');
    for (const role of storageRoles) roles.delete(role);
  }
  return [...roles].sort((a, b) => roleOrder.indexOf(a) - roleOrder.indexOf(b));
}

/** The name in the description: lower case, without the domain. */
function describedName(name: string, taken: ReadonlySet<string>): string | undefined {
  if (addressToNumber(name) !== undefined) {
    const made = `host-${name.replaceAll('.', '-')}`;
    return taken.has(made) ? undefined : made;
  }
  const short = (name.split('.')[0] ?? '').toLowerCase().replaceAll('_', '-');
  if (!/^(?!\d+$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(short) || taken.has(short)) return undefined;
  return short;
}

const CONNECTION: Readonly<Record<string, string>> = {
  ansible_user: 'ssh.user',
  ansible_ssh_user: 'ssh.user',
  ansible_port: 'ssh.port',
  ansible_ssh_port: 'ssh.port',
  ansible_ssh_private_key_file: 'ssh.key',
  ansible_private_key_file: 'ssh.key',
  ansible_become: 'ssh.sudo',
};

const USUAL_CONNECTION: Readonly<Record<string, string | number>> = { 'ssh.user': 'root', 'ssh.port': 22 };
const DIFFERS =
  'differs from that of the first host, which is taken for all; put it into an ssh_config and name that in ssh.config';

const SECRETS: Readonly<Record<string, string>> = {
  ansible_password: 'ssh_password',
  ansible_ssh_pass: 'ssh_password',
  ansible_ssh_password: 'ssh_password',
  ansible_become_password: 'sudo_password',
  ansible_become_pass: 'sudo_password',
  ansible_sudo_pass: 'sudo_password',
};

const HARMLESS: Readonly<Record<string, string>> = {
  ansible_connection:
    'the connection is chosen by Cloudwright; a host that is this machine is reached by ssh too',
  ansible_python_interpreter: 'nothing on the hosts needs Python',
  ansible_group_priority: 'precedence was applied while reading',
  ansible_become_method: 'sudo is used',
  ansible_become_user: 'root is used',
};

/**
 * Carries Ansible's connection variables over to `ssh`. Cloudwright has one setting for all hosts: that of the first
 * host; a host that differs is reported. Returns the names that were taken up.
 */
export function connection(context: ImportContext, hosts: readonly RoleHost[]): ReadonlySet<string> {
  const first = hosts[0];
  const done = new Set<string>([
    ...Object.keys(CONNECTION),
    ...Object.keys(SECRETS),
    ...Object.keys(HARMLESS),
  ]);
  if (!first) return done;
  for (const [key, to] of Object.entries(CONNECTION)) {
    const variable = first.variables.get(key) ?? context.entry(key);
    const found = context.ofHost(first.variables, key);
    const value = connectionValue(to, found);
    if (!variable || value === undefined) continue;
    const usual = USUAL_CONNECTION[to];
    if (value !== usual)
      context.draft.set(to.split('.'), value, { place: variable.place, comment: `Ansible: ${key}` });
    context.settle(key, value === usual ? 'default' : 'carried', { to });
  }
  if (first.host.port !== undefined && first.host.port !== 22 && !context.draft.has(['ssh', 'port'])) {
    context.draft.set(['ssh', 'port'], first.host.port, { place: first.host.place });
  }
  for (const [key, to] of Object.entries(SECRETS)) {
    const secret = hostSecret(context, first, key);
    if (!secret) {
      context.settle(key, 'suspicious', { note: 'its value cannot be had here; keys are used for ssh' });
      continue;
    }
    context.secrets[to] ??= secret;
    context.settle(key, 'carried', { to: `vault: ${to}` });
  }
  return done;
}

function hostSecret(context: ImportContext, host: RoleHost, key: string): Confidential | undefined {
  const own = host.variables.get(key);
  if (!own || context.entry(key)) return context.secret(key);
  const found = context.resolve(own.node);
  const text = found.kind === 'value' && typeof found.value !== 'object' ? String(found.value) : '';
  if (text === '' || isPlaceholder(text)) return undefined;
  if (own.node.kind === 'scalar' && !text.includes('{{') && own.node.value === text) {
    context.warn('IMPORT_CLEAR_PASSWORD', own.place, { key });
  }
  return new Confidential(text);
}

function connectionValue(to: string, found: unknown): string | number | boolean | undefined {
  if (to === 'ssh.port') return asInteger(found as never);
  if (to === 'ssh.sudo') return asBoolean(found as never);
  const text = asText(found as never);
  return text === '' ? undefined : text;
}

/** Outcome of a connection variable of one host or group: there is one value for all hosts. */
function connectionOutcome(
  context: ImportContext,
  { key, node }: Variable,
): { outcome: 'carried' | 'suspicious'; to?: string; note?: string } | undefined {
  const [path, secret] = [CONNECTION[key], SECRETS[key]];
  if (path === undefined && secret === undefined) return undefined;
  const found = context.resolve(node);
  const value = found.kind === 'value' && !isPlaceholder(found.value) ? found.value : undefined;
  if (path !== undefined) {
    const own = found.kind === 'value' && !found.secret ? connectionValue(path, value) : undefined;
    if (own === undefined)
      return { outcome: 'suspicious', note: 'its value cannot be evaluated; not carried over' };
    const taken = context.draft.get(path.split('.')) ?? USUAL_CONNECTION[path];
    return taken === undefined || own === taken
      ? { outcome: 'carried', to: path }
      : { outcome: 'suspicious', note: DIFFERS };
  }
  const taken = secret && context.secrets[secret]?.reveal();
  if (value === undefined || taken === undefined)
    return { outcome: 'suspicious', note: 'its value cannot be evaluated; not carried over' };
  if (String(value) !== taken) return { outcome: 'suspicious', note: DIFFERS };
  return { outcome: 'carried', to: `vault: ${secret}` };
}

/** Accounts for the variables of the inventory, `group_vars` of single groups and `host_vars`. */
export function accountVariables(
  context: ImportContext,
  inventory: Inventory,
  folders: VariableFolders,
  variables: HostVariables,
  taken: (
    key: string,
  ) => { to?: string; note?: string; outcome?: 'default' | 'suspicious' | 'meaningless' } | undefined,
  known: (key: string) => boolean,
): void {
  const owners = [
    ...[...inventory.groups.values()].map((group) => ({
      owner: `[${group.name}:vars]`,
      variables: group.variables,
    })),
    ...[...inventory.hosts.values()].map((host) => ({ owner: host.name, variables: host.variables })),
    ...[...folders.groups].map(([owner, list]) => ({ owner: `group_vars/${owner}`, variables: list })),
    ...[...folders.hosts].map(([owner, list]) => ({ owner: `host_vars/${owner}`, variables: list })),
  ];
  const seen = new Set<FilePlace>();
  const shownValue = (variable: Variable): string =>
    `${variable.key}=${JSON.stringify(plainOf(variable.node))}`;
  const usedValues = new Set([...variables.used].map(shownValue));
  for (const { owner, variables: list } of owners) {
    for (const variable of list) {
      // A range of hosts shares its variables: one line of the account is enough.
      if (seen.has(variable.place)) continue;
      seen.add(variable.place);
      const { key, place } = variable;
      const shown =
        !known(key) && !(key in SECRETS) && !(key in CONNECTION) && looksSecret(key)
          ? `${owner}: (unknown name of a secret)`
          : `${owner}: ${key.slice(0, 80)}`;
      if (!variables.used.has(variable) && !usedValues.has(shownValue(variable))) {
        context.account(shown, place, 'suspicious', {
          note: 'overridden by a variable of the same name, or of no host',
        });
        continue;
      }
      const done = taken(key);
      if (context.entry(key)?.layer === 'extra' && !key.startsWith('ansible_')) {
        const note = 'the variable of this name for all hosts has precedence';
        context.account(shown, place, 'suspicious', { note });
        continue;
      }
      if (done) {
        context.account(shown, place, done.outcome ?? 'carried', { to: done.to, note: done.note });
        continue;
      }
      const connected = connectionOutcome(context, variable);
      if (connected) context.account(shown, place, connected.outcome, connected);
      else if (HARMLESS[key]) context.account(shown, place, 'meaningless', { note: HARMLESS[key] });
      else if (key.startsWith('ansible_')) {
        const note = 'how Ansible connects; put what is needed into an ssh_config and name it in ssh.config';
        context.account(shown, place, 'unsupported', { note });
      } else if (known(key)) {
        const note =
          context.entry(key)?.layer === 'extra'
            ? 'the global variable of this name has precedence'
            : 'not taken up for a single host or group';
        context.account(shown, place, 'suspicious', { note });
      } else context.account(shown, place, 'suspicious', { note: 'an unknown variable' });
    }
  }
}
