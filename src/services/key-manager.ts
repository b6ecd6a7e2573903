import { randomBytes } from 'node:crypto';
import type { Client } from '../api/client.ts';
import { apiCheck, PREFIX } from '../checks/apiCheck.ts';
import { judge } from '../checks/verdict.ts';
import { secretOf } from '../cloud/secrets.ts';
import { controlHosts } from '../cloud/topology.ts';
import type { ApiCheck } from '../engine/check.ts';
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
  secrets: [{ name: 'barbican_kek', kind: 'bytes-32' }],
  roles: { names: ['creator'], members: ['creator'] },
  extras: () => ['client'],
  configuration: [{ name: 'barbican.conf', on: controlHosts, sections }],
  configures: [
    { project: 'nova', file: 'nova.conf', sections: keyManagerOf },
    { project: 'cinder', file: 'cinder.conf', sections: keyManagerOf },
  ],
  migrations: () => [{ kind: 'schema', database: 'barbican', command: 'barbican-manage db upgrade' }],
  installers: {
    packstack: null,
    kolla: {
      default: false,
      secrets: { barbican_crypto_key: 'barbican_kek' },
      meaningless: {
        barbican_crypto_plugin: 'secrets are encrypted with a key from the vault',
        barbican_library_path: 'secrets are encrypted with a key from the vault, not by a hardware module',
        barbican_p11_password: 'secrets are encrypted with a key from the vault, not by a hardware module',
      },
    },
    burrito: {
      switch: 'install_barbican',
      secrets: { vault_barbican_kek: 'barbican_kek' },
    },
  },
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
};

function sections(context: HostContext): Sections {
  const { cloud } = context;
  const common = commonSections(context);
  const { max_retries: _, connection_parameters: __, ...database } = databaseSection(context, 'barbican');
  return {
    ...common,
    DEFAULT: { ...common.DEFAULT, host_href: context.publicUrl('key-manager'), db_auto_create: false },
    database,
    keystone_authtoken: authTokenSection(context, 'barbican'),
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

interface StoredSecret {
  readonly secret_ref: string;
}

export function secretStoreCheck(): ApiCheck<Client> {
  const words = {
    id: 'key-manager-secret',
    title: 'Barbican keeps a secret and gives it back',
    limitSeconds: 300,
  };
  return apiCheck(words, async (api) => {
    const name = `${PREFIX}secret`;
    const version = 'v1';
    const remove = (reference: string) =>
      api.request('key-manager', 'DELETE', `/secrets/${reference.split('/').at(-1)}`, undefined, { version });
    const query = { name };
    const found = await api.list<StoredSecret>('key-manager', '/secrets', 'secrets', { query, version });
    for (const left of found) await remove(left.secret_ref);
    const payload = randomBytes(16).toString('hex');
    const body = { name, payload, payload_content_type: 'text/plain', secret_type: 'opaque' };
    const stored = await api.request<StoredSecret>('key-manager', 'POST', '/secrets', body, {
      version,
      secrets: [payload],
    });
    try {
      const path = `/secrets/${stored.secret_ref.split('/').at(-1)}/payload`;
      const read = await api.session.send('key-manager', {
        path,
        version,
        headers: { accept: 'text/plain' },
      });
      const faults = read.body === payload ? [] : ['the secret came back different'];
      return judge(faults, 'a secret was stored, read back and deleted');
    } finally {
      await remove(stored.secret_ref);
    }
  });
}
