import { volumeType } from '../api/kinds.ts';
import { volumeServicesCheck } from '../checks/index.ts';
import type { Cloud, Host } from '../cloud/cloud.ts';
import { controlHosts, usesCeph } from '../cloud/topology.ts';
import type { Resource } from '../engine/resource.ts';
import { file, renderIni, service } from '../resources/index.ts';
import { plain, type Text } from '../secrets/confidential.ts';
import { clientKeyringFile } from './ceph/client.ts';
import {
  authTokenSection,
  databaseSection,
  databaseUrl,
  messagingSection,
  proxyHeaders,
  type Section,
  serviceAuthSection,
  serviceUserSection,
  transportUrl,
} from './shared/configuration.ts';
import { baseUrl, endpoints, identityUrl } from './shared/endpoints.ts';
import { factsOf } from './shared/facts.ts';
import { onControlHosts } from './shared/packages.ts';
import { registration } from './shared/registration.ts';
import { schemaOnce } from './shared/schema.ts';
import { sqlAccount } from './shared/sql.ts';
import { steadyUnit } from './shared/units.ts';
import { workers } from './shared/workers.ts';
import { wsgiService } from './shared/wsgi.ts';
import type { Step, StepContext } from './step.ts';

/** Cinder with volumes in Ceph, and backups there when wanted (D1). */
export const volume: Step = {
  name: 'volume',
  title: 'Volumes (Cinder)',
  needs: ['identity', 'messaging', 'ceph'],
  packages: onControlHosts((cloud) => [
    'cinder-api',
    'cinder-scheduler',
    'cinder-volume',
    'qemu-utils',
    ...(cloud.volumeBackup ? ['cinder-backup'] : []),
  ]),
  resources: (context) => {
    const registered = registration(context.cloud, 'cinder', [endpoints.volume, endpoints.volumev3]);
    return [
      ...sqlAccount(context.cloud, 'cinder', ['cinder']),
      ...registered,
      ...controlHosts(context.cloud).flatMap((host) => hostResources(context, host)),
      ...types(context.cloud, registered),
    ];
  },
  checks: ({ cloud }) => {
    const backends = backendNames(cloud);
    return [
      volumeServicesCheck(
        controlHosts(cloud).flatMap((host) => [
          { binary: 'cinder-scheduler', host: host.name },
          ...backends.map((backend) => ({
            binary: 'cinder-volume',
            host: `${serviceHost(cloud)}@${backend}`,
          })),
          ...(cloud.volumeBackup ? [{ binary: 'cinder-backup', host: host.name }] : []),
        ]),
      ),
    ];
  },
};

function backendNames(cloud: Cloud): readonly string[] {
  return cloud.backends.filter((backend) => backend.type === 'ceph').map((backend) => backend.name);
}

/** One name for all volume services: any of them can then manage any volume, and none is lost with its host. */
function serviceHost(cloud: Cloud): string {
  return cloud.name;
}

function configuration(cloud: Cloud, host: Host, workerCount: number): Text {
  const sections: Record<string, Section> = {};
  for (const backend of cloud.backends) {
    if (backend.type !== 'ceph') continue;
    sections[backend.name] = {
      volume_driver: 'cinder.volume.drivers.rbd.RBDDriver',
      volume_backend_name: backend.name,
      backend_host: serviceHost(cloud),
      rbd_pool: 'volumes',
      rbd_ceph_conf: '/etc/ceph/ceph.conf',
      rbd_user: 'cinder',
      rbd_secret_uuid: plain(cloud.secrets.ceph_volume_libvirt_uuid),
      rbd_flatten_volume_from_snapshot: false,
      rbd_max_clone_depth: 5,
      rados_connect_timeout: -1,
      report_discard_supported: true,
    };
  }
  return renderIni({
    DEFAULT: {
      my_ip: host.addresses.management,
      host: host.name,
      transport_url: transportUrl(cloud),
      auth_strategy: 'keystone',
      enabled_backends: backendNames(cloud).join(','),
      default_volume_type: cloud.backends[0]?.name ?? '__DEFAULT__',
      glance_api_servers: baseUrl(cloud, endpoints.image.port),
      state_path: '/var/lib/cinder',
      log_dir: '/var/log/cinder',
      osapi_volume_workers: workerCount,
      ...(cloud.volumeBackup && {
        backup_driver: 'cinder.backup.drivers.ceph.CephBackupDriver',
        backup_ceph_conf: '/etc/ceph/ceph.conf',
        backup_ceph_user: 'cinder-backup',
        backup_ceph_pool: 'backups',
      }),
    },
    database: databaseSection(databaseUrl(cloud, 'cinder')),
    keystone_authtoken: authTokenSection(cloud, 'cinder'),
    service_user: serviceUserSection(cloud, 'cinder'),
    nova: serviceAuthSection(cloud, 'nova'),
    glance: serviceAuthSection(cloud, 'glance'),
    ...(cloud.services.has('key-manager') && {
      key_manager: { backend: 'barbican' },
      barbican: { auth_endpoint: identityUrl(cloud), barbican_region_name: cloud.region },
    }),
    oslo_concurrency: { lock_path: '/var/lock/cinder' },
    oslo_messaging_rabbit: messagingSection(cloud),
    oslo_middleware: proxyHeaders,
    oslo_policy: { policy_dirs: '/etc/cinder/policy.d' },
    ...sections,
  });
}

function hostResources({ cloud, facts }: StepContext, host: Host): readonly Resource[] {
  const own = factsOf(facts, host.name);
  const cinder = file(host.name, '/etc/cinder/cinder.conf', configuration(cloud, host, workers(own)), {
    group: 'cinder',
    mode: '0640',
  });
  const keyrings = usesCeph(cloud)
    ? [
        clientKeyringFile(cloud, host, 'cinder', 'cinder'),
        ...(cloud.volumeBackup ? [clientKeyringFile(cloud, host, 'cinder-backup', 'cinder')] : []),
      ]
    : [];
  const tables = schemaOnce(cloud, host, 'cinder', {
    package: 'cinder-common',
    script: 'run cinder-manage db sync',
    after: [cinder],
  });
  const daemons = [
    'cinder-scheduler',
    'cinder-volume',
    ...(cloud.volumeBackup ? ['cinder-backup'] : []),
  ].flatMap((unit) => {
    const dropIn = steadyUnit(host.name, unit, [
      'mariadb.service',
      'rabbitmq-server.service',
      'ceph-mon.target',
      'ceph-osd.target',
    ]);
    return [dropIn, service(host.name, unit, { watches: [cinder, dropIn, ...keyrings], after: tables })];
  });
  return [
    cinder,
    ...keyrings,
    ...tables,
    ...wsgiService(host.name, {
      unit: 'cinder-api',
      user: 'cinder',
      script: '/usr/bin/cinder-wsgi',
      address: host.addresses.management,
      port: endpoints.volume.port,
      facts: own,
      logFile: '/var/log/cinder/cinder-api.log',
      streaming: true,
      startAfter: ['mariadb.service', 'memcached.service', 'rabbitmq-server.service'],
      watches: [cinder],
      after: tables,
    }),
    ...daemons,
  ];
}

/** Types are made through the catalog, by a service that asks Keystone about the caller with its own account. */
function types(cloud: Cloud, registered: readonly Resource[]): readonly Resource[] {
  const running = controlHosts(cloud).map((control) => `${control.name}/service:cinder-api`);
  return backendNames(cloud).map((backend) =>
    volumeType(
      { name: backend, extraSpecs: { volume_backend_name: backend } },
      { after: [...registered, ...running] },
    ),
  );
}
