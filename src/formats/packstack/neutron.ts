import type { DraftMap } from '../result.ts';
import { type Agent, agentOf } from './conditions.ts';
import type { Item, Reading } from './reading.ts';

/** A physical network of Neutron with its bridge, and the interface and VLANs where they are known. */
export interface BridgeMapping {
  readonly name: string;
  readonly bridge: string;
  readonly item: Item;
  readonly interface?: Item;
  readonly vlans: readonly string[];
}

/** The keys of the agent that counts, e.g. `CONFIG_NEUTRON_OVN_BRIDGE_MAPPINGS`. */
export function agentKey(agent: Agent, rest: string): string {
  return `CONFIG_NEUTRON_${agent === 'ovn' ? 'OVN' : 'OVS'}_${rest}`;
}

/** Physical networks, the external one first. Without any answer Packstack has `extnet:br-ex`. */
export function readMappings(reading: Reading): readonly BridgeMapping[] {
  const agent = agentOf(reading);
  const key = agentKey(agent, 'BRIDGE_MAPPINGS');
  const ports = readPorts(reading, agent);
  const vlans = readVlans(reading);
  const mappings: BridgeMapping[] = [];
  const odd: string[] = [];
  const given = reading.items(key);
  for (const item of given.length > 0 ? given : usualMapping(reading, key)) {
    const [name, bridge, ...more] = item.text.split(':').map((part) => part.trim());
    if (!name || !bridge || more.length > 0) {
      odd.push(`\`${item.text}\` is not of the form network:bridge`);
      continue;
    }
    if (mappings.some((other) => other.name === name || other.bridge === bridge)) {
      odd.push(`\`${item.text}\` repeats a network or a bridge`);
      continue;
    }
    const port = ports.get(bridge);
    mappings.push({ name, bridge, item, vlans: vlans.get(name) ?? [], ...(port && { interface: port }) });
  }
  const path = 'network.physical_networks';
  if (odd.length > 0) reading.settle(key, 'suspicious', `${odd.join('; ')}. It was left out.`, path);
  else if (given.length === 0)
    reading.settle(key, 'suspicious', 'Empty: no external network would exist. extnet:br-ex was assumed.');
  else reading.settle(key, 'carried', undefined, path);
  reportPorts(reading, agent, mappings);
  reportVlans(reading, mappings);
  return externalFirst(reading, agent, mappings);
}

/** What Packstack has where the answers say nothing. */
function usualMapping(reading: Reading, key: string): readonly Item[] {
  const place = reading.place(key) ?? reading.place('CONFIG_CONTROLLER_HOST');
  return place ? [{ text: 'extnet:br-ex', place }] : [];
}

/** Bridge to interface, from `br-ex:em1,br-port:bond1`. */
function readPorts(reading: Reading, agent: Agent): ReadonlyMap<string, Item> {
  const ports = new Map<string, Item>();
  for (const item of reading.items(agentKey(agent, 'BRIDGE_IFACES'))) {
    const colon = item.text.indexOf(':');
    const bridge = item.text.slice(0, Math.max(colon, 0)).trim();
    const port = item.text.slice(colon + 1).trim();
    if (colon < 1 || port === '' || ports.has(bridge)) continue;
    ports.set(bridge, {
      text: port,
      place: {
        ...item.place,
        column: item.place.column + item.text.length - port.length,
        length: port.length,
      },
    });
  }
  return ports;
}

function reportPorts(reading: Reading, agent: Agent, mappings: readonly BridgeMapping[]): void {
  const key = agentKey(agent, 'BRIDGE_IFACES');
  const items = reading.items(key);
  if (items.length === 0) {
    reading.settle(
      key,
      'suspicious',
      'Empty: the external bridge would have no interface, and instances could be reached from the controller alone. See the interface of the provider network.',
    );
    return;
  }
  const bridges = new Set(mappings.map((mapping) => mapping.bridge));
  const seen = new Set<string>();
  for (const { text } of items) {
    const [bridge = '', port] = text.split(':').map((part) => part.trim());
    let fault: string | undefined;
    if (!port) fault = 'is not of the form bridge:interface';
    else if (!bridges.has(bridge))
      fault = 'names a bridge that stands in no bridge mapping, so nothing uses it';
    else if (seen.has(bridge)) fault = 'gives a bridge a second interface; the first was assumed';
    seen.add(bridge);
    if (!fault) continue;
    reading.settle(key, 'suspicious', `\`${text}\` ${fault}.`, 'network.physical_networks');
    return;
  }
  if (reading.yes('CONFIG_USE_SUBNETS')) {
    const note =
      'CONFIG_USE_SUBNETS is y: subnets stand here in place of interface names, and which interface lies in one only the hosts know.';
    reading.settle(key, 'suspicious', note);
    return;
  }
  reading.settle(key, 'carried', undefined, 'networks.provider.interface');
}

/** The network that leads outside comes first: the description's provider network is its interface. */
function externalFirst(
  reading: Reading,
  agent: Agent,
  mappings: readonly BridgeMapping[],
): readonly BridgeMapping[] {
  const key = agentKey(agent, 'EXTERNAL_PHYSNET');
  const wanted = reading.effective(key);
  const external =
    mappings.find((mapping) => mapping.name === wanted) ??
    mappings.find((mapping) => mapping.bridge === 'br-ex') ??
    mappings[0];
  if (external && external.name === wanted)
    reading.settle(key, 'carried', undefined, 'network.physical_networks[0]');
  else {
    const assumed = external ? `; ${external.name} was assumed to lead outside` : '';
    reading.settle(
      key,
      'suspicious',
      `${wanted === '' ? 'Nothing' : wanted} stands in no bridge mapping${assumed}.`,
    );
  }
  const bridge = reading.value('CONFIG_NEUTRON_L3_EXT_BRIDGE');
  if (bridge !== undefined) {
    const fits = bridge === '' || bridge === 'provider' || bridge === external?.bridge;
    if (fits)
      reading.settle(
        'CONFIG_NEUTRON_L3_EXT_BRIDGE',
        'default',
        'Routers reach outside through a provider network, whatever stands here.',
      );
    else
      reading.settle(
        'CONFIG_NEUTRON_L3_EXT_BRIDGE',
        'suspicious',
        `Routers would use ${bridge}, but the external network is on ${external?.bridge ?? 'no bridge'}, which was assumed.`,
      );
  }
  const compute = agentKey(agent, 'BRIDGES_COMPUTE');
  const unknown = reading
    .items(compute)
    .find((item) => mappings.every((mapping) => mapping.bridge !== item.text));
  if (unknown) reading.settle(compute, 'suspicious', `${unknown.text} stands in no bridge mapping.`);
  else reading.settle(compute, 'default', 'Every host that carries instances or routers gets all bridges.');
  return external ? [external, ...mappings.filter((mapping) => mapping !== external)] : mappings;
}

/** VLAN ranges by physical network, from `physnet1:100:199,physnet2`. */
function readVlans(reading: Reading): ReadonlyMap<string, readonly string[]> {
  const ranges = new Map<string, string[]>();
  for (const { text } of reading.items('CONFIG_NEUTRON_ML2_VLAN_RANGES')) {
    const [name = '', first, last, ...more] = text.split(':').map((part) => part.trim());
    if (more.length > 0 || (first !== undefined && last === undefined)) continue;
    // A network without numbers lets the administrator choose any.
    const range = first === undefined ? '1:4094' : `${first}:${last}`;
    ranges.set(name, [...(ranges.get(name) ?? []), range]);
  }
  return ranges;
}

function reportVlans(reading: Reading, mappings: readonly BridgeMapping[]): void {
  const key = 'CONFIG_NEUTRON_ML2_VLAN_RANGES';
  const items = reading.items(key);
  const types = listOf(reading, 'CONFIG_NEUTRON_ML2_TYPE_DRIVERS');
  if (items.length === 0) {
    reading.settle(key, 'default', 'No VLAN ranges: physical networks are flat.');
    return;
  }
  for (const { text } of items) {
    const parts = text.split(':').map((part) => part.trim());
    const known = mappings.some((mapping) => mapping.name === parts[0]);
    const shaped =
      parts.length === 1 || (parts.length === 3 && parts.slice(1).every((part) => /^\d{1,4}$/.test(part)));
    if (known && shaped) continue;
    const fault = shaped
      ? 'names a network that stands in no bridge mapping'
      : 'is not of the form network:first:last';
    reading.settle(key, 'suspicious', `\`${text}\` ${fault}; it was left out.`, 'network.physical_networks');
    return;
  }
  if (!types.includes('vlan')) {
    const note =
      'VLAN ranges, but vlan is not among CONFIG_NEUTRON_ML2_TYPE_DRIVERS: Packstack would not use them. They were carried over.';
    reading.settle(key, 'suspicious', note, 'network.physical_networks');
    return;
  }
  reading.settle(key, 'carried', undefined, 'network.physical_networks');
}

function listOf(reading: Reading, key: string): readonly string[] {
  return reading
    .effective(key)
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** Sets `network`: tenant types and physical networks. */
export function setNetwork(reading: Reading, mappings: readonly BridgeMapping[]): void {
  reportMechanism(reading);
  reportFlat(reading, mappings);
  setTenantTypes(reading, mappings);
  const path = ['network', 'physical_networks'];
  const list: DraftMap[] = [];
  for (const [index, { name, bridge, item, interface: port, vlans }] of mappings.entries()) {
    if (index > 0 && !port) {
      const key = agentKey(agentOf(reading), 'BRIDGE_MAPPINGS');
      const note = `No interface is given for bridge ${bridge}, so ${name} was left out.`;
      reading.settle(key, 'suspicious', note, 'network.physical_networks');
      continue;
    }
    // The external network's interface is that of the provider network.
    const own = index > 0 && port ? { interface: port.text } : {};
    list.push({ name, bridge, ...own, ...(vlans.length > 0 && { vlans }) });
    const at = [...path, list.length - 1];
    reading.draft.place(at, item.place);
    reading.draft.place([...at, 'name'], item.place);
    if (port) reading.draft.place([...at, 'interface'], port.place);
    const ranges = reading.place('CONFIG_NEUTRON_ML2_VLAN_RANGES');
    if (vlans.length > 0 && ranges) reading.draft.place([...at, 'vlans'], ranges);
  }
  if (list.length === 0) list.push({ name: 'extnet', bridge: 'br-ex' });
  reading.draft.set(path, list);
}

function setTenantTypes(reading: Reading, mappings: readonly BridgeMapping[]): void {
  const key = 'CONFIG_NEUTRON_ML2_TENANT_NETWORK_TYPES';
  const wanted = listOf(reading, key);
  const drivers = listOf(reading, 'CONFIG_NEUTRON_ML2_TYPE_DRIVERS');
  const types: string[] = [];
  for (const type of wanted) {
    const ours = type === 'vlan' ? 'vlan' : type === 'local' ? undefined : 'geneve';
    if (ours && !types.includes(ours)) types.push(ours);
  }
  const vlanPossible = mappings.some((mapping) => mapping.vlans.length > 0);
  const kept = types.filter((type) => type !== 'vlan' || vlanPossible);
  const lost = wanted.filter((type) => type === 'local' || (type === 'vlan' && !vlanPossible));
  const missing = wanted.filter((type) => !drivers.includes(type));
  const path = ['network', 'tenant_types'];
  const place = reading.place(key);
  if (kept.length > 0 && kept.join() !== 'geneve') reading.draft.set(path, kept, { place });
  const became = wanted.filter((type) => type === 'vxlan' || type === 'gre');
  const unknown = wanted.filter((type) => !['local', 'vlan', 'gre', 'vxlan', 'geneve'].includes(type));
  if (unknown.length > 0) {
    reading.settle(key, 'suspicious', `${unknown.join(', ')} is no type of network; geneve was assumed.`);
  } else if (missing.length > 0) {
    const note = `${missing.join(', ')} is not among CONFIG_NEUTRON_ML2_TYPE_DRIVERS: Packstack’s cloud would refuse such networks. It was assumed to be wanted.`;
    reading.settle(key, 'suspicious', note, kept.length > 0 ? 'network.tenant_types' : undefined);
  } else if (lost.length > 0) {
    const note = lost.includes('local')
      ? 'Networks of type local connect nothing beyond one host and are not offered; geneve takes their place.'
      : 'No VLAN range is given, so tenants could get no VLAN; the type was left out.';
    reading.settle(key, 'suspicious', note);
  } else if (became.length > 0) {
    const note = `OVN carries tenant networks as Geneve: ${became.join(', ')} becomes geneve. Instances see the same networks, with 1442 bytes a packet where 1500 fit on the wire.`;
    reading.settle(key, 'unsupported', note);
  } else if (kept.join() === 'geneve' || kept.length === 0) {
    reading.settle(key, 'default', 'Tenant networks are of type geneve.');
  } else reading.carried(key, path);
  const drivers2 = 'CONFIG_NEUTRON_ML2_TYPE_DRIVERS';
  const foreign = drivers.filter((type) => ['gre', 'vxlan', 'local'].includes(type));
  if (foreign.length > 0) {
    reading.settle(
      drivers2,
      'unsupported',
      `Networks of type ${foreign.join(', ')} cannot be made; flat, vlan and geneve can.`,
    );
  } else reading.settle(drivers2, 'default', 'Networks of type flat, vlan and geneve can be made.');
}

function reportMechanism(reading: Reading): void {
  const agent = agentOf(reading);
  const drivers = 'CONFIG_NEUTRON_ML2_MECHANISM_DRIVERS';
  const l2 = 'CONFIG_NEUTRON_L2_AGENT';
  const named = listOf(reading, drivers);
  const ovn =
    'Networks are OVN’s: switching, routing, DHCP and metadata without agents, routers on every network host. Instances notice no difference.';
  const usual = named.every((name) => name === 'ovn');
  if (usual) reading.settle(drivers, 'default', 'OVN is what Cloudwright deploys.');
  else {
    const other = named.filter((name) => name !== 'ovn').join(', ');
    reading.settle(drivers, 'unsupported', `${other} is not deployed. ${ovn}`);
  }
  const given = reading.value(l2);
  if (given === 'ovn') reading.settle(l2, 'default', 'OVN is what Cloudwright deploys.');
  else if (given !== undefined)
    reading.settle(l2, 'unsupported', `The agent ${given} is not deployed. ${ovn}`);
  const contradicts = agent === 'ovn' ? !named.includes('ovn') : given !== undefined && usual;
  if (given !== undefined && contradicts) {
    reading.settle(
      l2,
      'suspicious',
      `${l2} says ${given}, ${drivers} says ${named.join(', ')}: these do not go together. ${given === 'ovn' ? 'OVN' : 'The keys of the agent'} was assumed to be meant.`,
    );
  }
}

function reportFlat(reading: Reading, mappings: readonly BridgeMapping[]): void {
  const key = 'CONFIG_NEUTRON_ML2_FLAT_NETWORKS';
  const named = listOf(reading, key);
  const unknown = named.filter((name) => name !== '*' && mappings.every((mapping) => mapping.name !== name));
  if (unknown.length > 0) {
    reading.settle(key, 'suspicious', `${unknown.join(', ')} stands in no bridge mapping.`);
  } else reading.settle(key, 'default', 'Flat networks can be made on every physical network.');
}
