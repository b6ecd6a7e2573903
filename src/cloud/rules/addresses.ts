import type { Problem } from '../../errors/problem.ts';
import type { NetworkName } from '../cloud.ts';
import type { Path } from '../document.ts';
import type { DraftNetwork } from '../draft.ts';
import { addressToNumber, formatNetwork, holds, overlap, sensibleSize, unusableKind } from '../ipv4.ts';
import { at, type RuleContext, warning } from './rule.ts';

/** Every address of the description with what it is, host addresses first. */
interface Holder {
  readonly what: string;
  readonly network: NetworkName;
  readonly text: string;
  readonly value: number;
  readonly path: Path;
  readonly derived: boolean;
}

export function networkList(context: RuleContext): readonly DraftNetwork[] {
  return Object.values(context.draft.networks);
}

export function holders(context: RuleContext): readonly Holder[] {
  const found: Holder[] = [];
  for (const host of context.hosts) {
    for (const address of Object.values(host.addresses)) {
      const how = address.derived ? 'Derived address' : 'Address';
      found.push({ ...address, what: `${how} of host ${host.name},` });
    }
  }
  for (const network of networkList(context)) {
    const value = network.vip === undefined ? undefined : addressToNumber(network.vip);
    if (network.vip === undefined || value === undefined) continue;
    const path = ['networks', network.name, 'vip'];
    found.push({
      what: 'Virtual address',
      network: network.name,
      text: network.vip,
      value,
      path,
      derived: false,
    });
  }
  return found;
}

/** Addresses and virtual addresses are inside their networks and are neither the first nor the last address. */
export function addressesInNetworks(context: RuleContext): readonly Problem[] {
  const problems: Problem[] = [];
  for (const { what, network, text, value, path, derived } of holders(context)) {
    const unusable = derived ? undefined : unusableKind(value);
    if (unusable) {
      problems.push(at(context, path, 'CLOUD_ADDRESS_UNUSABLE', { what, address: text, kind: unusable }));
      continue;
    }
    const range = context.draft.networks[network]?.range;
    if (!range || !sensibleSize(range)) continue;
    const cidr = formatNetwork(range);
    if (!holds(range, value)) {
      problems.push(at(context, path, 'CLOUD_ADDRESS_OUTSIDE', { what, address: text, network, cidr }));
      continue;
    }
    if (value !== range.first && value !== range.last) continue;
    const kind = value === range.first ? 'network' : 'broadcast';
    problems.push(at(context, path, 'CLOUD_ADDRESS_RESERVED', { what, address: text, kind, cidr }));
  }
  return problems;
}

/** No address is held twice, by hosts or as a virtual address. */
export function addressesUnique(context: RuleContext): readonly Problem[] {
  const problems: Problem[] = [];
  const seen = new Map<number, { label: string; host?: string; derived: boolean }>();
  for (const host of context.hosts) {
    for (const address of Object.values(host.addresses)) {
      const label = `host ${host.name} (${address.network})`;
      const other = seen.get(address.value);
      if (!other) {
        seen.set(address.value, { label, host: host.name, derived: address.derived });
        continue;
      }
      if (other.host === host.name && address.network === 'overlay' && overlayIsManagement(context)) continue;
      // Follows from the management addresses or from networks that overlap, which is reported already.
      if (address.derived && other.derived) continue;
      const details = { address: address.text, first: other.label, second: label };
      problems.push(at(context, address.path, 'CLOUD_ADDRESS_DUPLICATE', details));
    }
  }
  for (const network of networkList(context)) {
    const value = network.vip === undefined ? undefined : addressToNumber(network.vip);
    if (network.vip === undefined || value === undefined) continue;
    const other = seen.get(value);
    const path = ['networks', network.name, 'vip'];
    const label = `the virtual address (${network.name})`;
    if (!other) seen.set(value, { label, derived: false });
    else if (other.host === undefined) {
      const details = { address: network.vip, first: other.label, second: label };
      problems.push(at(context, path, 'CLOUD_ADDRESS_DUPLICATE', details));
    } else {
      const details = { address: network.vip, network: network.name, host: other.host };
      problems.push(at(context, path, 'CLOUD_VIP_IS_HOST', details));
    }
  }
  return problems;
}

/** Networks are written with their first address and have a sensible size. */
export function networkSizes(context: RuleContext): readonly Problem[] {
  const problems: Problem[] = [];
  for (const { name, range, cidr } of networkList(context)) {
    if (!range || cidr === undefined) continue;
    const path = ['networks', name, 'cidr'];
    if (!sensibleSize(range)) {
      const usable = Math.max(0, range.last - range.first - 1);
      problems.push(at(context, path, 'CLOUD_NETWORK_SIZE', { network: name, cidr, usable }));
      continue;
    }
    const normal = formatNetwork(range);
    const unusable = unusableKind(range.first);
    if (unusable) {
      const details = { what: `The ${name} network`, address: cidr, kind: unusable };
      problems.push(at(context, path, 'CLOUD_ADDRESS_UNUSABLE', details));
    }
    if (normal === cidr) continue;
    problems.push(warning(at(context, path, 'CLOUD_CIDR_HOST_BITS', { network: name, cidr, normal })));
  }
  return problems;
}

/**
 * Tunnels may use the management network itself, as is the default of Packstack and Kolla: the overlay network
 * then has the same range and interface, and each host the same address in both.
 */
function overlayIsManagement({ draft }: RuleContext): boolean {
  const { management, overlay } = draft.networks;
  if (!management?.range || !overlay?.range) return false;
  return (
    management.interface === overlay.interface &&
    formatNetwork(management.range) === formatNetwork(overlay.range)
  );
}

/** No two networks share an address. */
export function networksApart(context: RuleContext): readonly Problem[] {
  const problems: Problem[] = [];
  const networks = networkList(context);
  for (const [index, second] of networks.entries()) {
    for (const first of networks.slice(0, index)) {
      if (!first.range || !second.range || !overlap(first.range, second.range)) continue;
      if (!sensibleSize(first.range) || !sensibleSize(second.range)) continue;
      if (overlayIsManagement(context) && first.name === 'management' && second.name === 'overlay') continue;
      const details = {
        first: first.name,
        firstCidr: formatNetwork(first.range),
        second: second.name,
        secondCidr: formatNetwork(second.range),
      };
      problems.push(at(context, ['networks', second.name, 'cidr'], 'CLOUD_NETWORK_OVERLAP', details));
    }
  }
  return problems;
}
