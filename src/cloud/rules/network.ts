import type { Problem } from '../../errors/problem.ts';
import { at, atKey, type RuleContext, warning } from './rule.ts';

/** Only OVN is deployed; the others can be described. */
export function mechanism(context: RuleContext): readonly Problem[] {
  const chosen = context.draft.sections.network?.mechanism;
  if (chosen === undefined || chosen === 'ovn') return [];
  const reason =
    chosen === 'linuxbridge'
      ? 'Neutron dropped its Linux bridge agent before release 2025.1.'
      : 'The Open vSwitch agents with their DHCP, L3 and metadata agents are not among the steps yet.';
  const details = { mechanism: chosen, reason };
  return [at(context, ['network', 'mechanism'], 'CLOUD_MECHANISM_NOT_DEPLOYED', details)];
}

/** Tenant networks have a network that carries them. */
export function tenantNetworks(context: RuleContext): readonly Problem[] {
  const { networks, sections, unreadable } = context.draft;
  const types = sections.network?.tenant_types;
  if (!types || unreadable.has('networks') || unreadable.has('networks.overlay')) return [];
  const problems: Problem[] = [];
  for (const [index, type] of types.entries()) {
    const path = ['network', 'tenant_types', index];
    if (type === 'vlan') {
      const ranges = sections.network?.physical_networks?.flatMap((network) => network.vlans) ?? [];
      if (ranges.length === 0) problems.push(at(context, path, 'CLOUD_VLAN_NEEDED'));
      continue;
    }
    if (!networks.overlay) problems.push(at(context, path, 'CLOUD_OVERLAY_NEEDED', { type }));
    else if (type === 'vxlan' && sections.network?.mechanism === 'ovn') {
      problems.push(warning(at(context, path, 'CLOUD_VXLAN_WITH_OVN')));
    }
  }
  return problems;
}

/** Instances have a network to be on. */
export function instanceNetwork(context: RuleContext): readonly Problem[] {
  const { networks, sections, unreadable } = context.draft;
  const unsure = ['networks', 'networks.provider', 'networks.overlay', 'network'];
  if (unsure.some((path) => unreadable.has(path))) return [];
  const physical = sections.network?.physical_networks ?? [];
  if (networks.provider || networks.overlay || physical.length > 0) return [];
  return [atKey(context, ['networks'], 'CLOUD_NO_INSTANCE_NETWORK')];
}

/** Physical networks have a name, bridge and interface of their own. */
export function physicalNetworks(context: RuleContext): readonly Problem[] {
  const { networks, sections, unreadable } = context.draft;
  const list = sections.network?.physical_networks ?? [];
  const problems: Problem[] = [];
  const seen = new Map<string, string>();
  for (const [index, network] of list.entries()) {
    const path = ['network', 'physical_networks', index];
    const port = network.interface ?? networks.provider?.interface;
    for (const [what, field, value] of [
      ['name', 'name', network.name],
      ['bridge', 'bridge', network.bridge],
      ['interface', 'interface', port],
    ] as const) {
      if (value === undefined) continue;
      const key = `${what} ${value}`;
      if (seen.has(key)) {
        const details = { what, value };
        problems.push(at(context, [...path, field], 'CLOUD_PHYSICAL_NETWORK_DUPLICATE', details));
      }
      seen.set(key, network.name);
    }
    if (port === undefined && !unreadable.has('networks') && !unreadable.has('networks.provider')) {
      const details = { name: network.name };
      problems.push(at(context, path, 'CLOUD_PHYSICAL_NETWORK_INTERFACE', details));
    }
    for (const other of Object.values(networks)) {
      if (
        network.interface === undefined ||
        other.name === 'provider' ||
        other.interface !== network.interface
      )
        continue;
      const details = { name: network.name, interface: network.interface, network: other.name };
      problems.push(at(context, [...path, 'interface'], 'CLOUD_PHYSICAL_NETWORK_TAKES', details));
    }
  }
  return problems;
}

/** VLAN ranges ascend, are within 1 to 4094 and do not overlap. */
export function vlanRanges(context: RuleContext): readonly Problem[] {
  const problems: Problem[] = [];
  for (const [index, network] of (context.draft.sections.network?.physical_networks ?? []).entries()) {
    const taken: (readonly [number, number])[] = [];
    for (const [position, range] of network.vlans.entries()) {
      const [first = 0, last = first] = range.split(':').map(Number);
      const reason = vlanFault(first, last, taken);
      taken.push([first, last]);
      if (reason === undefined) continue;
      const path = ['network', 'physical_networks', index, 'vlans', position];
      problems.push(at(context, path, 'CLOUD_VLAN_RANGE', { range, name: network.name, reason }));
    }
  }
  return problems;
}

function vlanFault(
  first: number,
  last: number,
  taken: readonly (readonly [number, number])[],
): string | undefined {
  if (first < 1 || last > 4094) return 'it is outside 1 to 4094';
  if (last < first) return 'its end is lower than its start';
  if (taken.some(([a, b]) => first <= b && a <= last)) return 'it overlaps an earlier range';
  return undefined;
}
