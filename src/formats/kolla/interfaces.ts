import type { NetworkName } from '../../cloud/cloud.ts';
import { addressToNumber } from '../../cloud/ipv4.ts';
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

/** The management address: where Ansible connects to, or the host's name where that is an address. */
export function addressOf(kolla: Kolla, host: RoleHost): string | undefined {
  const { context, options } = kolla;
  const told = asText(
    context.ofHost(host.variables, 'ansible_host') ?? context.ofHost(host.variables, 'ansible_ssh_host'),
  );
  if (told) return told.trim();
  if (addressToNumber(host.host.name) !== undefined) return host.host.name;
  return options.hints?.addresses?.[host.host.name];
}
