import { certificatePaths } from '../cloud/certificates.ts';
import type { Cloud, Host } from '../cloud/cloud.ts';
import { LOOPBACK } from '../cloud/endpoints.ts';
import { reached, unreached } from '../cloud/reached.ts';
import { secretOf } from '../cloud/secrets.ts';
import { controlHosts, hostsWith, usesCeph, vip } from '../cloud/topology.ts';
import { cellMigrations, hostDiscovery } from './cells.ts';
import {
  cellMappingCheck,
  computeServicesCheck,
  consoleCheck,
  consoleProxyCheck,
  placementCheck,
} from './checks/compute.ts';
import type { HostContext, Sections, ServiceDefinition } from './definition.ts';
import { computePolicy, serviceRoles } from './policies.ts';
import { hypervisorSections } from './shared/hypervisor.ts';
import {
  authTokenSection,
  cacheSection,
  commonSections,
  databaseSection,
  serviceAuthSection,
  serviceUserSection,
} from './shared/sections.ts';
import { workers } from './shared/workers.ts';

const PORT = 8774;
const METADATA_PORT = 8775;
const CONSOLE_PORT = 6080;

/** With what the console proxies connect to the hypervisors. The step `hypervisor` writes these files. */
const consolePaths = certificatePaths('hypervisor');
const consoleFiles = [consolePaths.authority, consolePaths.certificate, consolePaths.key];

/** As which nova-compute calls other services, on every host. */
const COMPUTE_USER = 'nova_compute';

const computeHosts = (cloud: Cloud) => hostsWith(cloud, 'compute');

/** Nova: cells, API, metadata, scheduler, conductor, console; nova-compute on the compute hosts. */
export const compute: ServiceDefinition = {
  name: 'compute',
  project: 'nova',
  title: 'Compute (Nova)',
  // Placement, because Nova's daemons end without it. Images and networks are asked for by instances alone, which
  // come after all steps; waiting for those steps would leave cores idle.
  needs: ['placement', 'messaging', 'ceph', 'hypervisor'],
  catalog: [{ type: 'compute', description: 'Compute', port: PORT, path: '/v2.1' }],
  databases: ['nova_api', 'nova', 'nova_cell0'],
  secrets: [
    { name: 'metadata_secret', kind: 'shared-secret' },
    { name: 'nova_compute_password', kind: 'password' },
  ],
  userRoles: [serviceRoles.volume],
  // Whoever breaks out of an instance finds this user, which is an administrator of nothing.
  users: [{ name: COMPUTE_USER, password: 'nova_compute_password', roles: ['service'] }],
  policy: computePolicy,
  ceph: [
    {
      id: 'nova',
      secret: 'ceph_nova_key',
      pools: ['vms', 'volumes'],
      readOnlyPools: ['images'],
      on: computeHosts,
    },
  ],
  extras: (cloud, host) => (usesCeph(cloud) && host.roles.has('compute') ? ['ceph'] : []),
  configuration: [
    {
      name: 'nova.conf',
      on: (cloud) => cloud.hosts.filter((host) => host.roles.has('control') || host.roles.has('compute')),
      sections,
    },
    {
      name: 'nova-compute.conf',
      on: computeHosts,
      sections: (context) => ({ ...hypervisorSections(context), ...clients(context, COMPUTE_USER) }),
    },
  ],
  migrations: cellMigrations,
  afterStart: hostDiscovery,
  installers: {
    burrito: {
      secrets: {
        vault_nova_ssh_private_key: 'nova_ssh_private_key',
        vault_nova_ssh_public_key: 'nova_ssh_public_key',
      },
    },
  },
  processes: [
    {
      name: 'api',
      kind: 'wsgi',
      on: controlHosts,
      port: PORT,
      health: '/',
      balanced: { section: 'compute', public: true },
      startsAfter: ['mariadb', 'memcached', 'rabbitmq', 'placement/api'],
    },
    {
      name: 'metadata',
      kind: 'wsgi',
      on: controlHosts,
      port: METADATA_PORT,
      health: '/',
      balanced: { section: 'metadata' },
      startsAfter: ['mariadb', 'memcached', 'rabbitmq', 'placement/api'],
    },
    {
      name: 'conductor',
      kind: 'daemon',
      on: controlHosts,
      startsAfter: ['mariadb', 'rabbitmq', 'placement/api'],
    },
    {
      name: 'scheduler',
      kind: 'daemon',
      on: controlHosts,
      startsAfter: ['mariadb', 'rabbitmq', 'placement/api'],
      after: ['conductor'],
    },
    {
      name: 'console',
      kind: 'daemon',
      on: controlHosts,
      port: CONSOLE_PORT,
      health: '/vnc_auto.html',
      balanced: {
        section: 'console',
        public: true,
        lines: ['balance source', 'timeout tunnel 3600s'],
      },
      startsAfter: ['mariadb', 'rabbitmq'],
      watches: ({ host }) => consoleFiles.map((path) => `${host.name}/file:${path}`),
    },
    {
      name: 'compute',
      kind: 'daemon',
      on: computeHosts,
      startsAfter: ['libvirt', 'rabbitmq', 'nova/conductor', 'neutron/api'],
      // Started before a conductor, it loses ten seconds to a retry.
      after: ['conductor'],
    },
  ],
  // Once a day: rows of deleted instances move to shadow tables and leave them after a month.
  purge: [
    {
      command:
        'nova-manage db archive_deleted_rows --all-cells --until-complete --before "$(date -d \'30 days ago\' +%F)"',
    },
    { command: 'nova-manage db purge --all-cells --before "$(date -d \'60 days ago\' +%F)"' },
  ],
  checks: (context) => {
    const { cloud, control } = context;
    const names = (hosts: readonly Host[]) => reached(context, hosts).map((host) => host.name);
    return [
      computeServicesCheck(
        { control: names(controlHosts(cloud)), compute: names(computeHosts(cloud)) },
        unreached(context),
      ),
      placementCheck(names(computeHosts(cloud))),
      cellMappingCheck(control.name, names(computeHosts(cloud))),
      consoleCheck(control.name, `https://${vip(cloud)}:${CONSOLE_PORT}/vnc_auto.html`),
      ...names(controlHosts(cloud)).map((name) => consoleProxyCheck(name, context.platformOf('nova'))),
    ];
  },
};

/** nova.conf of a control or compute host; database access only where the control services run. */
function sections(context: HostContext): Sections {
  const { cloud, host, project } = context;
  const control = host.roles.has('control');
  const address = host.addresses.management;
  const common = commonSections(context);
  return {
    ...common,
    DEFAULT: {
      ...common.DEFAULT,
      my_ip: address,
      host: host.name,
      state_path: project.state,
      cpu_allocation_ratio: cloud.compute.cpuRatio,
      ram_allocation_ratio: cloud.compute.memoryRatio,
      disk_allocation_ratio: cloud.compute.diskRatio,
      reserved_host_memory_mb: host.reservedMemoryMiB,
      // A lone compute host could not resize an instance otherwise.
      allow_resize_to_same_host: computeHosts(cloud).length === 1 ? true : undefined,
      // The first round of the periodic tasks waits up to this many seconds (60 by default). Some spread stays, for
      // services that start at the same moment.
      periodic_fuzzy_delay: 3,
      vif_plugging_timeout: 120,
      vif_plugging_is_fatal: true,
      // After a power cut, instances come back as they were.
      resume_guests_state_on_host_boot: true,
    },
    ...(control && {
      api_database: databaseSection(context, 'nova', 'nova_api'),
      database: databaseSection(context, 'nova'),
      keystone_authtoken: authTokenSection(context, 'nova'),
      cache: cacheSection(context),
      conductor: { workers: workers(context.own) },
      scheduler: { workers: 1 },
      ...controlClients(context),
    }),
    api: { auth_strategy: 'keystone' },
    // Nova reads images with the token of its caller: it takes no login here.
    glance: { region_name: context.cloud.region, valid_interfaces: 'internal' },
    vnc: {
      enabled: true,
      server_listen: address,
      server_proxyclient_address: address,
      novncproxy_host: LOOPBACK,
      novncproxy_port: CONSOLE_PORT,
      novncproxy_base_url: `https://${cloud.networks.service?.vip ?? vip(cloud)}:${CONSOLE_PORT}/vnc_auto.html`,
      ...(control && {
        auth_schemes: 'vencrypt',
        vencrypt_ca_certs: consolePaths.authority,
        vencrypt_client_cert: consolePaths.certificate,
        vencrypt_client_key: consolePaths.key,
      }),
    },
  };
}

/** How Nova calls other services: as `user`, whose token also goes beside that of a user. */
function clients(context: HostContext, user: string): Sections {
  return {
    service_user: serviceUserSection(context, user),
    neutron: serviceAuthSection(context, user),
    placement: serviceAuthSection(context, user),
    cinder: {
      ...serviceAuthSection(context, user),
      os_region_name: context.cloud.region,
      catalog_info: 'block-storage::internalURL',
    },
  };
}

function controlClients(context: HostContext): Sections {
  const common = clients(context, 'nova');
  return {
    ...common,
    neutron: {
      ...common.neutron,
      // Of the metadata API alone: whoever has the secret may ask for any instance.
      service_metadata_proxy: true,
      metadata_proxy_shared_secret: secretOf(context.cloud, 'metadata_secret'),
    },
  };
}
