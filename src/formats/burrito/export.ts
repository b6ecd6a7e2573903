import type { DescribedCloud } from '../../cloud/build.ts';
import type { Host, Role } from '../../cloud/cloud.ts';
import { connectionLines, exportWith, iniValue, toYaml } from '../ansible/export.ts';
import type { ExportResult } from '../export.ts';
import type { SourceFile } from '../result.ts';
import { switchPlaces, switchValues } from '../serviceKeys.ts';
import { importBurrito } from './import.ts';

/** Where the parts of a description go in Burrito's files. */
const PLACES: Readonly<Record<string, string>> = {
  'ssh.user': 'hosts: ansible_user',
  'ssh.port': 'hosts: ansible_port',
  'ssh.key': 'hosts: ansible_ssh_private_key_file',
  'ssh.sudo': 'hosts: ansible_become',
  'networks.service.interface': 'vars.yml: svc_iface_name',
  'networks.service.vip': 'vars.yml: keepalived_vip_svc',
  'networks.service.cidr': 'vars.yml: svc_cidr',
  'networks.management.interface': 'vars.yml: mgmt_iface_name',
  'networks.management.vip': 'vars.yml: keepalived_vip',
  'networks.management.cidr': 'vars.yml: ntp_allowed_cidr',
  'networks.provider.interface': 'vars.yml: provider_iface_name',
  'networks.provider.mtu': 'vars.yml: openstack_mtu',
  'networks.overlay': 'vars.yml: overlay_iface_name',
  'networks.storage.interface': 'vars.yml: storage_iface_name',
  'networks.storage.cidr': 'vars.yml: public_network',
  'hosts.address': 'hosts: ip',
  'hosts.ssh_address': 'hosts: ansible_host',
  'hosts.roles': 'hosts: groups',
  'hosts.devices': 'group_vars/all/ceph_vars.yml: data_devices',
  'time.servers': 'vars.yml: ntp_servers',
  'ha.level': 'vars.yml: ha_level',
  'ha.interval': 'vars.yml: vrrp_script_interval',
  'ha.timeout': 'vars.yml: vrrp_script_timeout',
  'ha.rise': 'vars.yml: vrrp_script_rise',
  'ha.fall': 'vars.yml: vrrp_script_fall',
  'storage.backends': 'vars.yml: storage_backends',
  'storage.ceph.pool_size': 'vars.yml: ceph_pool_default_size',
  'storage.ceph.pool_min_size': 'vars.yml: ceph_pool_default_min_size',
  'network.mechanism': 'vars.yml: is_ovs, is_ovn',
  'network.physical_networks': 'vars.yml: ovs_provider',
  ...switchPlaces('burrito', 'vars.yml'),
  'volume.backup': 'vars.yml: enable_cinder_backup',
  'object_store.user': 'vars.yml: ceph_rgw_uid',
  clock_tolerance: 'vars.yml: checklist.clock_deviation_threshold',
};

/** Writes a cloud as a Burrito folder. Passwords are never written: `./run.sh vault` asks for them. */
export function exportBurrito(cloud: DescribedCloud): ExportResult {
  return exportWith(
    {
      format: 'burrito',
      tool: 'Burrito',
      places: PLACES,
      variableFile: 'vars.yml',
      write,
      read: (files) => importBurrito(files),
    },
    cloud,
  );
}

function write(cloud: DescribedCloud): readonly SourceFile[] {
  return [
    { path: 'hosts', text: inventory(cloud) },
    { path: 'vars.yml', text: variables(cloud) },
    ...devices(cloud),
  ];
}

function inventory(cloud: DescribedCloud): string {
  const lines = cloud.hosts.map((host) => {
    const target =
      host.sshAddress === host.addresses.management ? '' : ` ansible_host=${iniValue(host.sshAddress)}`;
    return `${host.name} ip=${host.addresses.management}${target}`;
  });
  const group = (name: string, has: (host: Host) => boolean): void => {
    lines.push('', `[${name}]`, ...cloud.hosts.filter(has).map((host) => host.name));
  };
  const role = (wanted: Role) => (host: Host) => host.roles.has(wanted);
  group('mons', role('mon'));
  group('mgrs', role('mgr'));
  group('osds', role('osd'));
  group('rgws', role('rgw'));
  group('clients', (host) => host.roles.has('control') || host.roles.has('compute'));
  group('kube_control_plane', role('control'));
  group(
    'kube_node',
    (host) => host.roles.has('control') || host.roles.has('network') || host.roles.has('compute'),
  );
  group('controller-node', role('control'));
  group('network-node', role('network'));
  group('compute-node', role('compute'));
  lines.push('', '[all:vars]', ...connectionLines(cloud));
  for (const [parent, children] of [
    ['ceph_servers', ['mons', 'mgrs', 'osds', 'rgws']],
    ['ceph', ['ceph_servers', 'clients']],
    ['etcd', ['kube_control_plane']],
    ['k8s_cluster', ['kube_control_plane', 'kube_node']],
  ] as const) {
    lines.push('', `[${parent}:children]`, ...children);
  }
  return `${lines.join('\n')}\n`;
}

function variables(cloud: DescribedCloud): string {
  const { service, management, provider, overlay, storage } = cloud.networks;
  const { ha, ceph, network } = cloud;
  const mtu = overlay?.mtu ?? provider?.mtu ?? 1500;
  return `---\n${toYaml({
    ...(service && { svc_iface_name: service.interface, svc_cidr: service.cidr }),
    mgmt_iface_name: management.interface,
    ntp_allowed_cidr: management.cidr,
    ...(provider && { provider_iface_name: provider.interface }),
    overlay_iface_name: overlay?.interface ?? null,
    storage_iface_name: storage?.interface ?? management.interface,
    ...(storage?.cidr && { public_network: storage.cidr }),
    ntp_servers: cloud.timeServers,
    keepalived_vip: management.vip,
    keepalived_vip_svc: service?.vip ?? '',
    ha_level: ha.level,
    vrrp_script_interval: ha.interval,
    vrrp_script_timeout: ha.timeout,
    vrrp_script_rise: ha.rise,
    vrrp_script_fall: ha.fall,
    storage_backends: [...new Set(cloud.backends.map((backend) => backend.type))],
    ceph_pool_default_size: ceph.poolSize,
    ceph_pool_default_min_size: ceph.poolMinSize,
    openstack_mtu: mtu,
    is_ovs: network.mechanism !== 'linuxbridge',
    is_ovn: network.mechanism === 'ovn',
    ovs_provider: cloud.physicalNetworks.map((physical) => ({
      name: physical.name,
      bridge: physical.bridge,
      iface: physical.interface ?? provider?.interface ?? '',
      vlan_ranges: physical.vlans.join(','),
    })),
    ...switchValues(cloud, 'burrito'),
    enable_cinder_backup: cloud.volumeBackup,
    ceph_rgw_uid: cloud.objectStoreUser,
    checklist: { clock_deviation_threshold: cloud.clockTolerance },
  })}`;
}

/** The devices most OSD hosts have, for all; those of the others in `host_vars`. */
function devices(cloud: DescribedCloud): readonly SourceFile[] {
  const keepers = cloud.hosts.filter((host) => host.roles.has('osd') && host.devices.length > 0);
  const [first] = keepers;
  if (!first) return [];
  const written = (host: Host): string => toYaml({ data_devices: host.devices.map((path) => ({ path })) });
  const usual = written(first);
  const files = [{ path: 'group_vars/all/ceph_vars.yml', text: `---\nceph_osd_use_all: false\n${usual}` }];
  for (const host of keepers) {
    if (written(host) !== usual)
      files.push({ path: `host_vars/${host.name}.yml`, text: `---\n${written(host)}` });
  }
  return files;
}
