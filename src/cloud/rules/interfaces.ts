import type { Problem } from '../../errors/problem.ts';
import { networkList } from './addresses.ts';
import { at, atKey, type RuleContext, warning } from './rule.ts';

/** No other network uses the provider interface; two other networks on one interface are a warning. */
export function interfacesApart(context: RuleContext): readonly Problem[] {
  const problems: Problem[] = [];
  const networks = networkList(context);
  for (const [index, second] of networks.entries()) {
    for (const first of networks.slice(0, index)) {
      if (first.interface !== second.interface) continue;
      const details = { first: first.name, second: second.name, interface: second.interface, onHost: '' };
      const path = ['networks', second.name, 'interface'];
      if (first.name === 'provider' || second.name === 'provider') {
        problems.push(at(context, path, 'CLOUD_INTERFACE_SHARED', details));
      } else problems.push(warning(at(context, path, 'CLOUD_INTERFACE_TWO_NETWORKS', details)));
    }
  }
  return problems;
}

/** The same for the interfaces that single hosts name themselves. */
export function hostInterfacesApart(context: RuleContext): readonly Problem[] {
  const problems: Problem[] = [];
  const reported = new Set<string>();
  for (const { interfaces, entry, path } of context.hosts) {
    const provider = interfaces.provider;
    if (provider === undefined || reported.has(entry.key)) continue;
    for (const [network, name] of Object.entries(interfaces)) {
      if (network === 'provider' || name !== provider) continue;
      // Where the host sets neither of them, the rule on networks reports it.
      const own = entry.description.interfaces;
      const field = own.provider ? 'provider' : network;
      if (!own.provider && !own[network as keyof typeof own]) continue;
      reported.add(entry.key);
      const details = { first: network, second: 'provider', interface: name, onHost: ` on ${entry.key}` };
      problems.push(at(context, [...path, 'interfaces', field], 'CLOUD_INTERFACE_SHARED', details));
    }
  }
  return problems;
}

/** Room for Geneve's header (58 bytes over IPv4) and the least MTU of IPv6. */
export function overlayMtu(context: RuleContext): readonly Problem[] {
  const overlay = context.draft.networks.overlay;
  if (!overlay || overlay.mtu >= 1338) return [];
  return [at(context, ['networks', 'overlay', 'mtu'], 'CLOUD_MTU', { mtu: overlay.mtu })];
}

/** Every control host may have to hold the service network's virtual address. */
export function serviceVip(context: RuleContext): readonly Problem[] {
  const vip = context.draft.networks.service?.vip;
  if (vip === undefined) return [];
  return context.draft.hosts
    .filter(
      ({ description }) => description.roles.includes('control') && description.interfaces.service === null,
    )
    .map(({ key }) =>
      atKey(context, ['hosts', key, 'interfaces', 'service'], 'CLOUD_SERVICE_VIP_INTERFACE', {
        host: key,
        vip,
      }),
    );
}
