import type { NetworkName } from '../../cloud/cloud.ts';
import { addressToNumber, formatNetwork, type Ipv4Network, parseNetwork } from '../../cloud/ipv4.ts';
import { network24, networkAfter, networkOf, readNetwork } from '../ansible/addresses.ts';
import { cloudwrightValue } from '../ansible/cloudwrightVariable.ts';
import { hintedRange } from '../ansible/hints.ts';
import { asInteger, asText } from '../values/scalar.ts';
import type { Burrito } from './context.ts';

/** Variable that names the interface in each network. */
export const INTERFACE_KEYS: Readonly<Record<NetworkName, string>> = {
  service: 'svc_iface_name',
  management: 'mgmt_iface_name',
  provider: 'provider_iface_name',
  overlay: 'overlay_iface_name',
  storage: 'storage_iface_name',
};

/** Variables that hold a network's range as a rule worked out from facts, at times as plain text. */
const RANGE_KEYS: Readonly<Partial<Record<NetworkName, string>>> = {
  service: 'svc_cidr',
  management: 'ntp_allowed_cidr',
  storage: 'public_network',
};

/** Place of the networks in Burrito's own numbering: 192.168.20.0/24 to 192.168.24.0/24, management second. */
const STEPS: Readonly<Record<NetworkName, number>> = {
  service: -1,
  management: 0,
  provider: 1,
  overlay: 2,
  storage: 3,
};

/** Sets interfaces, ranges, virtual addresses and MTU of the networks. */
export function carryNetworks(burrito: Burrito): void {
  const { context } = burrito;
  const interfaces = usualInterfaces(burrito);
  const management = managementNetwork(burrito);
  carryInterface(burrito, 'management', interfaces.management);
  carryVip(burrito, 'management', 'keepalived_vip');
  if (context.entry('provider_iface_name') && interfaces.provider === undefined) {
    context.settle('provider_iface_name', 'carried', {
      to: 'networks.provider',
      note: 'none: no provider network',
    });
  }
  if (interfaces.provider !== undefined) carryInterface(burrito, 'provider', interfaces.provider);
  carryService(burrito, interfaces.service, interfaces.management);
  carryOverlay(burrito, interfaces.overlay, interfaces.management, management);
  carryStorageNetwork(burrito, interfaces.storage, interfaces.management, management);
  carryMtu(burrito);
}

/** The interface that is meant for all hosts: that of the variables, or the one most hosts name. */
function usualInterfaces(burrito: Burrito): Readonly<Partial<Record<NetworkName, string>>> {
  const { context, hosts } = burrito;
  const found: Partial<Record<NetworkName, string>> = {};
  for (const [network, key] of Object.entries(INTERFACE_KEYS) as [NetworkName, string][]) {
    const given = context.entry(key)
      ? asText(context.value(key, `networks.${network}.interface`))
      : undefined;
    const counts = new Map<string, number>();
    for (const host of given === undefined ? hosts : []) {
      const own = asText(context.ofHost(host.variables, key));
      if (own) counts.set(own, (counts.get(own) ?? 0) + 1);
    }
    const most = [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
    const name = given ?? most;
    if (name) found[network] = name;
  }
  return found;
}

function carryInterface(burrito: Burrito, network: NetworkName, name: string | undefined): void {
  if (name === undefined) return;
  const key = INTERFACE_KEYS[network];
  burrito.context.carry(key, ['networks', network, 'interface'], name);
}

function carryVip(burrito: Burrito, network: 'management' | 'service', key: string): void {
  const { context } = burrito;
  const path = ['networks', network, 'vip'];
  const vip = asText(context.value(key, path.join('.')));
  if (vip) {
    context.carry(key, path, vip.trim());
    return;
  }
  if (network === 'service') {
    context.settle(key, 'default', { note: 'none' });
    return;
  }
  if (burrito.options.hints?.vip !== undefined) {
    context.settle(key, 'meaningless', { note: 'the address was given with --vip' });
    return;
  }
  if (context.isSettled(key)) return;
  context.settle(key, 'suspicious', { note: 'no address; every cloud needs one here' });
  context.report('IMPORT_VIP_MISSING', context.entry(key)?.place, { key });
}

/** What the operator, an export or the files say about a network's range. */
function givenRange(burrito: Burrito, network: NetworkName): string | undefined {
  const { context, options } = burrito;
  const given =
    hintedRange(options.hints, network) ?? asText(cloudwrightValue(context, ['networks', network, 'cidr']));
  const key = RANGE_KEYS[network];
  const written = key && asText(context.peek(key));
  const range = written ? readNetwork(written) : undefined;
  if (key && range) context.settle(key, 'carried', { to: `networks.${network}.cidr` });
  return given ?? range;
}

function managementNetwork(burrito: Burrito): Ipv4Network | undefined {
  const { context, hosts } = burrito;
  const given = givenRange(burrito, 'management');
  const path = ['networks', 'management', 'cidr'];
  if (given !== undefined) {
    context.draft.set(path, given, {
      place: context.entry('ntp_allowed_cidr')?.place ?? hosts[0]?.host.place,
    });
    return parseNetwork(given);
  }
  const addresses = hosts.map((host) => addressToNumber(asText(context.ofHost(host.variables, 'ip')) ?? ''));
  const network = networkOf(addresses.filter((address) => address !== undefined));
  if (!network) return undefined;
  const cidr = formatNetwork(network);
  const comment = 'ASSUMED from the addresses of the hosts; check the size of the network.';
  context.draft.set(path, cidr, { place: hosts[0]?.host.place, comment });
  assumed(burrito, 'management', cidr, 'The smallest network from /24 up that holds the hosts is taken.');
  return network;
}

function assumed(burrito: Burrito, network: NetworkName, cidr: string, how: string): void {
  const place = burrito.context.entry(INTERFACE_KEYS[network])?.place ?? burrito.hosts[0]?.host.place;
  burrito.context.warn('IMPORT_NETWORK_ASSUMED', place, { network, cidr, how });
  if (place) {
    const note = `not in the files; assumed to be ${cidr}`;
    burrito.context.account(`(range of the ${network} network)`, place, 'suspicious', {
      to: `networks.${network}.cidr`,
      note,
    });
  }
}

function carryService(burrito: Burrito, name: string | undefined, management: string | undefined): void {
  const { context } = burrito;
  const vip = addressToNumber(asText(context.peek('keepalived_vip_svc')) ?? '');
  const given = givenRange(burrito, 'service');
  if (name === undefined || (vip === undefined && given === undefined)) {
    const note =
      'nothing is served there without keepalived_vip_svc; the dashboard is at the management address';
    context.settle('svc_iface_name', 'meaningless', { note });
    carryVip(burrito, 'service', 'keepalived_vip_svc');
    context.draft.drop(['networks', 'service']);
    return;
  }
  if (name === management && given === undefined) {
    const note = 'the same interface as the management network, which serves users too';
    context.settle('svc_iface_name', 'meaningless', { note });
    context.settle('keepalived_vip_svc', 'suspicious', {
      note: 'a second address on the management network is not held',
    });
    return;
  }
  carryInterface(burrito, 'service', name);
  const cidr = given ?? network24(vip ?? 0);
  const comment = given === undefined ? 'ASSUMED: the /24 of keepalived_vip_svc.' : undefined;
  const place = context.entry('keepalived_vip_svc')?.place;
  context.draft.set(['networks', 'service', 'cidr'], cidr, { place, comment });
  if (given === undefined) assumed(burrito, 'service', cidr, 'The /24 of keepalived_vip_svc is taken.');
  carryVip(burrito, 'service', 'keepalived_vip_svc');
}

function carryOverlay(
  burrito: Burrito,
  name: string | undefined,
  managementInterface: string | undefined,
  management: Ipv4Network | undefined,
): void {
  const { context } = burrito;
  const key = INTERFACE_KEYS.overlay;
  if (context.isSettled(key)) return;
  if (name === undefined) {
    context.carry(key, ['networks', 'overlay'], null, {
      note: 'none: provider networks only',
      comment: 'Burrito: no overlay_iface_name',
    });
    return;
  }
  carryInterface(burrito, 'overlay', name);
  setRange(burrito, 'overlay', name === managementInterface ? management : undefined, management);
}

function carryStorageNetwork(
  burrito: Burrito,
  name: string | undefined,
  managementInterface: string | undefined,
  management: Ipv4Network | undefined,
): void {
  const { context } = burrito;
  const cluster = asText(context.peek('cluster_network'));
  const open = asText(context.peek('public_network'));
  if (cluster && cluster !== open) {
    context.settle('cluster_network', 'unsupported', {
      note: 'replication of Ceph goes over the storage network too',
    });
  }
  if (name === undefined) return;
  if (name === managementInterface && givenRange(burrito, 'storage') === undefined) {
    context.settle('storage_iface_name', 'default', {
      note: 'storage traffic goes over the management network',
    });
    return;
  }
  carryInterface(burrito, 'storage', name);
  const monitors = burrito.hosts
    .map((host) => asText(context.ofHost(host.variables, 'monitor_address')))
    .map((address) => addressToNumber(address ?? ''))
    .filter((address) => address !== undefined);
  setRange(burrito, 'storage', networkOf(monitors), management);
}

function setRange(
  burrito: Burrito,
  network: 'overlay' | 'storage',
  derived: Ipv4Network | undefined,
  management: Ipv4Network | undefined,
): void {
  const { context } = burrito;
  const given = givenRange(burrito, network) ?? (derived && formatNetwork(derived));
  const guess = management && networkAfter(management, STEPS[network]);
  const cidr = given ?? guess;
  if (cidr === undefined) return;
  const comment =
    given === undefined
      ? 'ASSUMED from the numbering of Burrito’s documentation; check it on a host.'
      : undefined;
  context.draft.set(['networks', network, 'cidr'], cidr, {
    place: context.entry(INTERFACE_KEYS[network])?.place,
    comment,
  });
  if (given !== undefined) return;
  assumed(
    burrito,
    network,
    cidr,
    'Burrito’s documentation numbers its networks one after the other, with management second.',
  );
}

function carryMtu(burrito: Burrito): void {
  const { context } = burrito;
  const value = context.value('openstack_mtu', 'networks.overlay.mtu');
  if (value === undefined) return;
  const mtu = asInteger(value);
  if (mtu === undefined) {
    context.wrong('openstack_mtu', 'a number of bytes', ['networks', 'overlay', 'mtu']);
    return;
  }
  if (mtu === 1500) {
    context.settle('openstack_mtu', 'default', { note: '1500 is usual here too' });
    return;
  }
  for (const network of ['provider', 'overlay']) {
    if (context.draft.has(['networks', network, 'interface']))
      context.carry('openstack_mtu', ['networks', network, 'mtu'], mtu);
  }
}
