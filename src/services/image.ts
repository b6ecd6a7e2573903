import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Client } from '../api/client.ts';
import { apiCheck, PREFIX } from '../checks/apiCheck.ts';
import { judge } from '../checks/verdict.ts';
import { LOOPBACK } from '../cloud/endpoints.ts';
import { controlHosts, usesCeph } from '../cloud/topology.ts';
import type { ApiCheck } from '../engine/check.ts';
import type { HostContext, Sections, ServiceDefinition } from './definition.ts';
import { authTokenSection, databaseSection, proxyHeaders } from './shared/sections.ts';
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
  ceph: [{ id: 'glance', secret: 'ceph_glance_key', pools: ['images'], on: controlHosts }],
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
      bind_host: LOOPBACK,
      workers: workers(context.own),
      log_dir: project.logs,
      enabled_backends: ceph ? 'images:rbd' : 'images:file',
      // Copy-on-write clones in Ceph need the image's location.
      show_image_direct_url: ceph,
      show_multiple_locations: false,
      // Not web-download: it fetches any address that the control hosts reach for any user who asks.
      enabled_import_methods: '[glance-direct]',
      // A staged image lies on the host that took it; the others hand its import over to that host.
      worker_self_reference_url: `https://${host.addresses.management}:${PORT}`,
    },
    database: databaseSection(context, 'glance'),
    keystone_authtoken: authTokenSection(context, 'glance'),
    paste_deploy: { flavor: 'keystone' },
    glance_store: { default_backend: 'images' },
    images,
    os_glance_tasks_store: { filesystem_store_datadir: `${project.state}/tasks_work_dir/` },
    os_glance_staging_store: { filesystem_store_datadir: `${project.state}/staging/` },
    oslo_concurrency: { lock_path: project.locks },
    oslo_middleware: proxyHeaders,
  };
}

/** The list goes through Glance's database, the token check and its policies; the tiny image through its store. */
export function imageServiceCheck(): ApiCheck<Client> {
  const words = {
    id: 'image-service',
    title: 'Glance takes an image and gives it up again',
    limitSeconds: 300,
    thorough: true,
  };
  return apiCheck(words, async (api) => {
    const name = `${PREFIX}image`;
    for (const left of await api.image.list({ name })) await api.image.remove(left.id);
    const made = await api.image.create({ name, disk_format: 'raw', container_format: 'bare' });
    try {
      const content = randomBytes(512);
      await api.image.upload(made.id, content.length, () => Readable.from([content]), 60);
      const stored = await api.image.get(made.id);
      const faults: string[] = [];
      if (stored.status !== 'active') faults.push(`the image is ${stored.status} after its upload`);
      if (stored.size !== content.length) faults.push(`${stored.size} of ${content.length} bytes are stored`);
      return judge(faults, 'an image was stored and removed');
    } finally {
      await api.image.remove(made.id);
    }
  });
}
