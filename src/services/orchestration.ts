import { secretOf } from '../cloud/secrets.ts';
import { controlHosts } from '../cloud/topology.ts';
import { engineCheck, stackCheck } from './checks/orchestration.ts';
import type { HostContext, Sections, ServiceDefinition } from './definition.ts';
import {
  authTokenSection,
  cacheSection,
  commonSections,
  databaseSection,
  serviceAuthSection,
} from './shared/sections.ts';
import { workers } from './shared/workers.ts';

const PORT = 8004;
const CFN_PORT = 8000;

/** Heat, with a domain of its own for the users that stacks make. */
export const orchestration: ServiceDefinition = {
  name: 'orchestration',
  project: 'heat',
  title: 'Orchestration (Heat)',
  needs: ['identity', 'messaging'],
  optional: { summary: 'Heat.', default: true },
  catalog: [
    { type: 'orchestration', description: 'Orchestration', port: PORT, path: '/v1/%(project_id)s' },
    { type: 'cloudformation', name: 'heat-cfn', description: 'CloudFormation', port: CFN_PORT, path: '/v1' },
  ],
  databases: ['heat'],
  secrets: [
    { name: 'heat_domain_password', form: 'password' },
    { name: 'heat_auth_encryption_key', form: 'key-32' },
  ],
  roles: { names: ['heat_stack_owner', 'heat_stack_user'], members: ['heat_stack_owner'] },
  domain: {
    name: 'heat',
    description: 'Users and projects of stacks',
    administrator: 'heat_domain_admin',
    password: 'heat_domain_password',
  },
  extras: () => ['client'],
  dashboardPlugin: true,
  configuration: [{ name: 'heat.conf', on: controlHosts, sections }],
  migrations: () => [{ kind: 'schema', database: 'heat', command: 'heat-manage db_sync' }],
  processes: [
    {
      name: 'api',
      kind: 'wsgi',
      on: controlHosts,
      port: PORT,
      health: '/',
      balanced: { section: 'orchestration', public: true },
      startsAfter: ['mariadb', 'memcached', 'rabbitmq'],
    },
    {
      name: 'api-cfn',
      kind: 'wsgi',
      on: controlHosts,
      port: CFN_PORT,
      health: '/',
      balanced: { section: 'cloudformation', public: true },
      startsAfter: ['mariadb', 'memcached', 'rabbitmq'],
    },
    {
      name: 'engine',
      kind: 'daemon',
      on: controlHosts,
      startsAfter: ['mariadb', 'rabbitmq', 'keystone/api'],
    },
  ],
  purge: [{ command: 'heat-manage purge_deleted -g days 30' }],
  checks: (context) => {
    const engine = engineCheck(context);
    return [engine, { ...stackCheck(), after: [engine.id] }];
  },
  formerly: { packstack: { CONFIG_HEAT_AUTH_ENCRYPTION_KEY: 'heat_auth_encryption_key' } },
};

function sections(context: HostContext): Sections {
  const { cloud, host } = context;
  const common = commonSections(context);
  // Instances call these from their own networks.
  const cloudFormation = context.publicUrl('cloudformation');
  return {
    ...common,
    DEFAULT: {
      ...common.DEFAULT,
      heat_metadata_server_url: cloudFormation,
      heat_waitcondition_server_url: `${cloudFormation}/v1/waitcondition`,
      stack_domain_admin: 'heat_domain_admin',
      stack_domain_admin_password: secretOf(cloud, 'heat_domain_password'),
      stack_user_domain_name: 'heat',
      // Encrypts trusts and hidden parameters; the default is a published value.
      auth_encryption_key: secretOf(cloud, 'heat_auth_encryption_key'),
      num_engine_workers: workers(context.own),
      region_name_for_services: cloud.region,
      host: host.name,
    },
    database: databaseSection(context, 'heat'),
    keystone_authtoken: authTokenSection(context, 'heat'),
    trustee: serviceAuthSection(context, 'heat'),
    clients: { endpoint_type: 'internalURL' },
    clients_keystone: { auth_uri: context.url('identity'), endpoint_type: 'internalURL' },
    cache: cacheSection(context),
  };
}
