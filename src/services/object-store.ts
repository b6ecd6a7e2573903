import type { Client } from '../api/client.ts';
import { apiCheck } from '../checks/apiCheck.ts';
import { judge } from '../checks/verdict.ts';
import { hostsWith, usesCeph } from '../cloud/topology.ts';
import type { ApiCheck } from '../engine/check.ts';
import type { ServiceDefinition } from './definition.ts';
import { serviceRoles } from './policies.ts';

const PORT = 8080;

/** Ceph's object gateway, which speaks S3 and Swift and knows Keystone's users. */
export const objectStore: ServiceDefinition = {
  name: 'object-store',
  project: 'swift',
  title: 'Object store (Ceph)',
  needs: ['ceph', 'identity'],
  userRoles: [serviceRoles.credentials],
  optional: { summary: 'Ceph’s object gateway; on where a host has the role rgw.', default: 'when-rgw' },
  applies: (cloud) => usesCeph(cloud) && hostsWith(cloud, 'rgw').length > 0,
  catalog: [
    {
      type: 'object-store',
      description: 'Object store',
      port: PORT,
      path: '/swift/v1/AUTH_%(project_id)s',
    },
  ],
  installers: {
    packstack: { remark: 'here Ceph’s gateway' },
    kolla: { switch: 'enable_ceph_rgw', default: false },
    burrito: { switch: null, remark: 'The group rgws' },
  },
  processes: [
    {
      name: 'gateway',
      kind: 'component',
      on: (cloud) => hostsWith(cloud, 'rgw'),
      port: 7480,
      health: '/',
      balanced: { section: 'object-store', port: PORT, public: true },
    },
  ],
  checks: () => [swiftCheck()],
};

/** The account of the administrator's project, asked with a token: the gateway knows Keystone and Keystone knows it. */
function swiftCheck(): ApiCheck<Client> {
  const words = {
    id: 'object-store-account',
    title: 'The object store opens an account for a Keystone token',
    limitSeconds: 300,
  };
  return apiCheck(words, async (api) => {
    const answer = await api.session.send('object-store', { path: '', headers: { accept: 'text/plain' } });
    const containers = answer.headers['x-account-container-count'];
    const faults = containers === undefined ? [`the object store answers ${answer.status}`] : [];
    return judge(faults, `the account has ${containers} containers`);
  });
}
