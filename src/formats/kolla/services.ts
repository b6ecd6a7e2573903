import { OVN, replacedByOvn } from '../mechanism.ts';
import type { DraftPath } from '../result.ts';
import { optionalServices, switchOf } from '../serviceKeys.ts';
import type { ImportableService } from '../services.ts';
import { asBoolean, asInteger, asNumber, asText } from '../values/scalar.ts';
import type { Kolla } from './context.ts';
import { coreServices, otherServices } from './keys.ts';

/** Values that mean what is done here anyway. */
const SAME: Readonly<Record<string, string>> = {
  nova_console: 'novnc',
  keystone_token_provider: 'fernet',
  keystone_admin_user: 'admin',
  keystone_admin_project: 'admin',
  cinder_backup_driver: 'ceph',
  ceph_glance_pool_name: 'images',
  ceph_cinder_pool_name: 'volumes',
  ceph_cinder_backup_pool_name: 'backups',
  ceph_nova_pool_name: 'vms',
  ceph_glance_user: 'glance',
  ceph_cinder_user: 'cinder',
  ceph_cinder_backup_user: 'cinder-backup',
  neutron_ipam_driver: 'internal',
  disable_firewall: 'True',
  glance_backend_file: 'no',
  neutron_ovn_distributed_fip: 'no',
};

/** Release, region, Neutron, Nova, and which services there are. */
export function carryServices(kolla: Kolla): void {
  const { context } = kolla;
  const region = asText(context.value('openstack_region_name', 'region'));
  if (region) context.carryUnless('openstack_region_name', ['region'], region, 'RegionOne');
  const release = asText(context.peek('openstack_release'));
  if (release === '2025.1' || release === 'epoxy')
    context.settle('openstack_release', 'default', { note: '2025.1' });
  else if (release) context.settle('openstack_release', 'unsupported', { note: '2025.1 is deployed' });
  const router = asInteger(context.value('keepalived_virtual_router_id', 'ha.virtual_router_id'));
  if (router !== undefined)
    context.carryUnless('keepalived_virtual_router_id', ['ha', 'virtual_router_id'], router, 51);
  else if (context.entry('keepalived_virtual_router_id'))
    context.wrong('keepalived_virtual_router_id', 'a number from 1 to 255', ['ha', 'virtual_router_id']);
  carryMechanism(kolla);
  carryNova(kolla);
  const proxy = asText(context.value('container_http_proxy', 'packages.proxy'));
  if (proxy) context.carry('container_http_proxy', ['packages', 'proxy'], proxy);
  else context.settle('container_http_proxy', 'default', { note: 'none' });
  const port = asInteger(context.value('horizon_tls_port', 'dashboard.port'));
  if (port !== undefined) context.carryUnless('horizon_tls_port', ['dashboard', 'port'], port, 31000);
  carrySwitches(kolla);
  for (const [key, same] of Object.entries(SAME)) {
    const value = context.peek(key);
    const truth = asBoolean(same);
    const equal =
      truth === undefined ? asText(value)?.toLowerCase() === same.toLowerCase() : asBoolean(value) === truth;
    if (equal) context.settle(key, 'default', { note: `${same} here too` });
  }
}

function carryMechanism(kolla: Kolla): void {
  const { context } = kolla;
  const agent = asText(context.value('neutron_plugin_agent', 'network.mechanism'));
  if (agent === undefined) {
    if (context.entry('neutron_plugin_agent')) return;
    const comment = `Kolla: neutron_plugin_agent is not set, so that openvswitch was used. ${OVN}`;
    context.draft.set(['network', 'mechanism'], 'ovn', { comment });
    return;
  }
  if (agent === 'ovn') {
    context.carryUnless('neutron_plugin_agent', ['network', 'mechanism'], agent, 'ovn');
    return;
  }
  context.settle('neutron_plugin_agent', 'unsupported', { note: replacedByOvn(agent) });
  context.warn('IMPORT_NOT_SUPPORTED', context.entry('neutron_plugin_agent')?.place, {
    key: `neutron_plugin_agent: ${agent}`,
    meaning: `The agent ${agent} is not deployed. ${OVN}`,
  });
}

function carryNova(kolla: Kolla): void {
  const { context } = kolla;
  const type = asText(context.value('nova_compute_virt_type', 'compute.virtualization'));
  if (type === 'qemu' || type === 'kvm')
    context.carry('nova_compute_virt_type', ['compute', 'virtualization'], type);
  else if (type !== undefined)
    context.settle('nova_compute_virt_type', 'unsupported', { note: 'kvm and qemu can be used' });
  for (const [key, field, usual] of [
    ['nova_cpu_allocation_ratio', 'cpu_ratio', 4],
    ['nova_ram_allocation_ratio', 'memory_ratio', 1],
    ['nova_disk_allocation_ratio', 'disk_ratio', 1],
  ] as const) {
    const ratio = asNumber(context.value(key, `compute.${field}`));
    if (ratio !== undefined) context.carryUnless(key, ['compute', field], ratio, usual);
  }
}

/** A service whose switch is left out is as Kolla has it by itself. */
function carryService(kolla: Kolla, service: ImportableService): void {
  const { context } = kolla;
  const key = switchOf(service, 'kolla');
  if (!key) return;
  const path = ['services', service.name];
  if (context.entry(key)) {
    carrySwitch(kolla, key, path, service.optional === 'on' ? true : undefined);
    return;
  }
  if (service.optional !== 'on' || service.kolla?.default !== false) return;
  const comment = `Kolla: ${key} is not set, and off by default; remove this line to have ${service.title}.`;
  context.draft.set(path, false, { comment });
}

/** `usual` is our default, which is left out of the description. */
function carrySwitch(kolla: Kolla, key: string, path: DraftPath, usual: boolean | undefined): void {
  const { context } = kolla;
  const value = context.value(key, path.join('.'));
  if (value === undefined) return;
  const on = asBoolean(value);
  if (on === undefined) context.wrong(key, 'yes or no', path);
  else if (usual === undefined) context.carry(key, path, on);
  else context.carryUnless(key, path, on, usual);
}

function carrySwitches(kolla: Kolla): void {
  const { context } = kolla;
  for (const service of optionalServices) carryService(kolla, service);
  carrySwitch(kolla, 'enable_cinder_backup', ['volume', 'backup'], false);
  for (const entry of context.entries()) {
    const { key } = entry;
    const core = coreServices.has(key);
    if (!core && !otherServices.has(key)) continue;
    const value = context.peek(key);
    const on = asBoolean(value);
    if (on === undefined) {
      // A template that refers to other switches follows them.
      context.settle(key, 'default', { note: 'follows from other switches' });
      continue;
    }
    if (on === core) continue;
    const name = key.replace('enable_', '');
    const note = core
      ? `${name} is deployed in every cloud`
      : `${name} is not deployed; what relies on it will miss it`;
    context.settle(key, 'unsupported', { note });
    if (core || /^enable_(?:horizon|prometheus|neutron|cinder)_/.test(key)) continue;
    context.warn('IMPORT_NOT_SUPPORTED', entry.place, {
      key,
      meaning: `${note[0]?.toUpperCase()}${note.slice(1)}.`,
    });
  }
}
