import type { DescribedCloud } from '../../cloud/build.ts';
import type { Host } from '../../cloud/cloud.ts';
import { storageRoles } from '../../cloud/roles.ts';
import { connectionLines, exportWith, toYaml } from '../ansible/export.ts';
import type { ExportResult } from '../export.ts';
import type { SourceFile } from '../result.ts';
import { switchPlaces, switchValues } from '../serviceKeys.ts';
import { importKolla } from './import.ts';

/** Where the parts of a description go in Kolla's files. */
const PLACES: Readonly<Record<string, string>> = {
  region: 'globals.yml: openstack_region_name',
  'ssh.user': 'multinode: ansible_user',
  'ssh.port': 'multinode: ansible_port',
  'ssh.key': 'multinode: ansible_ssh_private_key_file',
  'ssh.sudo': 'multinode: ansible_become',
  'networks.service.interface': 'globals.yml: kolla_external_vip_interface',
  'networks.service.vip': 'globals.yml: kolla_external_vip_address',
  'networks.management.interface': 'globals.yml: network_interface',
  'networks.management.vip': 'globals.yml: kolla_internal_vip_address',
  'networks.provider.interface': 'globals.yml: neutron_external_interface',
  'networks.overlay.interface': 'globals.yml: tunnel_interface',
  'hosts.address': 'multinode: ansible_host',
  'hosts.roles': 'multinode: groups',
  'ha.virtual_router_id': 'globals.yml: keepalived_virtual_router_id',
  'storage.backends': 'globals.yml: glance_backend_ceph, cinder_backend_ceph, nova_backend_ceph',
  'network.mechanism': 'globals.yml: neutron_plugin_agent',
  'network.tenant_types': 'globals.yml: neutron_tenant_network_types',
  'network.physical_networks': 'globals.yml: neutron_physical_networks, neutron_bridge_name',
  'compute.virtualization': 'globals.yml: nova_compute_virt_type',
  'compute.cpu_ratio': 'globals.yml: nova_cpu_allocation_ratio',
  'compute.memory_ratio': 'globals.yml: nova_ram_allocation_ratio',
  'compute.disk_ratio': 'globals.yml: nova_disk_allocation_ratio',
  'packages.proxy': 'globals.yml: container_http_proxy',
  ...switchPlaces('kolla', 'globals.yml'),
  'dashboard.port': 'globals.yml: horizon_tls_port',
  'volume.backup': 'globals.yml: enable_cinder_backup',
};

/** Writes a cloud as Kolla-Ansible's `globals.yml` and `multinode`. Passwords are never written: `kolla-genpwd` does. */
export function exportKolla(cloud: DescribedCloud): ExportResult {
  return exportWith(
    {
      format: 'kolla',
      tool: 'Kolla',
      places: PLACES,
      variableFile: 'globals.yml',
      write,
      read: (files) => importKolla(files),
    },
    cloud,
  );
}

function write(cloud: DescribedCloud): readonly SourceFile[] {
  return [
    { path: 'multinode', text: inventory(cloud) },
    { path: 'globals.yml', text: globals(cloud) },
  ];
}

function inventory(cloud: DescribedCloud): string {
  const lines = cloud.hosts.map((host) => `${host.name} ansible_host=${host.addresses.management}`);
  const group = (name: string, has: (host: Host) => boolean): void => {
    lines.push('', `[${name}]`, ...cloud.hosts.filter(has).map((host) => host.name));
  };
  group('control', (host) => host.roles.has('control'));
  group('network', (host) => host.roles.has('network'));
  group('compute', (host) => host.roles.has('compute'));
  group('storage', (host) => storageRoles.some((role) => host.roles.has(role)));
  lines.push('', '[monitoring]', '', '[deployment]', 'localhost ansible_connection=local');
  lines.push('', '[baremetal:children]', 'control', 'network', 'compute', 'storage', 'monitoring');
  lines.push('', '[loadbalancer:children]', 'network', '', '[all:vars]', ...connectionLines(cloud));
  return `${lines.join('\n')}\n`;
}

function globals(cloud: DescribedCloud): string {
  const { service, management, provider, overlay } = cloud.networks;
  const { compute, network } = cloud;
  const ceph = cloud.backends.some((backend) => backend.type === 'ceph');
  const extra = cloud.physicalNetworks.slice(1).map((physical) => physical.interface ?? '');
  return `---\n${toYaml({
    kolla_base_distro: 'debian',
    openstack_release: cloud.release,
    kolla_internal_vip_address: management.vip,
    network_interface: management.interface,
    ...(service?.vip && {
      kolla_external_vip_interface: service.interface,
      kolla_external_vip_address: service.vip,
    }),
    ...(provider && {
      neutron_external_interface: [provider.interface, ...extra].filter((name) => name !== '').join(','),
    }),
    ...(cloud.physicalNetworks.length > 0 && {
      neutron_bridge_name: cloud.physicalNetworks.map((physical) => physical.bridge).join(','),
      neutron_physical_networks: cloud.physicalNetworks.map((physical) => physical.name).join(','),
    }),
    ...(overlay && { tunnel_interface: overlay.interface }),
    neutron_plugin_agent: network.mechanism,
    ...(network.tenantTypes.length > 0 && { neutron_tenant_network_types: network.tenantTypes.join(',') }),
    openstack_region_name: cloud.region,
    keepalived_virtual_router_id: cloud.virtualRouterId,
    enable_cinder: true,
    enable_cinder_backup: cloud.volumeBackup,
    glance_backend_ceph: ceph,
    cinder_backend_ceph: ceph,
    nova_backend_ceph: ceph,
    ...switchValues(cloud, 'kolla'),
    horizon_tls_port: cloud.dashboardPort,
    ...(compute.virtualization !== 'auto' && { nova_compute_virt_type: compute.virtualization }),
    nova_cpu_allocation_ratio: compute.cpuRatio,
    nova_ram_allocation_ratio: compute.memoryRatio,
    nova_disk_allocation_ratio: compute.diskRatio,
    ...(cloud.packages.proxy && { container_http_proxy: cloud.packages.proxy }),
  })}`;
}
