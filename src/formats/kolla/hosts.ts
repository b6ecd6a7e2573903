import type { NetworkName } from '../../cloud/cloud.ts';
import { addressToNumber } from '../../cloud/ipv4.ts';
import { asText } from '../values/scalar.ts';
import type { Kolla } from './context.ts';
import { addressOf, INTERFACE_KEYS } from './interfaces.ts';

type Taken = { to?: string; note?: string; outcome?: 'default' | 'meaningless' };

/** Variables of single hosts that are taken up. */
export const HOST_VARIABLES: Readonly<Record<string, Taken>> = {
  ansible_host: { to: 'hosts.*.address' },
  ansible_ssh_host: { to: 'hosts.*.address' },
  api_interface: { to: 'hosts.*.interfaces.management' },
  network_interface: { to: 'hosts.*.interfaces' },
  kolla_external_vip_interface: { to: 'hosts.*.interfaces.service' },
  neutron_external_interface: { to: 'hosts.*.interfaces.provider' },
  tunnel_interface: { to: 'hosts.*.interfaces.overlay' },
  storage_interface: { to: 'hosts.*.interfaces.storage' },
};

/** Writes the hosts with their addresses, roles and interfaces. */
export function carryHosts(kolla: Kolla): void {
  const { context, hosts } = kolla;
  const osds: string[] = [];
  for (const host of hosts) {
    const { name } = host;
    const path = ['hosts', name];
    const place =
      (host.variables.get('ansible_host') ?? host.variables.get('ansible_ssh_host'))?.place ??
      host.host.place;
    const address = addressOf(kolla, host);
    if (!address || addressToNumber(address) === undefined) {
      const reason = address ? 'a name is given, where its IPv4 address is needed' : 'none is given';
      context.report('IMPORT_HOST_ADDRESS', place, {
        host: host.host.name,
        reason,
        variable: 'ansible_host',
      });
    }
    if (address) context.draft.set([...path, 'address'], address, { place });
    context.draft.set([...path, 'roles'], host.roles, { place: host.host.place });
    context.draft.place(path, host.host.place);
    if (host.roles.includes('storage') || host.roles.includes('osd')) osds.push(name);
    for (const [network, key] of Object.entries(INTERFACE_KEYS) as [NetworkName, string][]) {
      const own = asText(context.ofHost(host.variables, key))?.split(',')[0]?.trim();
      const usual = context.draft.get(['networks', network, 'interface']);
      if (!own || usual === undefined || own === usual) continue;
      const variable = host.variables.get(key) ?? host.variables.get('network_interface');
      context.draft.set([...path, 'interfaces', network], own, { place: variable?.place });
    }
  }
  if (osds.length > 0) {
    context.warn('IMPORT_DEVICES_ASSUMED', hosts.find((host) => osds.includes(host.name))?.host.place, {
      assumed: 'none is taken',
    });
  }
}
