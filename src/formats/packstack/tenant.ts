import { OVN } from '../mechanism.ts';
import type { DraftMap } from '../result.ts';
import { agentOf } from './conditions.ts';
import { agentKey, type BridgeMapping, listOf } from './neutron.ts';
import type { Reading } from './reading.ts';

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
  const typeKey = 'CONFIG_NEUTRON_ML2_TYPE_DRIVERS';
  const foreign = drivers.filter((type) => ['gre', 'vxlan', 'local'].includes(type));
  if (foreign.length > 0) {
    reading.settle(
      typeKey,
      'unsupported',
      `Networks of type ${foreign.join(', ')} cannot be made; flat, vlan and geneve can.`,
    );
  } else reading.settle(typeKey, 'default', 'Networks of type flat, vlan and geneve can be made.');
}

function reportMechanism(reading: Reading): void {
  const agent = agentOf(reading);
  const drivers = 'CONFIG_NEUTRON_ML2_MECHANISM_DRIVERS';
  const l2 = 'CONFIG_NEUTRON_L2_AGENT';
  const named = listOf(reading, drivers);
  const usual = named.every((name) => name === 'ovn');
  if (usual) reading.settle(drivers, 'default', 'OVN is what Cloudwright deploys.');
  else {
    const other = named.filter((name) => name !== 'ovn').join(', ');
    reading.settle(drivers, 'unsupported', `${other} is not deployed. ${OVN}`);
  }
  const given = reading.value(l2);
  if (given === 'ovn') reading.settle(l2, 'default', 'OVN is what Cloudwright deploys.');
  else if (given !== undefined)
    reading.settle(l2, 'unsupported', `The agent ${given} is not deployed. ${OVN}`);
  const contradicts = agent === 'ovn' ? !named.includes('ovn') : given !== undefined && usual;
  if (given !== undefined && contradicts) {
    reading.settle(
      l2,
      'suspicious',
      `${l2} says ${given}, ${drivers} says ${named.join(', ')}: these contradict each other. ${given === 'ovn' ? 'OVN' : 'The keys of the agent'} was assumed to be meant.`,
    );
  }
}

function reportFlat(reading: Reading, mappings: readonly BridgeMapping[]): void {
  const key = 'CONFIG_NEUTRON_ML2_FLAT_NETWORKS';
  const named = listOf(reading, key);
  const unknown = named.filter((name) => name !== '*' && mappings.every((mapping) => mapping.name !== name));
  if (unknown.length > 0) {
    reading.settle(key, 'suspicious', `${unknown.join(', ')} is in no bridge mapping.`);
  } else reading.settle(key, 'default', 'Flat networks can be made on every physical network.');
}
