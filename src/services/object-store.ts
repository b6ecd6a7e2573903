import { hostsWith, usesCeph } from '../cloud/topology.ts';
import { swiftCheck } from './checks/object-store.ts';
import type { ServiceDefinition } from './definition.ts';

const PORT = 8080;

/** Ceph's object gateway, which speaks S3 and Swift and knows Keystone's users. */
export const objectStore: ServiceDefinition = {
  name: 'object-store',
  project: 'swift',
  title: 'Object store (Ceph)',
  needs: ['ceph', 'identity'],
  optional: { summary: 'Ceph’s object gateway; on where a host has the role rgw.', default: 'with-rgw' },
  applies: (cloud) => usesCeph(cloud) && hostsWith(cloud, 'rgw').length > 0,
  catalog: [
    {
      type: 'object-store',
      description: 'Object store',
      port: PORT,
      path: '/swift/v1/AUTH_%(project_id)s',
    },
  ],
  secrets: [
    { name: 'rgw_access_key', form: 'access-key' },
    { name: 'rgw_secret_key', form: 'secret-key' },
  ],
  processes: [
    {
      name: 'gateway',
      kind: 'component',
      on: (cloud) => hostsWith(cloud, 'rgw'),
      port: 7480,
      health: '/',
      balanced: { section: 'object-store', port: () => PORT, public: true },
    },
  ],
  checks: () => [swiftCheck()],
};
