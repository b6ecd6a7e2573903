import type { NetworkName } from '../../cloud/cloud.ts';
import { addressToNumber } from '../../cloud/ipv4.ts';
import { hintedAddress } from '../ansible/hints.ts';
import type { RoleHost } from '../ansible/hosts.ts';
import { asText } from '../values/scalar.ts';
import type { Kolla } from './context.ts';

/** Variable that names the interface in each network. */
export const INTERFACE_KEYS: Readonly<Record<NetworkName, string>> = {
  service: 'kolla_external_vip_interface',
  management: 'api_interface',
  provider: 'neutron_external_interface',
  overlay: 'tunnel_interface',
  storage: 'storage_interface',
};

/** Whether a host has a part in a network. */
export function isIn(network: NetworkName, { roles }: RoleHost): boolean {
  if (network !== 'overlay' && network !== 'provider') return true;
  return roles.includes('network') || roles.includes('compute');
}

/**
 * What may be the management address: what was given, where Ansible connects to, or the host's name where that is an
 * address.
 */
export function addressOf(kolla: Kolla, host: RoleHost): string | undefined {
  const given = hintedAddress(kolla.options.hints, host);
  return given ?? ansibleAddress(kolla, host);
}

/** Where Ansible connects to: for Kolla nothing but the target of ssh. */
export function ansibleAddress(kolla: Kolla, host: RoleHost): string | undefined {
  const { context } = kolla;
  const text = asText(
    context.ofHost(host.variables, 'ansible_host') ?? context.ofHost(host.variables, 'ansible_ssh_host'),
  );
  if (text) return text.trim();
  return addressToNumber(host.host.name) === undefined ? undefined : host.host.name;
}
