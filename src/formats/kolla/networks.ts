import type { NetworkName } from '../../cloud/cloud.ts';
import { addressToNumber, formatNetwork, holds, type Ipv4Network, parseNetwork } from '../../cloud/ipv4.ts';
import { network24, networkOf } from '../ansible/addresses.ts';
import { cloudwrightValue } from '../ansible/cloudwrightVariable.ts';
import { hintedRange } from '../ansible/hints.ts';
import { asText } from '../values/scalar.ts';
import type { Kolla } from './context.ts';
import { addressOf, INTERFACE_KEYS, isIn } from './interfaces.ts';

/** Sets interfaces, ranges and virtual addresses of the networks. */
export function carryNetworks(kolla: Kolla): void {
  const { context } = kolla;
  const management = usualInterface(kolla, 'management');
  const range = carryManagement(kolla, management);
  carryProvider(kolla);
  carryService(kolla, management, range);
  carryOverlay(kolla, management, range);
  carryStorage(kolla, management);
  const family = asText(context.peek('network_address_family'));
  if (family !== undefined && family !== 'ipv4') {
    context.settle('network_address_family', 'unsupported', { note: 'the networks of the hosts are IPv4' });
    context.warn('IMPORT_NOT_SUPPORTED', context.entry('network_address_family')?.place, {
      key: 'network_address_family',
      meaning: 'The networks of the hosts are IPv4; tenants may use IPv6 all the same.',
    });
  } else context.settle('network_address_family', 'default');
}

function usualInterface(kolla: Kolla, network: NetworkName): string | undefined {
  const { context, hosts } = kolla;
  const key = INTERFACE_KEYS[network];
  if (context.entry(key)) context.value(key, `networks.${network}.interface`);
  const counts = new Map<string, number>();
  for (const host of hosts.filter((host) => isIn(network, host))) {
    const own = asText(context.ofHost(host.variables, key));
    if (own) counts.set(own, (counts.get(own) ?? 0) + 1);
  }
  const most = [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
  return most ?? (asText(context.peek(key)) || undefined);
}

/** The entry that names an interface: the network's own key or the one it falls back to. */
function interfaceKey(kolla: Kolla, network: NetworkName): string {
  const key = INTERFACE_KEYS[network];
  return kolla.context.entry(key) || network === 'provider' ? key : 'network_interface';
}

function setInterface(kolla: Kolla, network: NetworkName, name: string): void {
  const { context } = kolla;
  const key = interfaceKey(kolla, network);
  const place = context.entry(key)?.place ?? kolla.hosts[0]?.host.place;
  context.draft.set(['networks', network, 'interface'], name, { place, comment: `Kolla: ${key}` });
  context.settle(key, 'carried', { to: `networks.${network}.interface` });
}

function givenRange(kolla: Kolla, network: NetworkName): string | undefined {
  return (
    hintedRange(kolla.options.hints, network) ??
    asText(cloudwrightValue(kolla.context, ['networks', network, 'cidr']))
  );
}

function carryManagement(kolla: Kolla, name: string | undefined): Ipv4Network | undefined {
  const { context, hosts } = kolla;
  if (name !== undefined) setInterface(kolla, 'management', name);
  if (context.entry('api_interface') && context.entry('network_interface')) {
    context.settle('network_interface', 'carried', {
      to: 'networks',
      note: 'what other interfaces fall back to',
    });
  }
  const vip = asText(context.value('kolla_internal_vip_address', 'networks.management.vip'))?.trim();
  const vipPlace = context.entry('kolla_internal_vip_address')?.place;
  if (vip) context.carry('kolla_internal_vip_address', ['networks', 'management', 'vip'], vip);
  else if (kolla.options.hints?.vip !== undefined)
    context.settle('kolla_internal_vip_address', 'meaningless', { note: 'the address was given with --vip' });
  else if (!context.isSettled('kolla_internal_vip_address')) {
    context.settle('kolla_internal_vip_address', 'suspicious', {
      note: 'no address; every cloud needs one here',
    });
    context.report('IMPORT_VIP_MISSING', vipPlace, { key: 'kolla_internal_vip_address' });
  }
  const given = givenRange(kolla, 'management');
  const path = ['networks', 'management', 'cidr'];
  if (given !== undefined) {
    context.draft.set(path, given, { place: vipPlace });
    return parseNetwork(given);
  }
  const known = hosts
    .map((host) => addressToNumber(addressOf(kolla, host) ?? ''))
    .filter((item) => item !== undefined);
  const held = addressToNumber(vip ?? '');
  const around = networkOf(known);
  // The virtual address is in the network of api_interface; ansible_host is only where ssh goes.
  const ofVip = held !== undefined && !(around && holds(around, held));
  const network = ofVip ? networkOf([held]) : around;
  if (!network) return undefined;
  const cidr = formatNetwork(network);
  const [comment, how] = ofVip
    ? ['ASSUMED: the /24 of kolla_internal_vip_address.', 'The /24 of kolla_internal_vip_address is taken.']
    : [
        'ASSUMED from the addresses of the hosts; check the size of the network.',
        'The smallest network from /24 up that holds the hosts is taken.',
      ];
  const place = (ofVip ? vipPlace : undefined) ?? hosts[0]?.host.place ?? vipPlace;
  context.draft.set(path, cidr, { place, comment });
  assumed(kolla, 'management', cidr, how);
  return network;
}

function assumed(kolla: Kolla, network: NetworkName, cidr: string, how: string): void {
  const { context } = kolla;
  const place = context.entry(interfaceKey(kolla, network))?.place ?? kolla.hosts[0]?.host.place;
  context.warn('IMPORT_NETWORK_ASSUMED', place, { network, cidr, how });
  if (!place) return;
  const note = `not in the files; assumed to be ${cidr}`;
  context.account(`(range of the ${network} network)`, place, 'suspicious', {
    to: `networks.${network}.cidr`,
    note,
  });
}

/** Several external interfaces are a comma-separated list, each with its bridge; Neutron calls them physnet1 and on. */
function carryProvider(kolla: Kolla): void {
  const { context } = kolla;
  const usual = usualInterface(kolla, 'provider');
  const ports = listOf(usual);
  const [first] = ports;
  if (first === undefined) return;
  setInterface(kolla, 'provider', first);
  const bridges = listOf(asText(context.value('neutron_bridge_name', 'network.physical_networks')));
  const names = listOf(asText(context.value('neutron_physical_networks', 'network.physical_networks')));
  const key = context.entry('neutron_physical_networks')
    ? 'neutron_physical_networks'
    : interfaceKey(kolla, 'provider');
  const networks = ports.map((port, index) => ({
    name: names[index] ?? `physnet${index + 1}`,
    bridge: bridges[index] ?? (index === 0 ? 'br-ex' : `br-ex${index + 1}`),
    ...(index > 0 && { interface: port }),
  }));
  const place = context.entry(key)?.place ?? kolla.hosts[0]?.host.place;
  context.draft.set(['network', 'physical_networks'], networks, {
    place,
    comment: 'Kolla: neutron_external_interface, neutron_bridge_name',
  });
  for (const key of ['neutron_bridge_name', 'neutron_physical_networks']) {
    context.settle(key, 'carried', { to: 'network.physical_networks' });
  }
}

function carryService(kolla: Kolla, management: string | undefined, range: Ipv4Network | undefined): void {
  const { context } = kolla;
  const vip = asText(context.value('kolla_external_vip_address', 'networks.service.vip'))?.trim();
  const internal = asText(context.peek('kolla_internal_vip_address'))?.trim();
  const name = usualInterface(kolla, 'service');
  const value = addressToNumber(vip ?? '');
  if (!vip || vip === internal) {
    context.settle('kolla_external_vip_address', 'default', { note: 'the same as the internal one' });
    if (context.entry('kolla_external_vip_interface') && !context.isSettled('kolla_external_vip_interface')) {
      context.settle('kolla_external_vip_interface', 'meaningless', {
        note: 'no address of its own is held there',
      });
    }
    return;
  }
  const inside = value !== undefined && range !== undefined && value >= range.first && value <= range.last;
  if (name === undefined || name === management || inside) {
    const note =
      'a second virtual address in the management network is not held; users take the internal one';
    context.settle('kolla_external_vip_address', 'unsupported', { note });
    context.settle('kolla_external_vip_interface', 'meaningless', { note });
    return;
  }
  setInterface(kolla, 'service', name);
  context.carry('kolla_external_vip_address', ['networks', 'service', 'vip'], vip);
  const given = givenRange(kolla, 'service');
  const cidr = given ?? (value === undefined ? undefined : network24(value));
  if (cidr === undefined) return;
  const place = context.entry('kolla_external_vip_address')?.place;
  context.draft.set(['networks', 'service', 'cidr'], cidr, {
    place,
    comment: given ? undefined : 'ASSUMED: the /24 of kolla_external_vip_address.',
  });
  if (given === undefined) assumed(kolla, 'service', cidr, 'The /24 of kolla_external_vip_address is taken.');
}

function carryOverlay(kolla: Kolla, management: string | undefined, range: Ipv4Network | undefined): void {
  const { context } = kolla;
  const types = listOf(asText(context.value('neutron_tenant_network_types', 'network.tenant_types')));
  const name = usualInterface(kolla, 'overlay');
  const wanted = types.filter((type) => ['geneve', 'vxlan', 'vlan'].includes(type));
  if (wanted.length > 0)
    context.carryUnless('neutron_tenant_network_types', ['network', 'tenant_types'], wanted, ['geneve']);
  else if (types.length > 0)
    context.settle('neutron_tenant_network_types', 'unsupported', {
      note: 'geneve, vxlan and vlan can be used',
    });
  if (name === undefined) return;
  setInterface(kolla, 'overlay', name);
  const given =
    givenRange(kolla, 'overlay') ?? (name === management && range ? formatNetwork(range) : undefined);
  const place = context.entry(interfaceKey(kolla, 'overlay'))?.place;
  if (given !== undefined) context.draft.set(['networks', 'overlay', 'cidr'], given, { place });
}

function carryStorage(kolla: Kolla, management: string | undefined): void {
  const { context } = kolla;
  const named =
    context.entry('storage_interface') ?? kolla.hosts.find((host) => host.variables.has('storage_interface'));
  const name = named ? usualInterface(kolla, 'storage') : undefined;
  const given = givenRange(kolla, 'storage');
  if (given === undefined && (name === undefined || name === management)) {
    context.settle('storage_interface', 'default', {
      note: 'storage traffic goes over the management network',
    });
    return;
  }
  if (name !== undefined) setInterface(kolla, 'storage', name);
  if (given !== undefined)
    context.draft.set(['networks', 'storage', 'cidr'], given, {
      place: context.entry('storage_interface')?.place,
    });
}

function listOf(text: string | undefined): readonly string[] {
  return (text ?? '')
    .split(/[,\s]+/)
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
