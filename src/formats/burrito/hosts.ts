import type { NetworkName } from '../../cloud/cloud.ts';
import { addressToNumber, numberToAddress, parseNetwork } from '../../cloud/ipv4.ts';
import { hintedAddress } from '../ansible/hints.ts';
import type { RoleHost } from '../ansible/hosts.ts';
import { isPlainList, isPlainMap, type Plain } from '../values/node.ts';
import { asText } from '../values/scalar.ts';
import type { Burrito } from './context.ts';
import { INTERFACE_KEYS } from './networks.ts';

type Taken = { to?: string; note?: string; outcome?: 'default' | 'meaningless' };

/** Variables of single hosts that are taken up. */
export const HOST_VARIABLES: Readonly<Record<string, Taken>> = {
  ip: { to: 'hosts.*.address' },
  ansible_host: { to: 'hosts.*.ssh_address' },
  ansible_ssh_host: { to: 'hosts.*.ssh_address' },
  monitor_address: { to: 'hosts.*.addresses.storage' },
  radosgw_address: {
    to: 'hosts.*.addresses.storage',
    note: 'the object store listens on all addresses of its host',
  },
  svc_iface_name: { to: 'hosts.*.interfaces.service' },
  mgmt_iface_name: { to: 'hosts.*.interfaces.management' },
  provider_iface_name: { to: 'hosts.*.interfaces.provider' },
  overlay_iface_name: { to: 'hosts.*.interfaces.overlay' },
  storage_iface_name: { to: 'hosts.*.interfaces.storage' },
  data_devices: { to: 'hosts.*.devices' },
  lvm_volumes: { to: 'hosts.*.devices' },
  ceph_osd_use_all: { to: 'hosts.*.devices', note: 'only disks that are named are used' },
  node_labels: { outcome: 'meaningless', note: 'labels of Kubernetes; the groups say the same' },
  access_ip: { outcome: 'meaningless', note: 'of Kubernetes' },
  etcd_member_name: { outcome: 'meaningless', note: 'of Kubernetes' },
};

/** Writes the hosts with their addresses, roles, interfaces and devices. */
export function carryHosts(burrito: Burrito): void {
  const { context, hosts } = burrito;
  const backends = context.draft.get(['storage', 'backends']);
  const ceph =
    !Array.isArray(backends) ||
    backends.some((element) => element === 'ceph' || (isPlainMap(element) && element.type === 'ceph'));
  let assumed = false;
  for (const host of hosts) {
    const path = ['hosts', host.name];
    const place = host.variables.get('ip')?.place ?? host.host.place;
    const address =
      hintedAddress(burrito.options.hints, host) ?? asText(context.ofHost(host.variables, 'ip'))?.trim();
    if (!address || addressToNumber(address) === undefined) {
      const reason = address ? 'what is given is no IPv4 address' : 'none is given';
      context.report('IMPORT_HOST_ADDRESS', place, { host: host.name, reason, variable: 'ip' });
    }
    if (address) context.draft.set([...path, 'address'], address, { place });
    carryAddresses(burrito, host, address ?? '');
    const roles = host.roles.filter(
      (role) => ceph || !['storage', 'mon', 'mgr', 'osd', 'rgw'].includes(role),
    );
    context.draft.set([...path, 'roles'], roles, { place: host.host.place });
    context.draft.place(path, host.host.place);
    carryInterfaces(burrito, host);
    // Burrito's storage hosts have no interface in the service network, though the gateway's role is served there.
    if (context.draft.has(['networks', 'service', 'interface']) && !roles.includes('control')) {
      const own = [...path, 'interfaces', 'service'];
      if (roles.some((role) => role === 'rgw' || role === 'storage') && !context.draft.has(own))
        context.draft.set(own, null);
    }
    const target = asText(
      context.ofHost(host.variables, 'ansible_host') ?? context.ofHost(host.variables, 'ansible_ssh_host'),
    );
    if (target && target !== address)
      context.draft.set([...path, 'ssh_address'], target, {
        place: host.variables.get('ansible_host')?.place,
      });
    if (!roles.includes('osd') && !roles.includes('storage')) continue;
    const devices = devicesOf(burrito, host);
    if (devices.length > 0) {
      const key =
        host.variables.get('data_devices') ??
        host.variables.get('lvm_volumes') ??
        context.entry('data_devices') ??
        context.entry('lvm_volumes');
      context.draft.set([...path, 'devices'], devices, { place: key?.place });
    }
    assumed ||= devices.length === 0;
  }
  settleDevices(burrito, assumed);
}

function settleDevices(burrito: Burrito, assumed: boolean): void {
  const { context, options } = burrito;
  if (options.hints?.devices?.length) {
    for (const key of ['data_devices', 'lvm_volumes', 'ceph_osd_use_all'])
      context.settle(key, 'meaningless', { note: 'the devices were given with --device' });
    return;
  }
  const used = new Set<string>();
  for (const host of burrito.hosts) {
    const devices = context.draft.get(['hosts', host.name, 'devices']);
    for (const device of Array.isArray(devices) ? devices : []) used.add(String(device));
  }
  for (const key of ['data_devices', 'lvm_volumes']) {
    if (!context.isSettled(key) && used.size > 0) context.settle(key, 'carried', { to: 'hosts.*.devices' });
  }
  const all = context.entry('ceph_osd_use_all');
  if (context.peek('ceph_osd_use_all') === true && all) {
    const note =
      used.size > 0
        ? 'only the disks of data_devices are used, not every empty one'
        : 'only disks that are named are used';
    context.settle('ceph_osd_use_all', 'suspicious', { note });
    const what =
      used.size > 0
        ? `those of data_devices are taken: ${[...used].slice(0, 8).join(', ')}`
        : 'none is taken';
    context.warn('IMPORT_DEVICES_ASSUMED', all.place, { assumed: what });
  } else if (assumed)
    context.warn('IMPORT_DEVICES_ASSUMED', burrito.hosts[0]?.host.place, { assumed: 'none is taken' });
  else context.settle('ceph_osd_use_all', 'default', { note: 'only disks that are named are used here too' });
}

/** The storage address of releases 1.x, where the host part does not give it anyway. */
function carryAddresses(burrito: Burrito, host: RoleHost, management: string): void {
  const { context } = burrito;
  const address = asText(
    context.ofHost(host.variables, 'monitor_address') ?? context.ofHost(host.variables, 'radosgw_address'),
  );
  const storage = parseNetwork(String(context.draft.get(['networks', 'storage', 'cidr']) ?? ''));
  const own = parseNetwork(String(context.draft.get(['networks', 'management', 'cidr']) ?? ''));
  if (!address || !storage || !own) return;
  const derived = numberToAddress(storage.first + ((addressToNumber(management) ?? 0) - own.first));
  if (derived === address) return;
  const place = (host.variables.get('monitor_address') ?? host.variables.get('radosgw_address'))?.place;
  context.draft.set(['hosts', host.name, 'addresses', 'storage'], address, { place });
}

function carryInterfaces(burrito: Burrito, host: RoleHost): void {
  const { context } = burrito;
  for (const [network, key] of Object.entries(INTERFACE_KEYS) as [NetworkName, string][]) {
    const variable = host.variables.get(key);
    const usual = context.draft.get(['networks', network, 'interface']);
    if (!variable || usual === undefined || context.entry(key)?.layer === 'extra') continue;
    const own = context.ofHost(host.variables, key);
    if (own === usual || (own !== null && typeof own !== 'string')) continue;
    context.draft.set(['hosts', host.name, 'interfaces', network], own, { place: variable.place });
  }
}

/** Disks of a host: `data_devices` of cephadm, `lvm_volumes` of ceph-ansible. */
function devicesOf(burrito: Burrito, host: RoleHost): readonly string[] {
  const { context } = burrito;
  for (const key of ['data_devices', 'lvm_volumes']) {
    const devices = deviceList(context.ofHost(host.variables, key));
    if (devices.length > 0) return devices;
  }
  return [];
}

function deviceList(value: Plain | undefined): readonly string[] {
  // cephadm's own form has the paths one level deeper.
  if (isPlainMap(value)) return deviceList(value.paths ?? value.path);
  if (typeof value === 'string') return [value];
  if (!isPlainList(value)) return [];
  const devices: string[] = [];
  for (const item of value) {
    const path = isPlainMap(item) ? (item.path ?? item.data) : item;
    if (typeof path === 'string' && path !== '') devices.push(path);
  }
  return devices;
}
