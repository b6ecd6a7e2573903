import type { NetworkName } from '../../cloud/cloud.ts';
import { addressToNumber, holds, parseNetwork } from '../../cloud/ipv4.ts';
import { hintedAddress } from '../ansible/hints.ts';
import type { RoleHost } from '../ansible/hosts.ts';
import { asText } from '../values/scalar.ts';
import type { Kolla } from './context.ts';
import { ansibleAddress, INTERFACE_KEYS, isIn } from './interfaces.ts';

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
  const { context, hosts, options } = kolla;
  const osds: string[] = [];
  const keepers = storageRoles(hosts);
  const range = parseNetwork(asText(context.draft.get(['networks', 'management', 'cidr'])) ?? '');
  for (const host of hosts) {
    const { name } = host;
    const path = ['hosts', name];
    const place =
      (host.variables.get('ansible_host') ?? host.variables.get('ansible_ssh_host'))?.place ??
      host.host.place;
    const target = ansibleAddress(kolla, host);
    const given = hintedAddress(options.hints, host);
    const number = addressToNumber(target ?? '');
    const outside = range !== undefined && number !== undefined && !holds(range, number);
    const address = given ?? (outside ? undefined : target);
    if (target && target !== address && (given || outside))
      context.draft.set([...path, 'ssh_address'], target, { place });
    if (!address || addressToNumber(address) === undefined) {
      const reason = outside
        ? `ansible_host, ${target}, is not in the management network, so it is only where ssh goes`
        : address
          ? 'a name is given, where its IPv4 address is needed'
          : 'none is given';
      context.report('IMPORT_HOST_ADDRESS', place, {
        host: host.host.name,
        reason,
        variable: 'ansible_host',
      });
    }
    if (address) context.draft.set([...path, 'address'], address, { place });
    const keeps = keepers.get(host);
    const roles = [...host.roles.filter((role) => role !== 'storage'), ...(keeps ? [keeps.role] : [])];
    context.draft.set([...path, 'roles'], roles, { place: host.host.place, comment: keeps?.comment });
    context.draft.place(path, host.host.place);
    if (keeps) osds.push(name);
    for (const [network, key] of Object.entries(INTERFACE_KEYS) as [NetworkName, string][]) {
      const own = asText(context.ofHost(host.variables, key))?.split(',')[0]?.trim();
      const usual = context.draft.get(['networks', network, 'interface']);
      if (!own || usual === undefined || own === usual || !isIn(network, host)) continue;
      const variable = host.variables.get(key) ?? host.variables.get('network_interface');
      context.draft.set([...path, 'interfaces', network], own, { place: variable?.place });
    }
  }
  if (osds.length > 0 && !options.hints?.devices?.length) {
    context.warn('IMPORT_DEVICES_ASSUMED', hosts.find((host) => osds.includes(host.name))?.host.place, {
      assumed: 'none is taken',
    });
  }
}

/** Monitors of Ceph: an odd number, and more than three gain nothing in a cloud of this size. */
const MOST_MONITORS = 3;

/**
 * Roles of the hosts that keep data. Kolla's group `storage` runs cinder-volume and says nothing of Ceph: of any
 * number of hosts one or three become monitors. Where the group is empty the control hosts keep the data.
 */
function storageRoles(
  hosts: readonly RoleHost[],
): ReadonlyMap<RoleHost, { readonly role: 'storage' | 'osd'; readonly comment?: string }> {
  const named = hosts.filter((host) => host.roles.includes('storage'));
  const keepers = named.length > 0 ? named : hosts.filter((host) => host.roles.includes('control'));
  const monitors = keepers.length < MOST_MONITORS ? 1 : MOST_MONITORS;
  const comment =
    named.length > 0 ? undefined : 'ASSUMED: the group storage is empty, so the control hosts keep the data.';
  return new Map(
    keepers.map((host, index) => {
      const role = index < monitors ? 'storage' : 'osd';
      return [host, { role, ...(comment && { comment }) }];
    }),
  );
}
