import { controlHosts } from '../cloud/topology.ts';
import type { ServiceDefinition } from './definition.ts';
import { authTokenSection, databaseSection, proxyHeaders } from './shared/sections.ts';

const PORT = 8778;

/** Placement; Nova's scheduler and conductor do not run without it. */
export const placement: ServiceDefinition = {
  name: 'placement',
  project: 'placement',
  title: 'Placement',
  needs: ['identity'],
  catalog: [{ type: 'placement', description: 'Placement', port: PORT, path: '' }],
  databases: ['placement'],
  configuration: [
    {
      name: 'placement.conf',
      on: controlHosts,
      sections: (context) => ({
        DEFAULT: { log_dir: context.project.logs },
        placement_database: databaseSection(context, 'placement'),
        api: { auth_strategy: 'keystone' },
        keystone_authtoken: authTokenSection(context, 'placement'),
        oslo_middleware: proxyHeaders,
      }),
    },
  ],
  migrations: () => [{ kind: 'schema', database: 'placement', command: 'placement-manage db sync' }],
  installers: { packstack: null },
  processes: [
    {
      name: 'api',
      kind: 'wsgi',
      on: controlHosts,
      port: PORT,
      health: '/',
      balanced: { section: 'placement', public: true },
      streaming: true,
      startsAfter: ['mariadb', 'memcached', 'keystone/api'],
    },
  ],
};
