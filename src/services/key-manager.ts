import { secretOf } from '../cloud/secrets.ts';
import { controlHosts } from '../cloud/topology.ts';
import { secretStoreCheck } from './checks/key-manager.ts';
import type { HostContext, Sections, ServiceContext, ServiceDefinition } from './definition.ts';
import { authTokenSection, commonSections, databaseSection } from './shared/sections.ts';

const PORT = 9311;

/** Barbican, its secrets encrypted in the database with the deployment's own key. */
export const keyManager: ServiceDefinition = {
  name: 'key-manager',
  project: 'barbican',
  title: 'Key manager (Barbican)',
  needs: ['identity', 'messaging'],
  optional: { summary: 'Barbican.', default: true },
  catalog: [{ type: 'key-manager', description: 'Key manager', port: PORT, path: '' }],
  databases: ['barbican'],
  secrets: [{ name: 'barbican_kek', form: 'base64-32' }],
  roles: { names: ['creator'], members: ['creator'] },
  extras: () => ['client'],
  configuration: [{ name: 'barbican.conf', on: controlHosts, sections }],
  configures: [
    { project: 'nova', file: 'nova.conf', sections: keyManagerOf },
    { project: 'cinder', file: 'cinder.conf', sections: keyManagerOf },
  ],
  migrations: () => [{ kind: 'schema', database: 'barbican', command: 'barbican-manage db upgrade' }],
  processes: [
    {
      name: 'api',
      kind: 'wsgi',
      on: controlHosts,
      port: PORT,
      health: '/',
      balanced: { section: 'key-manager', public: true },
      startsAfter: ['mariadb', 'memcached'],
    },
  ],
  purge: [{ command: 'barbican-manage db clean --min-days 30' }],
  checks: () => [secretStoreCheck()],
  formerly: { kolla: { barbican_crypto_key: 'barbican_kek' } },
};

function sections(context: HostContext): Sections {
  const { cloud, project } = context;
  const common = commonSections(context);
  const { max_retries: _, ...database } = databaseSection(context, 'barbican');
  return {
    ...common,
    DEFAULT: { ...common.DEFAULT, host_href: context.publicUrl('key-manager'), db_auto_create: false },
    database,
    keystone_authtoken: authTokenSection(context, project.user),
    secretstore: { enabled_secretstore_plugins: 'store_crypto' },
    crypto: { enabled_crypto_plugins: 'simple_crypto' },
    simple_crypto_plugin: { kek: secretOf(cloud, 'barbican_kek') },
  };
}

/** Where another service finds the keys of encrypted volumes. */
function keyManagerOf(context: ServiceContext): Sections {
  return {
    key_manager: { backend: 'barbican' },
    barbican: {
      auth_endpoint: `${context.url('identity')}/v3`,
      barbican_region_name: context.cloud.region,
      barbican_endpoint_type: 'internal',
    },
  };
}
