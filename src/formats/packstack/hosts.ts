import { addressToNumber, unusableKind } from '../../cloud/ipv4.ts';
import type { FilePlace } from '../../errors/problem.ts';
import { nearest } from '../../errors/suggest.ts';
import type { Item, Reading } from './reading.ts';

type PackstackRole = 'control' | 'network' | 'compute' | 'storage';

/** A host that the answers name, with the address it has in the management network. */
export interface PackstackHost {
  readonly name: string;
  readonly address: string;
  /** Where the answers first name it. */
  readonly place: FilePlace;
  readonly roles: readonly PackstackRole[];
}

const LIST_KEYS: readonly (readonly [PackstackRole, string])[] = [
  ['control', 'CONFIG_CONTROLLER_HOST'],
  ['network', 'CONFIG_NETWORK_HOSTS'],
  ['compute', 'CONFIG_COMPUTE_HOSTS'],
];

interface Named {
  readonly text: string;
  readonly address: string;
  readonly place: FilePlace;
  readonly roles: Set<PackstackRole>;
}

/**
 * The hosts and what they do. The answers list addresses by role; a missing list stands for the controller, as
 * Packstack's defaults do on the controller itself. Volumes and images are kept on the storage host, which is the
 * controller unless CONFIG_UNSUPPORTED allows CONFIG_STORAGE_HOST.
 */
export function readHosts(reading: Reading): readonly PackstackHost[] {
  const named = new Map<string, Named>();
  for (const [role, key] of LIST_KEYS) {
    const items = reading.items(key);
    const seen = new Set<string>();
    const twice: string[] = [];
    const unusable: string[] = [];
    for (const item of items) {
      const address = addressOf(reading, item);
      if (address === undefined) {
        unusable.push(item.text);
        continue;
      }
      if (seen.has(address)) twice.push(item.text);
      seen.add(address);
      if (role === 'control' && seen.size > 1) continue;
      name(named, item, address, role);
    }
    reportList(reading, role, key, items, twice);
    if (unusable.length > 0) {
      const note = `${unusable.map(short).join(', ')}: no usable address, so left out.`;
      reading.settle(key, 'suspicious', note, unusable.length < items.length ? 'hosts' : undefined);
    }
  }
  const controller = [...named.values()].find((host) => host.roles.has('control'));
  if (!controller) {
    if (reading.items('CONFIG_CONTROLLER_HOST').length === 0) {
      const place = reading.place('CONFIG_CONTROLLER_HOST') ?? reading.place('CONFIG_COMPUTE_HOSTS');
      reading.addProblem('IMPORT_PACKSTACK_CONTROLLER', { place });
    }
  } else {
    // Without a list of their own, instances run on the controller, and it routes.
    for (const role of ['network', 'compute'] as const) {
      const key = role === 'network' ? 'CONFIG_NETWORK_HOSTS' : 'CONFIG_COMPUTE_HOSTS';
      if (reading.items(key).length === 0) controller.roles.add(role);
    }
  }
  storageHost(reading, named, controller);
  return withNames([...named.values()], reading.hints.names ?? {});
}

function name(named: Map<string, Named>, item: Item, address: string, role: PackstackRole): Named {
  const known = named.get(address) ?? {
    text: item.text,
    address,
    place: item.place,
    roles: new Set<PackstackRole>(),
  };
  known.roles.add(role);
  named.set(address, known);
  return known;
}

function reportList(
  reading: Reading,
  role: PackstackRole,
  key: string,
  items: readonly Item[],
  twice: readonly string[],
): void {
  const list = reading.find(key);
  if (!list) return;
  if (items.length === 0) {
    reading.settle(key, 'suspicious', 'Empty: Packstack refuses that. The controller was assumed.');
    return;
  }
  if (role === 'control' && items.length > 1) {
    const note = `Packstack has one controller; ${items[0]?.text ?? ''} was taken and the others left out. Give further hosts the role control in the description: one, three or five of them.`;
    reading.settle(key, 'suspicious', note, 'hosts');
    return;
  }
  if (twice.length > 0) {
    reading.settle(key, 'suspicious', `${twice.join(', ')} is listed twice; once was assumed.`, 'hosts');
    return;
  }
  const spaced = items.find((item) => /\s/.test(item.text));
  if (spaced) {
    reading.settle(key, 'suspicious', `\`${spaced.text}\` is not one host; hosts are separated by commas.`);
    return;
  }
  reading.settle(key, 'carried', undefined, `hosts, role ${role}`);
}

/** The management address of an item; a problem where it has none. */
function addressOf(reading: Reading, item: Item): string | undefined {
  const given = reading.hints.addresses?.[item.text];
  const text = given ?? item.text;
  const value = addressToNumber(text);
  if (value === undefined) {
    const hosts = Object.keys(reading.hints.addresses ?? {});
    reading.addProblem('IMPORT_PACKSTACK_HOST', {
      place: item.place,
      details: { host: short(item.text) },
      suggestion: nearest(item.text, hosts),
    });
    return undefined;
  }
  const kind = unusableKind(value);
  if (kind) {
    reading.addProblem('IMPORT_PACKSTACK_LOOPBACK', {
      place: item.place,
      details: { host: text, kind: `a ${kind}` },
    });
    return undefined;
  }
  return text;
}

function short(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

function storageHost(reading: Reading, named: Map<string, Named>, controller: Named | undefined): void {
  const key = 'CONFIG_STORAGE_HOST';
  const item = reading.yes('CONFIG_UNSUPPORTED') ? reading.items(key)[0] : undefined;
  const address = item && addressOf(reading, item);
  if (item && address) {
    name(named, item, address, 'storage');
    reading.settle(key, 'carried', undefined, 'hosts, role storage');
    return;
  }
  controller?.roles.add('storage');
}

const ROLE_ORDER: readonly PackstackRole[] = ['control', 'network', 'compute', 'storage'];

/** Hosts that the answers call by name keep it; the others are named after their first role, counted from 1. */
function withNames(
  hosts: readonly Named[],
  givenNames: Readonly<Record<string, string>>,
): readonly PackstackHost[] {
  const taken = new Set<string>(hosts.flatMap((host) => givenNames[host.address] ?? []));
  const named: PackstackHost[] = [];
  for (const host of hosts) {
    const roles = ROLE_ORDER.filter((role) => host.roles.has(role));
    const given = givenNames[host.address];
    if (given !== undefined) {
      named.push({ name: given, address: host.address, place: host.place, roles });
      continue;
    }
    const own = /^[a-z][a-z0-9-]{0,62}$/.exec(host.text.split('.')[0]?.toLowerCase() ?? '')?.[0];
    const stem = stemOf(roles);
    let name = own && !own.endsWith('-') ? own : stem === 'controller' ? stem : `${stem}1`;
    for (let count = 2; taken.has(name); count++) name = `${own ? `${own}-` : stem}${count}`;
    taken.add(name);
    named.push({ name, address: host.address, place: host.place, roles });
  }
  return named;
}

function stemOf(roles: readonly PackstackRole[]): string {
  if (roles.includes('control')) return 'controller';
  return roles.includes('compute') ? 'compute' : (roles[0] ?? 'host');
}
