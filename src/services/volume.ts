import type { Client } from '../api/client.ts';
import { apiCheck } from '../checks/apiCheck.ts';
import { judgeVolumeServices } from '../checks/judgements.ts';
import { withoutHosts } from '../checks/verdict.ts';
import type { Cloud } from '../cloud/cloud.ts';
import { unreached } from '../cloud/reached.ts';
import { secretOf } from '../cloud/secrets.ts';
import { controlHosts, usesCeph } from '../cloud/topology.ts';
import type { ApiCheck } from '../engine/check.ts';
import { plain } from '../secrets/confidential.ts';
import type { HostContext, Section, Sections, ServiceDefinition } from './definition.ts';
import { serviceRoles, volumePolicy } from './policies.ts';
import {
  authTokenSection,
  commonSections,
  databaseSection,
  serviceAuthSection,
  serviceUserSection,
} from './shared/sections.ts';
import { workers } from './shared/workers.ts';

const PORT = 8776;
const PATH = '/v3/%(project_id)s';

/** Cinder with volumes in Ceph, and backups there when wanted. */
export const volume: ServiceDefinition = {
  name: 'volume',
  project: 'cinder',
  title: 'Volumes (Cinder)',
  needs: ['identity', 'messaging', 'ceph'],
  // It tells Nova that a volume has grown.
  userRoles: [serviceRoles.compute],
  policy: volumePolicy,
  catalog: [
    { type: 'block-storage', description: 'Block storage', port: PORT, path: PATH },
    // The older type name, which clients of before 2023 and Horizon still look up.
    { type: 'volumev3', name: 'cinderv3', description: 'Block storage', port: PORT, path: PATH },
  ],
  databases: ['cinder'],
  ceph: [
    {
      id: 'cinder',
      secret: 'ceph_cinder_key',
      pools: ['volumes', 'vms'],
      readOnlyPools: ['images'],
      on: controlHosts,
    },
    {
      id: 'cinder-backup',
      secret: 'ceph_cinder_backup_key',
      pools: ['backups'],
      on: controlHosts,
      when: (cloud) => cloud.volumeBackup,
    },
  ],
  configuration: [{ name: 'cinder.conf', on: controlHosts, sections }],
  migrations: () => [{ kind: 'schema', database: 'cinder', command: 'cinder-manage db sync' }],
  installers: {
    kolla: { secrets: { cinder_rbd_secret_uuid: 'ceph_libvirt_uuid' } },
    burrito: { secrets: { vault_ceph_secret_uuid: 'ceph_libvirt_uuid' } },
  },
  processes: [
    {
      name: 'api',
      kind: 'wsgi',
      on: controlHosts,
      port: PORT,
      health: '/',
      balanced: { section: 'volume', public: true },
      streaming: true,
      startsAfter: ['mariadb', 'memcached', 'rabbitmq'],
    },
    ...(['scheduler', 'volume', 'backup'] as const).map((name) => ({
      name,
      kind: 'daemon' as const,
      on: controlHosts,
      startsAfter: ['mariadb', 'rabbitmq', 'ceph-mon', 'ceph-osd'],
      ...(name === 'backup' && { when: (cloud: Cloud) => cloud.volumeBackup }),
    })),
  ],
  purge: [{ command: 'cinder-manage db purge 30' }],
  volumeTypes: (cloud) =>
    backendNames(cloud).map((name) => ({ name, extraSpecs: { volume_backend_name: name } })),
  checks: (context) => {
    const absent = unreached(context);
    return [volumeServicesCheck(withoutHosts(volumeExpectations(context.cloud), absent), absent)];
  },
};

/** Backends that are deployed; others are described only. */
function backendNames(cloud: Cloud): readonly string[] {
  return cloud.backends.filter((backend) => backend.type === 'ceph').map((backend) => backend.name);
}

/** One name for all volume services: any of them can then manage any volume, and none is lost with its host. */
function serviceHost(cloud: Cloud): string {
  return cloud.name;
}

/** Schedulers and backups run on each control host; one cinder-volume for each backend stands for all of them. */
export function volumeExpectations(
  cloud: Cloud,
): readonly { readonly binary: string; readonly host: string }[] {
  return [
    ...controlHosts(cloud).flatMap((host) => [
      { binary: 'cinder-scheduler', host: host.name },
      ...(cloud.volumeBackup ? [{ binary: 'cinder-backup', host: host.name }] : []),
    ]),
    ...backendNames(cloud).map((backend) => ({
      binary: 'cinder-volume',
      host: `${serviceHost(cloud)}@${backend}`,
    })),
  ];
}

function backendSection({ cloud, platform }: HostContext, name: string): Section {
  return {
    volume_driver: 'cinder.volume.drivers.rbd.RBDDriver',
    volume_backend_name: name,
    backend_host: serviceHost(cloud),
    rbd_pool: 'volumes',
    rbd_ceph_conf: platform.components.ceph.paths.configuration,
    rbd_user: 'cinder',
    rbd_secret_uuid: plain(secretOf(cloud, 'ceph_volume_libvirt_uuid')),
    rbd_flatten_volume_from_snapshot: false,
    rbd_max_clone_depth: 5,
    rados_connect_timeout: -1,
    report_discard_supported: true,
  };
}

function sections(context: HostContext): Sections {
  const { cloud, host, project, platform } = context;
  const common = commonSections(context);
  const backends = backendNames(cloud);
  return {
    ...common,
    DEFAULT: {
      ...common.DEFAULT,
      my_ip: host.addresses.management,
      host: host.name,
      auth_strategy: 'keystone',
      enabled_backends: backends.join(','),
      default_volume_type: cloud.backends[0]?.name ?? '__DEFAULT__',
      glance_api_servers: context.url('image'),
      state_path: project.state,
      osapi_volume_workers: workers(context.own),
      ...(cloud.volumeBackup &&
        usesCeph(cloud) && {
          backup_driver: 'cinder.backup.drivers.ceph.CephBackupDriver',
          backup_ceph_conf: platform.components.ceph.paths.configuration,
          backup_ceph_user: 'cinder-backup',
          backup_ceph_pool: 'backups',
        }),
    },
    database: databaseSection(context, 'cinder'),
    keystone_authtoken: authTokenSection(context, 'cinder'),
    service_user: serviceUserSection(context, 'cinder'),
    nova: { ...serviceAuthSection(context, 'cinder'), interface: 'internal' },
    ...Object.fromEntries(backends.map((name) => [name, backendSection(context, name)])),
  };
}

/** `absent`: hosts that were not reached, of which nothing is expected. */
function volumeServicesCheck(
  expected: ReturnType<typeof volumeExpectations>,
  absent: ReadonlySet<string>,
): ApiCheck<Client> {
  const words = { id: 'volume-services', title: 'Volume services are enabled and up', limitSeconds: 300 };
  return apiCheck(words, async (api) =>
    judgeVolumeServices(withoutHosts(await api.volume.services(), absent), expected),
  );
}
