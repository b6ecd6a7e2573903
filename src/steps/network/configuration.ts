import type { Cloud, Host } from '../../cloud/cloud.ts';
import { secretOf } from '../../cloud/secrets.ts';
import { controlHosts, vip } from '../../cloud/topology.ts';
import { renderIni } from '../../resources/index.ts';
import type { Text } from '../../secrets/confidential.ts';
import {
  authTokenSection,
  cacheSection,
  databaseSection,
  databaseUrl,
  messagingSection,
  proxyHeaders,
  serviceAuthSection,
  transportUrl,
} from '../shared/configuration.ts';
import { ports } from '../shared/endpoints.ts';

/** Database and identity settings only where the servers run: a compute host must not hold the database's password. */
export function neutronConfiguration(cloud: Cloud, host: Host): Text {
  const server = host.roles.has('control');
  return renderIni({
    DEFAULT: {
      core_plugin: 'ml2',
      service_plugins: cloud.networks.overlay ? 'ovn-router' : '',
      transport_url: transportUrl(cloud),
      auth_strategy: 'keystone',
      notify_nova_on_port_status_changes: true,
      notify_nova_on_port_data_changes: true,
      rpc_workers: 1,
      log_dir: '/var/log/neutron',
      dns_domain: 'openstacklocal.',
      global_physnet_mtu: cloud.networks.provider?.mtu ?? 1500,
      host: host.name,
    },
    agent: { root_helper: 'sudo neutron-rootwrap /etc/neutron/rootwrap.conf' },
    ...(server && {
      database: databaseSection(databaseUrl(cloud, 'neutron')),
      keystone_authtoken: authTokenSection(cloud, 'neutron'),
      nova: serviceAuthSection(cloud, 'nova'),
      placement: serviceAuthSection(cloud, 'placement'),
      cache: cacheSection(cloud),
    }),
    oslo_concurrency: { lock_path: '/var/lock/neutron' },
    oslo_messaging_rabbit: messagingSection(cloud),
    oslo_middleware: proxyHeaders,
    oslo_policy: { policy_dirs: '/etc/neutron/policy.d' },
  });
}

export function ovnConnection(cloud: Cloud, port: number): string {
  return controlHosts(cloud)
    .map((host) => `tcp:${host.addresses.management}:${port}`)
    .join(',');
}

export function ml2Configuration(cloud: Cloud): Text {
  const vlans = cloud.physicalNetworks.flatMap((network) =>
    network.vlans.map((range) => `${network.name}:${range}`),
  );
  const tenantTypes = cloud.networks.overlay ? cloud.network.tenantTypes : [];
  return renderIni({
    ml2: {
      type_drivers: 'flat,vlan,geneve,vxlan,local',
      tenant_network_types: tenantTypes.join(','),
      mechanism_drivers: 'ovn',
      extension_drivers: 'port_security',
      overlay_ip_version: 4,
      ...(cloud.networks.overlay && { path_mtu: cloud.networks.overlay.mtu }),
    },
    ml2_type_flat: { flat_networks: cloud.physicalNetworks.map((network) => network.name).join(',') },
    ...(vlans.length > 0 && { ml2_type_vlan: { network_vlan_ranges: vlans.join(',') } }),
    ml2_type_geneve: { vni_ranges: '1:65536', max_header_size: 38 },
    ml2_type_vxlan: { vni_ranges: '1:65536' },
    securitygroup: { enable_security_group: true },
    ovn: {
      ovn_nb_connection: ovnConnection(cloud, ports.ovnNorthbound),
      ovn_sb_connection: ovnConnection(cloud, ports.ovnSouthbound),
      ovn_l3_scheduler: 'leastloaded',
      ovn_metadata_enabled: true,
      enable_distributed_floating_ip: false,
    },
  });
}

export function metadataAgentConfiguration(cloud: Cloud): Text {
  return renderIni({
    DEFAULT: {
      nova_metadata_host: vip(cloud),
      metadata_proxy_shared_secret: secretOf(cloud, 'metadata_secret'),
      // None: the agent serves by itself. Answers are small and rare, a worker would hold 100 MiB.
      metadata_workers: 0,
    },
    agent: { root_helper: 'sudo neutron-rootwrap /etc/neutron/rootwrap.conf' },
    ovs: { ovsdb_connection: 'unix:/var/run/openvswitch/db.sock' },
    ovn: { ovn_sb_connection: ovnConnection(cloud, ports.ovnSouthbound) },
  });
}
