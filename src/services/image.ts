import { controlHosts, usesCeph } from '../cloud/topology.ts';
import { imageServiceCheck } from './checks/image.ts';
import type { HostContext, Sections, ServiceDefinition } from './definition.ts';
import { authTokenSection, cacheSection, databaseSection, proxyHeaders } from './shared/sections.ts';
import { workers } from './shared/workers.ts';

const PORT = 9292;

/** Glance, its images in Ceph. */
export const image: ServiceDefinition = {
  name: 'image',
  project: 'glance',
  title: 'Images (Glance)',
  needs: ['identity', 'ceph'],
  catalog: [{ type: 'image', description: 'Images', port: PORT, path: '' }],
  databases: ['glance'],
  ceph: [
    { id: 'glance', secret: 'ceph_glance_key', pools: ['images'], on: controlHosts },
  ],
  extras: (cloud) => (usesCeph(cloud) ? ['ceph'] : []),
  configuration: [{ name: 'glance-api.conf', on: controlHosts, sections }],
  migrations: () => [{ kind: 'schema', database: 'glance', command: 'glance-manage db_sync' }],
  processes: [
    {
      name: 'api',
      kind: 'daemon',
      on: controlHosts,
      port: PORT,
      health: '/',
      balanced: { section: 'image', public: true },
      startsAfter: ['mariadb', 'memcached'],
    },
  ],
  checks: () => [imageServiceCheck()],
};

function sections(context: HostContext): Sections {
  const { cloud, host, project, platform } = context;
  const ceph = usesCeph(cloud);
  const images = ceph
    ? {
        rbd_store_pool: 'images',
        rbd_store_user: 'glance',
        rbd_store_ceph_conf: platform.components.ceph.paths.configuration,
        rbd_store_chunk_size: 8,
      }
    : { filesystem_store_datadir: `${project.state}/images/` };
  return {
    DEFAULT: {
      bind_host: host.addresses.management,
      workers: workers(context.own),
      log_dir: project.logs,
      enabled_backends: ceph ? 'images:rbd' : 'images:file',
      // Copy-on-write clones in Ceph need the image's location.
      show_image_direct_url: ceph,
      show_multiple_locations: false,
      enabled_import_methods: '[glance-direct,web-download]',
      // A staged image lies on the host that took it; the others hand its import over to that host.
      worker_self_reference_url: `http://${host.addresses.management}:${PORT}`,
    },
    database: databaseSection(context, 'glance'),
    keystone_authtoken: authTokenSection(context, 'glance'),
    paste_deploy: { flavor: 'keystone' },
    cache: cacheSection(context),
    glance_store: { default_backend: 'images' },
    images,
    os_glance_tasks_store: { filesystem_store_datadir: `${project.state}/tasks_work_dir/` },
    os_glance_staging_store: { filesystem_store_datadir: `${project.state}/staging/` },
    oslo_concurrency: { lock_path: project.locks },
    oslo_middleware: proxyHeaders,
  };
}
