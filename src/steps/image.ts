import { imageServiceCheck } from '../checks/index.ts';
import type { Cloud, Host } from '../cloud/cloud.ts';
import { controlHosts, usesCeph } from '../cloud/topology.ts';
import type { Resource } from '../engine/resource.ts';
import { file, renderIni, service } from '../resources/index.ts';
import { clientKeyringFile } from './ceph/client.ts';
import {
  authTokenSection,
  cacheSection,
  databaseSection,
  databaseUrl,
  proxyHeaders,
  type Section,
} from './shared/configuration.ts';
import { endpoints } from './shared/endpoints.ts';
import { factsOf } from './shared/facts.ts';
import { onControlHosts } from './shared/packages.ts';
import { registration } from './shared/registration.ts';
import { schemaOnce } from './shared/schema.ts';
import { sqlAccount } from './shared/sql.ts';
import { steadyUnit } from './shared/units.ts';
import { workers } from './shared/workers.ts';
import type { Step, StepContext } from './step.ts';

/** Glance, its images in Ceph (D1). */
export const image: Step = {
  name: 'image',
  title: 'Images (Glance)',
  needs: ['identity', 'ceph'],
  packages: onControlHosts((cloud) => [
    'glance-api',
    ...(usesCeph(cloud) ? ['python3-rbd', 'python3-rados'] : []),
  ]),
  resources: (context) => [
    ...sqlAccount(context.cloud, 'glance', ['glance']),
    ...registration(context.cloud, 'glance', [endpoints.image]),
    ...controlHosts(context.cloud).flatMap((host) => hostResources(context, host)),
  ],
  checks: () => [imageServiceCheck()],
};

function store(cloud: Cloud): Readonly<Record<string, Section>> {
  if (!usesCeph(cloud)) return { images: { filesystem_store_datadir: '/var/lib/glance/images/' } };
  return {
    images: {
      rbd_store_pool: 'images',
      rbd_store_user: 'glance',
      rbd_store_ceph_conf: '/etc/ceph/ceph.conf',
      rbd_store_chunk_size: 8,
    },
  };
}

function hostResources({ cloud, facts }: StepContext, host: Host): readonly Resource[] {
  const configuration = file(
    host.name,
    '/etc/glance/glance-api.conf',
    renderIni({
      DEFAULT: {
        bind_host: host.addresses.management,
        workers: workers(factsOf(facts, host.name)),
        log_dir: '/var/log/glance',
        enabled_backends: usesCeph(cloud) ? 'images:rbd' : 'images:file',
        // Copy-on-write clones in Ceph need the image's location.
        show_image_direct_url: usesCeph(cloud),
        show_multiple_locations: false,
        enabled_import_methods: '[glance-direct,web-download]',
      },
      database: databaseSection(databaseUrl(cloud, 'glance')),
      keystone_authtoken: authTokenSection(cloud, 'glance'),
      paste_deploy: { flavor: 'keystone' },
      cache: cacheSection(cloud),
      glance_store: { default_backend: 'images' },
      ...store(cloud),
      os_glance_tasks_store: { filesystem_store_datadir: '/var/lib/glance/tasks_work_dir/' },
      os_glance_staging_store: { filesystem_store_datadir: '/var/lib/glance/staging/' },
      oslo_concurrency: { lock_path: '/var/lock/glance' },
      oslo_middleware: proxyHeaders,
    }),
    { group: 'glance', mode: '0640' },
  );
  const keyring = usesCeph(cloud) ? [clientKeyringFile(cloud, host, 'glance', 'glance')] : [];
  const dropIn = steadyUnit(host.name, 'glance-api', ['mariadb.service', 'memcached.service']);
  const tables = schemaOnce(cloud, host, 'glance', {
    package: 'glance-common',
    script: 'run glance-manage db_sync',
    after: [configuration],
  });
  return [
    configuration,
    ...keyring,
    dropIn,
    ...tables,
    service(host.name, 'glance-api', { watches: [configuration, dropIn, ...keyring], after: tables }),
  ];
}
