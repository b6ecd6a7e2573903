import { controlHosts } from '../../src/cloud/topology.ts';
import type { ServiceDefinition } from '../../src/services/definition.ts';
import { services } from '../../src/services/index.ts';
import { authTokenSection, databaseSection } from '../../src/services/shared/sections.ts';

/** A service that Cloudwright does not have, in one definition. */
export const dns: ServiceDefinition = {
  name: 'dns',
  project: 'designate',
  title: 'Names (Designate)',
  needs: ['identity', 'messaging'],
  optional: { summary: 'Designate.', default: true },
  applies: () => true,
  catalog: [{ type: 'dns', description: 'Names', port: 9001, path: '' }],
  databases: ['designate'],
  secrets: [{ name: 'designate_pool_key', kind: 'characters-32' }],
  roles: { names: ['dns_admin'] },
  ceph: [{ id: 'designate', secret: 'ceph_designate_key', pools: ['zones'], on: controlHosts }],
  configuration: [
    {
      name: 'designate.conf',
      on: controlHosts,
      sections: (context) => ({
        database: databaseSection(context, 'designate'),
        keystone_authtoken: authTokenSection(context, 'designate'),
      }),
    },
  ],
  configures: [
    { project: 'neutron', file: 'neutron.conf', sections: ({ url }) => ({ designate: { url: url('dns') } }) },
  ],
  migrations: () => [{ kind: 'schema', database: 'designate', command: 'designate-manage database sync' }],
  processes: [
    {
      name: 'api',
      kind: 'wsgi',
      on: controlHosts,
      port: 9001,
      health: '/',
      balanced: { section: 'dns', public: true },
    },
    { name: 'worker', kind: 'daemon', on: controlHosts },
  ],
  installers: {
    kolla: { secrets: { designate_pool_id: 'designate_pool_key' } },
    packstack: null,
    burrito: null,
  },
};

export const withDns: readonly ServiceDefinition[] = [...services, dns];
