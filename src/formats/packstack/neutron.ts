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
    else if (!bridges.has(bridge)) fault = 'names a bridge that is in no bridge mapping, so nothing uses it';
    else if (seen.has(bridge)) fault = 'gives a bridge a second interface; the first was assumed';
    seen.add(bridge);
    if (!fault) continue;
    reading.settle(key, 'suspicious', `\`${text}\` ${fault}.`, 'network.physical_networks');
    return;
  }
  if (reading.yes('CONFIG_USE_SUBNETS')) {
    const note =
      'CONFIG_USE_SUBNETS is y: subnets are given here in place of interface names, and only the hosts know which interface is in each of them.';
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
      `${wanted === '' ? 'Nothing' : wanted} is in no bridge mapping${assumed}.`,
    );
  }
  const bridge = reading.value('CONFIG_NEUTRON_L3_EXT_BRIDGE');
  if (bridge !== undefined) {
    const fits = bridge === '' || bridge === 'provider' || bridge === external?.bridge;
    if (fits)
      reading.settle(
        'CONFIG_NEUTRON_L3_EXT_BRIDGE',
        'default',
        'Routers reach outside through a provider network, whatever this key says.',
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
  if (unknown) reading.settle(compute, 'suspicious', `${unknown.text} is in no bridge mapping.`);
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
      ? 'names a network that is in no bridge mapping'
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

/** The parts of an answer or of Packstack's default, in the order given. */
export function listOf(reading: Reading, key: string): readonly string[] {
  return reading
    .effective(key)
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
