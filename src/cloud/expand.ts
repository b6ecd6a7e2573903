import { type Problem, problem } from '../errors/problem.ts';
import type { Role } from './cloud.ts';
import type { Path } from './document.ts';
import type { Draft, DraftHost } from './draft.ts';
import { addressToNumber, numberToAddress, sensibleSize } from './ipv4.ts';
import { type NetworkName, otherNetworks } from './networks.ts';
import { expandRange } from './ranges.ts';
import { rolesNamed, storageRoles } from './roles.ts';

/** An address of a host, and where in the description it comes from. */
export interface HostAddress {
  readonly network: NetworkName;
  readonly text: string;
  readonly value: number;
  readonly path: Path;
  /** Taken from the host part of the management address, as none was given. */
  readonly derived: boolean;
}

/** One host after ranges were expanded, roles resolved and addresses derived. */
export interface DraftedHost {
  readonly name: string;
  readonly entry: DraftHost;
  readonly path: Path;
  readonly roles: ReadonlySet<Role>;
  readonly sshAddress: string;
  readonly interfaces: Readonly<Partial<Record<NetworkName, string>>>;
  readonly addresses: Readonly<Partial<Record<NetworkName, HostAddress>>>;
}

export interface Expanded {
  readonly hosts: readonly DraftedHost[];
  readonly problems: readonly Problem[];
  /** Every entry became hosts, so that counting them makes sense. */
  readonly complete: boolean;
}

/** Hosts with these roles are in the network by default; management holds all hosts. */
const rolesOfNetwork: Readonly<Record<Exclude<NetworkName, 'management'>, readonly Role[]>> = {
  service: ['control', 'rgw'],
  provider: ['network', 'compute'],
  overlay: ['network', 'compute'],
  storage: ['control', 'compute', ...storageRoles],
};

/** Turns the entries under `hosts` into single hosts. */
export function expandHosts(draft: Draft): Expanded {
  const problems: Problem[] = [];
  // A host entry that can't be read may be the network host.
  const someNetworkHost =
    draft.unreadable.has('hosts') || draft.hosts.some((host) => host.description.roles.includes('network'));
  const hosts: DraftedHost[] = [];
  let complete = !draft.unreadable.has('hosts');
  for (const entry of draft.hosts) {
    const expansion = expandRange(entry.key);
    if (expansion.kind === 'wrong') {
      const details = { name: entry.key, reason: expansion.reason };
      complete = false;
      problems.push(problem('CLOUD_HOST_RANGE', { place: draft.keyAt(['hosts', entry.key]), details }));
      continue;
    }
    const roles = rolesOf(entry, someNetworkHost);
    const ranged = expansion.names.length > 1;
    const targets = sshTargets(entry, expansion.names.length);
    if (!targets) {
      complete = false;

      const place = draft.at(['hosts', entry.key, 'ssh_address']);
      const details = {
        address: entry.description.ssh_address ?? '',
        count: expansion.names.length,
        name: entry.key,
      };
      problems.push(problem('CLOUD_HOST_SSH_ADDRESS', { place, details }));
      continue;
    }
    const overflow = countedTooFar(draft, entry, expansion.names.length);
    if (overflow) {
      complete = false;

      problems.push(overflow);
      continue;
    }
    for (const [index, name] of expansion.names.entries()) {
      const drafted = draftHost(draft, entry, name, index, roles, targets[index] ?? '');
      hosts.push(drafted.host);
      // One sentence for a range is enough.
      if (!ranged || index === 0) problems.push(...drafted.problems);
    }
  }
  return { hosts, problems, complete };
}

function rolesOf(entry: DraftHost, someNetworkHost: boolean): Set<Role> {
  const roles = new Set<Role>(entry.description.roles.flatMap(rolesNamed));
  if (!someNetworkHost && roles.has('control')) roles.add('network');
  return roles;
}

/** Where ssh goes for each host of the entry; nothing when several hosts would get the same name. */
function sshTargets(entry: DraftHost, count: number): readonly string[] | undefined {
  const { ssh_address: given, address } = entry.description;
  const target = given ?? address;
  const first = addressToNumber(target);
  if (first !== undefined) return Array.from({ length: count }, (_, index) => numberToAddress(first + index));
  const expansion = expandRange(target);
  if (expansion.kind === 'wrong' || expansion.names.length !== count) return undefined;
  return expansion.names;
}

function countedTooFar(draft: Draft, entry: DraftHost, count: number): Problem | undefined {
  const { address, addresses } = entry.description;
  const given: [Path, string | undefined][] = [
    [['address'], address],
    [['addresses', 'service'], addresses.service],
    [['addresses', 'overlay'], addresses.overlay],
    [['addresses', 'storage'], addresses.storage],
  ];
  for (const [path, text] of given) {
    const first = text === undefined ? undefined : addressToNumber(text);
    if (first === undefined || first + count - 1 < 2 ** 32) continue;
    return problem('CLOUD_HOST_RANGE_ADDRESS', {
      place: draft.at(['hosts', entry.key, ...path]),
      details: { address: text ?? '', count, name: entry.key },
    });
  }
  return undefined;
}

function draftHost(
  draft: Draft,
  entry: DraftHost,
  name: string,
  index: number,
  roles: ReadonlySet<Role>,
  sshAddress: string,
): { host: DraftedHost; problems: readonly Problem[] } {
  const { description, key } = entry;
  const path: Path = ['hosts', key];
  const problems: Problem[] = [];
  const interfaces: Partial<Record<NetworkName, string>> = {};
  const addresses: Partial<Record<NetworkName, HostAddress>> = {};
  const counted = (network: NetworkName, text: string, at: Path): HostAddress => {
    const value = (addressToNumber(text) ?? 0) + index;
    return { network, text: numberToAddress(value), value, path: at, derived: false };
  };
  const management = counted('management', description.address, [...path, 'address']);
  addresses.management = management;
  const usual = draft.networks.management?.interface;
  const managementInterface = description.interfaces.management ?? usual;
  if (managementInterface !== undefined) interfaces.management = managementInterface;

  for (const network of otherNetworks) {
    const described = draft.networks[network];
    const ownInterface = description.interfaces[network];
    const ownAddress = network === 'provider' ? undefined : description.addresses[network];
    if (!described) {
      if (draft.unreadable.has('networks') || draft.unreadable.has(`networks.${network}`)) continue;
      for (const [thing, at] of [
        ['an interface', ownInterface ? ['interfaces', network] : undefined],
        ['an address', ownAddress ? ['addresses', network] : undefined],
      ] as const) {
        if (!at) continue;
        const details = { host: key, network, thing };
        problems.push(
          problem('CLOUD_ADDRESS_OF_NO_NETWORK', { place: draft.keyAt([...path, ...at]), details }),
        );
      }
      continue;
    }
    const byRole = rolesOfNetwork[network].find((role) => roles.has(role));
    if (ownInterface === null) {
      if (byRole !== undefined && (network === 'provider' || network === 'overlay')) {
        const place = draft.keyAt([...path, 'interfaces', network]);
        problems.push(
          problem('CLOUD_INTERFACE_MISSING', { place, details: { host: key, role: byRole, network } }),
        );
      }
      continue;
    }
    if (byRole === undefined && ownInterface === undefined && ownAddress === undefined) continue;
    interfaces[network] = ownInterface ?? described.interface;
    if (network === 'provider') continue;
    if (ownAddress !== undefined) {
      addresses[network] = counted(network, ownAddress, [...path, 'addresses', network]);
      continue;
    }
    const derived = deriveAddress(draft, network, management);
    if (derived.kind === 'found') addresses[network] = derived.address;
    else if (derived.kind === 'none') {
      const place = draft.keyAt(path);
      const details = { host: name, network, reason: derived.reason };
      problems.push(problem('CLOUD_ADDRESS_MISSING', { place, details }));
    }
  }
  return { host: { name, entry, path, roles, sshAddress, interfaces, addresses }, problems };
}

type Derivation =
  | { readonly kind: 'found'; readonly address: HostAddress }
  | { readonly kind: 'none'; readonly reason: string }
  | { readonly kind: 'unknown' };

/** The address with the management address's host part, if both networks are there and it fits. */
function deriveAddress(draft: Draft, network: NetworkName, management: HostAddress): Derivation {
  const from = draft.networks.management?.range;
  const to = draft.networks[network]?.range;
  if (!from || !to || !sensibleSize(from) || !sensibleSize(to)) return { kind: 'unknown' };
  if (management.value <= from.first || management.value >= from.last) return { kind: 'unknown' };
  const value = to.first + (management.value - from.first);
  if (value >= to.last || value <= to.first) {
    return { kind: 'none', reason: `the host part of ${management.text} does not fit into the network` };
  }
  const text = numberToAddress(value);
  return { kind: 'found', address: { network, text, value, path: management.path, derived: true } };
}
