import { addressToNumber, formatNetwork, holds, type Ipv4Network, parseNetwork } from '../../cloud/ipv4.ts';
import type { FilePlace } from '../../errors/problem.ts';
import { networkAfter } from '../ansible/addresses.ts';
import { agentOf } from './conditions.ts';
import type { PackstackHost } from './hosts.ts';
import { agentKey, type BridgeMapping } from './neutron.ts';
import type { Item, Reading } from './reading.ts';

/** What the answers say about tunnels between hosts. */
interface Tunnels {
  readonly interface?: Item;
  readonly cidr?: Item;
}

/** Sets the interfaces of the networks, and the overlay network's range. */
export function setNetworks(
  reading: Reading,
  hosts: readonly PackstackHost[],
  management: Ipv4Network | undefined,
  mappings: readonly BridgeMapping[],
): void {
  const subnets = reading.yes('CONFIG_USE_SUBNETS');
  const tunnels = readTunnels(reading, subnets, mappings);
  const port = subnets ? undefined : mappings[0]?.interface;
  const taken = new Set<string>();
  for (const mapping of mappings) if (mapping.interface) taken.add(mapping.interface.text);
  for (const name of [
    reading.hints.managementInterface,
    reading.hints.providerInterface,
    reading.hints.overlayInterface,
  ]) {
    if (name !== undefined) taken.add(name);
  }
  const place = hosts[0]?.place;
  const controller = addressToNumber(hosts[0]?.address ?? '') ?? 0;
  const tunnelRange = tunnels.cidr && parseNetwork(tunnels.cidr.text);
  // Only a range shows that tunnels use the management network: without one they may have an interface of their own.
  const overManagement = tunnelRange
    ? holds(tunnelRange, controller)
    : tunnels.interface !== undefined && tunnels.interface.text === reading.hints.managementInterface;
  const path = ['networks', 'management', 'interface'];
  let managementInterface = reading.hints.managementInterface;
  if (managementInterface !== undefined) reading.draft.set(path, managementInterface, { place });
  else if (overManagement && tunnels.interface) {
    managementInterface = tunnels.interface.text;
    reading.draft.set(path, managementInterface, { place: tunnels.interface.place });
  } else {
    if (tunnels.interface) taken.add(tunnels.interface.text);
    managementInterface = freeName(taken);
    reading.draft.set(path, managementInterface, { place });
    const why = 'Packstack does not name the interface of the hosts’ own addresses.';
    reading.assume(
      path,
      'The interface of the management network',
      managementInterface,
      why,
      '--management-interface NAME',
      place,
    );
  }
  taken.add(managementInterface);
  setProvider(reading, port, taken, place);
  setOverlay(reading, {
    hosts,
    management,
    managementInterface,
    tunnels,
    tunnelRange,
    overManagement,
    taken,
  });
}

function freeName(taken: ReadonlySet<string>): string {
  let number = 0;
  while (taken.has(`eth${number}`)) number += 1;
  return `eth${number}`;
}

function setProvider(
  reading: Reading,
  port: Item | undefined,
  taken: Set<string>,
  place: FilePlace | undefined,
): void {
  const path = ['networks', 'provider', 'interface'];
  const given = reading.hints.providerInterface;
  if (given !== undefined) {
    reading.draft.set(path, given, { place: port?.place ?? place });
    return;
  }
  if (port) {
    reading.draft.set(path, port.text, { place: port.place });
    taken.add(port.text);
    return;
  }
  const assumed = freeName(taken);
  taken.add(assumed);
  const key = agentKey(agentOf(reading), 'BRIDGE_IFACES');
  reading.draft.set(path, assumed, { place: reading.place(key) ?? place });
  const why =
    'The answers put no interface into the external bridge; instances are reached through one without an address.';
  reading.assume(
    path,
    'The interface of the provider network',
    assumed,
    why,
    '--provider-interface NAME',
    reading.place(key) ?? place,
  );
}

function readTunnels(reading: Reading, subnets: boolean, mappings: readonly BridgeMapping[]): Tunnels {
  const agent = agentOf(reading);
  const [ifKey, subnetKey] = [agentKey(agent, 'TUNNEL_IF'), agentKey(agent, 'TUNNEL_SUBNETS')];
  const ports = reading.items(ifKey);
  const ranges = reading.items(subnetKey);
  const port = subnets ? undefined : ports[0];
  const cidr = (subnets ? ports[0] : undefined) ?? ranges[0];
  if (ports.length > 1)
    reading.settle(ifKey, 'suspicious', `One interface is expected; ${ports[0]?.text ?? ''} was assumed.`);
  else if (ports.length === 0)
    reading.settle(
      ifKey,
      'carried',
      'Empty: tunnels between hosts use the management network.',
      'networks.overlay',
    );
  else
    reading.settle(
      ifKey,
      'carried',
      undefined,
      subnets ? 'networks.overlay.cidr' : 'networks.overlay.interface',
    );
  const bridge = port && mappings.find((mapping) => mapping.bridge === port.text);
  if (bridge) {
    const note = `${port.text} is the bridge of ${bridge.name}. Packstack moves the address of its port there; here a bridge carries no address, so that tunnels use the management network.`;
    reading.settle(ifKey, 'suspicious', note, 'networks.overlay.interface');
  }
  const shared = port && mappings.find((mapping) => mapping.interface?.text === port.text);
  if (shared) {
    const note = `${port.text} is the interface of the tunnels and a port of ${shared.bridge} as well. Packstack moves its address to the bridge; here a port of a bridge carries no address. Give one of the two another interface.`;
    reading.settle(ifKey, 'suspicious', note, 'networks.overlay.interface');
  }
  if (ranges.length === 0) reading.settle(subnetKey, 'default', 'No further subnets for tunnels.');
  else if (!parseNetwork(ranges[0]?.text ?? '')) {
    reading.settle(subnetKey, 'suspicious', `${ranges[0]?.text ?? ''} is not a network in CIDR notation.`);
  } else if (ranges.length > 1) {
    const note = `Tunnels have one network here: ${ranges[0]?.text ?? ''} was taken, and the others have to be reached from it by routing.`;
    reading.settle(subnetKey, 'unsupported', note, 'networks.overlay.cidr');
  } else reading.settle(subnetKey, 'carried', undefined, 'networks.overlay.cidr');
  return { ...(port && !bridge && { interface: port }), ...(cidr && { cidr }) };
}

interface OverlayFacts {
  readonly hosts: readonly PackstackHost[];
  readonly management: Ipv4Network | undefined;
  readonly managementInterface: string;
  readonly tunnels: Tunnels;
  readonly tunnelRange: Ipv4Network | undefined;
  readonly overManagement: boolean;
  readonly taken: Set<string>;
}

/** The overlay network: given, that of the tunnel keys, or the management network itself as in Packstack. */
function setOverlay(reading: Reading, facts: OverlayFacts): void {
  const { hosts, management, managementInterface, tunnels, tunnelRange, overManagement, taken } = facts;
  const path = ['networks', 'overlay'];
  const place = hosts[0]?.place;
  const { overlayCidr, overlayInterface } = reading.hints;
  const ownNetwork = tunnels.cidr !== undefined || tunnels.interface !== undefined;
  const separate = overlayCidr !== undefined || (ownNetwork && !overManagement);
  if (!separate) {
    reading.draft.set([...path, 'interface'], overlayInterface ?? managementInterface, {
      place: tunnels.interface?.place ?? place,
    });
    if (management) reading.draft.set([...path, 'cidr'], formatNetwork(management), { place });
    reading.draft.comment(path, 'Tunnels between hosts use the management network, as in Packstack.');
    return;
  }
  const given = overlayCidr ?? (tunnelRange ? formatNetwork(tunnelRange) : tunnels.cidr?.text);
  const cidr = given ?? (management && networkAfter(management, 1));
  const rangePlace = tunnels.cidr?.place ?? tunnels.interface?.place ?? place;
  if (cidr !== undefined) reading.draft.set([...path, 'cidr'], cidr, { place: rangePlace });
  if (given === undefined && cidr !== undefined) {
    const why =
      'The answers name the interface of the tunnels, but not its network; the one after the management network is taken.';
    const what = 'The range of the overlay network';
    reading.assume([...path, 'cidr'], what, cidr, why, '--overlay-cidr CIDR', rangePlace);
  }
  const known = overlayInterface ?? tunnels.interface?.text;
  if (known !== undefined) {
    reading.draft.set([...path, 'interface'], known, { place: tunnels.interface?.place ?? place });
  } else {
    const assumed = freeName(taken);
    reading.draft.set([...path, 'interface'], assumed, { place: tunnels.cidr?.place ?? place });
    const why = 'The answers name the network of the tunnels, but not its interface.';
    reading.assume(
      [...path, 'interface'],
      'The interface of the overlay network',
      assumed,
      why,
      '--overlay-interface NAME',
      tunnels.cidr?.place,
    );
  }
  const same = 'Host addresses in this network are taken to end like those in the management network.';
  reading.draft.comment(path, same);
}
