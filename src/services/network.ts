import type { Client } from '../api/client.ts';
import { apiCheck } from '../checks/apiCheck.ts';
import { type AgentExpectation, judgeNetworkAgents } from '../checks/judgements.ts';
import { withoutHosts } from '../checks/verdict.ts';
import { certificateOf, certificatePaths } from '../cloud/certificates.ts';
import type { Cloud, Host } from '../cloud/cloud.ts';
import { ovnConnection, transportUrl } from '../cloud/endpoints.ts';
import { ports } from '../cloud/ports.ts';
import { reached, unreached } from '../cloud/reached.ts';
import { secretOf } from '../cloud/secrets.ts';
import { chassisHosts, controlHosts, gatewayHosts, vip } from '../cloud/topology.ts';
import type { ApiCheck, ShellCheck } from '../engine/check.ts';
import type { HostContext, Section, Sections, ServiceContext, ServiceDefinition } from './definition.ts';
import { networkPolicy, serviceRoles } from './policies.ts';
import {
  authTokenSection,
  cacheSection,
  commonSections,
  databaseSection,
  serviceAuthSection,
} from './shared/sections.ts';

const PORT = 9696;
const ML2 = 'plugins/ml2/ml2_conf.ini';
/** Under Neutron's configuration folder: with what its servers connect to OVN's databases. */
const OVN_FILES = {
  authority: 'ovn/ca.pem',
  certificate: 'ovn/certificate.pem',
  key: 'ovn/key.pem',
} as const;

/** Neutron with ML2/OVN. */
export const network: ServiceDefinition = {
  name: 'network',
  project: 'neutron',
  title: 'Networking (Neutron)',
  needs: ['identity', 'messaging', 'ovn'],
  // It tells Nova that a port is ready.
  userRoles: [serviceRoles.compute],
  policy: networkPolicy,
  catalog: [{ type: 'network', description: 'Networking', port: PORT, path: '' }],
  databases: ['neutron'],
  configuration: [
    {
      name: 'neutron.conf',
      on: (cloud) => {
        const chassis = new Set(chassisHosts(cloud));
        return cloud.hosts.filter((host) => host.roles.has('control') || chassis.has(host));
      },
      sections,
    },
    {
      name: ML2,
      on: controlHosts,
      sections: ({ cloud, project }) => ml2Sections(cloud, project.configuration),
    },
    { name: 'neutron_ovn_metadata_agent.ini', on: chassisHosts, sections: metadataSections },
  ],
  // The servers run as Neutron's user, which reads no other copy of the key.
  files: (['authority', 'certificate', 'key'] as const).map((part) => ({
    name: OVN_FILES[part],
    on: controlHosts,
    content: ({ cloud, host }) => certificateOf(cloud, 'ovn', host)[part],
  })),
  migrations: ({ platformOf }) => {
    const { configuration } = platformOf('neutron');
    return [
      {
        kind: 'schema',
        database: 'neutron',
        command: `neutron-db-manage --config-file ${configuration}/neutron.conf --config-file ${configuration}/${ML2} upgrade heads`,
      },
    ];
  },
  installers: {
    packstack: { secrets: { CONFIG_NEUTRON_METADATA_PW: 'metadata_secret' } },
    kolla: { secrets: { metadata_secret: 'metadata_secret' } },
    burrito: { secrets: { vault_neutron_metadata_secret: 'metadata_secret' } },
  },
  processes: [
    {
      name: 'api',
      kind: 'wsgi',
      on: controlHosts,
      port: PORT,
      health: '/',
      balanced: { section: 'network', public: true },
      startsAfter: ['mariadb', 'memcached', 'rabbitmq', 'ovn-central'],
    },
    ...(['rpc', 'periodic', 'ovn-maintenance'] as const).map((name) => ({
      name,
      kind: 'daemon' as const,
      on: controlHosts,
      startsAfter: ['mariadb', 'rabbitmq', 'ovn-central'],
    })),
    { name: 'ovn-metadata', kind: 'daemon', on: chassisHosts, startsAfter: ['openvswitch', 'ovn-host'] },
  ],
  checks: (context) => {
    const names = (hosts: readonly Host[]) => reached(context, hosts).map((host) => host.name);
    const { cloud } = context;
    return [
      networkAgentsCheck(
        { chassis: names(chassisHosts(cloud)), gateways: names(gatewayHosts(cloud)) },
        unreached(context),
      ),
      rpcServersCheck(context, reached(context, controlHosts(cloud)).length),
    ];
  },
};

/** Database and identity settings only where the servers run: a compute host must not hold the database's password. */
function sections(context: HostContext): Sections {
  const { cloud, host, project } = context;
  const common = commonSections(context);
  return {
    ...common,
    DEFAULT: {
      core_plugin: 'ml2',
      service_plugins: cloud.networks.overlay ? 'ovn-router' : '',
      transport_url: transportUrl(cloud),
      auth_strategy: 'keystone',
      notify_nova_on_port_status_changes: true,
      notify_nova_on_port_data_changes: true,
      rpc_workers: 1,
      log_dir: project.logs,
      dns_domain: 'openstacklocal.',
      global_physnet_mtu: cloud.networks.provider?.mtu ?? 1500,
      host: host.name,
    },
    agent: { root_helper: `sudo neutron-rootwrap ${project.configuration}/rootwrap.conf` },
    ...(host.roles.has('control') && {
      database: databaseSection(context, 'neutron'),
      keystone_authtoken: authTokenSection(context, 'neutron'),
      nova: { ...serviceAuthSection(context, 'neutron'), endpoint_type: 'internal' },
      placement: { ...serviceAuthSection(context, 'neutron'), endpoint_type: 'internal' },
      cache: cacheSection(context),
    }),
  };
}

/** `folder` has the configuration of Neutron. */
export function ml2Sections(cloud: Cloud, folder: string): Sections {
  const vlans = cloud.physicalNetworks.flatMap((physical) =>
    physical.vlans.map((range) => `${physical.name}:${range}`),
  );
  const tenantTypes = cloud.networks.overlay ? cloud.network.tenantTypes : [];
  const files = {
    authority: `${folder}/${OVN_FILES.authority}`,
    certificate: `${folder}/${OVN_FILES.certificate}`,
    key: `${folder}/${OVN_FILES.key}`,
  };
  return {
    ml2: {
      type_drivers: 'flat,vlan,geneve,vxlan,local',
      tenant_network_types: tenantTypes.join(','),
      mechanism_drivers: 'ovn',
      extension_drivers: 'port_security',
      overlay_ip_version: 4,
      path_mtu: cloud.networks.overlay?.mtu,
    },
    ml2_type_flat: { flat_networks: cloud.physicalNetworks.map((physical) => physical.name).join(',') },
    ...(vlans.length > 0 && { ml2_type_vlan: { network_vlan_ranges: vlans.join(',') } }),
    ml2_type_geneve: { vni_ranges: '1:65536', max_header_size: 38 },
    ml2_type_vxlan: { vni_ranges: '1:65536' },
    securitygroup: { enable_security_group: true },
    ovn: {
      ovn_nb_connection: ovnConnection(cloud, ports.ovnNorthbound),
      ovn_sb_connection: ovnConnection(cloud, ports.ovnSouthboundControl),
      // A process has one set of files for all its connections (ovs.stream.Stream).
      ...credentials('nb', files),
      ...credentials('sb', files),
      ovn_l3_scheduler: 'leastloaded',
      ovn_metadata_enabled: true,
      enable_distributed_floating_ip: false,
    },
  };
}

function metadataSections({ cloud, project, platform }: HostContext): Sections {
  return {
    DEFAULT: {
      nova_metadata_host: vip(cloud),
      nova_metadata_protocol: 'https',
      metadata_proxy_shared_secret: secretOf(cloud, 'metadata_secret'),
      // None: the agent serves by itself. Answers are small and rare, a worker would hold 100 MiB.
      metadata_workers: 0,
    },
    agent: { root_helper: `sudo neutron-rootwrap ${project.configuration}/rootwrap.conf` },
    ovs: { ovsdb_connection: `unix:${platform.components.openvswitch.paths.database}` },
    // The agent runs as root, and the database lets it write what belongs to its chassis.
    ovn: {
      ovn_sb_connection: ovnConnection(cloud, ports.ovnSouthbound),
      ...credentials('sb', certificatePaths('ovn')),
    },
  };
}

/** Files with which a database is asked, as options of `[ovn]`. */
function credentials(
  database: 'nb' | 'sb',
  { authority, certificate, key }: Record<keyof typeof OVN_FILES, string>,
): Section {
  return {
    [`ovn_${database}_ca_cert`]: authority,
    [`ovn_${database}_certificate`]: certificate,
    [`ovn_${database}_private_key`]: key,
  };
}

/** `absent`: hosts that were not reached, of which nothing is expected. */
function networkAgentsCheck(expected: AgentExpectation, absent: ReadonlySet<string>): ApiCheck<Client> {
  const words = {
    id: 'network-agents',
    title: 'Network agents are alive and of the right kinds',
    limitSeconds: 300,
  };
  return apiCheck(words, async (api) =>
    judgeNetworkAgents(withoutHosts(await api.network.agents(), absent), expected),
  );
}

/** The server's main process stays up when its workers fail; what counts is who takes requests. */
function rpcServersCheck({ control, consumers }: ServiceContext, wanted: number): ShellCheck {
  return {
    via: 'shell',
    id: 'network-rpc-servers',
    title: 'Neutron’s RPC servers take requests',
    host: control.name,
    limitSeconds: 300,
    script: consumers('q-plugin'),
    judge({ stdout, stderr }) {
      const count = Number(/^\{ok,\s*(\d+)\}/.exec(stdout.trim())?.[1] ?? Number.NaN);
      if (Number.isNaN(count)) return { ok: false, sentence: 'RabbitMQ does not answer', evidence: stderr };
      return {
        ok: count >= wanted,
        sentence: `${count} RPC worker${count === 1 ? '' : 's'} listening on ${wanted} control host${wanted === 1 ? '' : 's'}`,
      };
    },
  };
}
