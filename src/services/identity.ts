import type { Client } from '../api/client.ts';
import { apiCheck } from '../checks/apiCheck.ts';
import { judge } from '../checks/verdict.ts';
import type { Cloud } from '../cloud/cloud.ts';
import { internalUrl, publicUrl } from '../cloud/endpoints.ts';
import { secretOf } from '../cloud/secrets.ts';
import { controlHosts } from '../cloud/topology.ts';
import type { ApiCheck } from '../engine/check.ts';
import { quoteText } from '../hosts/quote.ts';
import { text } from '../secrets/confidential.ts';
import type { Migration, Section, ServiceContext, ServiceDefinition } from './definition.ts';
import { identityPolicy } from './policies.ts';
import { cacheSection, databaseSection, proxyHeaders } from './shared/sections.ts';
import { tokens } from './shared/tokens.ts';

const PORT = 5000;

/** Keystone: fernet tokens, cached; the first administrator. */
export const identity: ServiceDefinition = {
  name: 'identity',
  project: 'keystone',
  title: 'Identity (Keystone)',
  needs: ['database', 'cache'],
  account: false,
  policy: identityPolicy,
  catalog: [{ type: 'identity', description: 'Identity', port: PORT, path: '/v3' }],
  databases: ['keystone'],
  extras: () => ['client'],
  configuration: [
    {
      name: 'keystone.conf',
      on: controlHosts,
      sections: (context) => ({
        DEFAULT: { log_dir: context.project.logs },
        database: databaseSection(context, 'keystone'),
        token: {
          provider: 'fernet',
          expiration: tokens.expirationSeconds,
          allow_expired_window: tokens.expiredWindowSeconds,
        },
        security_compliance: securityCompliance(context.cloud.identity),
        fernet_tokens: { max_active_keys: tokens.maxActiveKeys },
        cache: cacheSection(context),
        oslo_middleware: proxyHeaders,
        oslo_policy: { policy_dirs: `${context.project.configuration}/policy.d` },
      }),
    },
  ],
  // The same keys on every host, from the vault: a token issued by one is valid on all.
  keyRepositories: [
    { folder: 'fernet-keys', secrets: 'fernet_key_' },
    { folder: 'credential-keys', secrets: 'credential_key_' },
  ],
  migrations: (context) => [
    { kind: 'schema', database: 'keystone', command: 'keystone-manage db_sync' },
    administrator(context),
  ],
  installers: {
    packstack: { switch: null },
    burrito: { secrets: { vault_keystone_password: 'keystone_database_password' } },
  },
  processes: [
    {
      name: 'api',
      kind: 'wsgi',
      on: controlHosts,
      port: PORT,
      health: '/',
      balanced: { section: 'identity', public: true },
      startsAfter: ['mariadb', 'memcached'],
    },
  ],
  checks: () => [tokenCheck()],
};

/** Every setting of Keystone's applies to every user; those of services have options of their own (accounts.ts). */
function securityCompliance({ lockout, passwords }: Cloud['identity']): Section {
  const { minimumLength, expireDays, remembered } = passwords;
  return {
    lockout_failure_attempts: lockout?.attempts,
    lockout_duration: lockout?.seconds,
    password_regex: `^.{${minimumLength},}$`,
    password_regex_description: `at least ${minimumLength} characters`,
    password_expires_days: expireDays,
    unique_last_password_count: remembered > 0 ? remembered : undefined,
  };
}

/**
 * The first administrator, its roles and the identity endpoints. Keystone cannot be asked before they exist, so the
 * endpoints are compared in the database.
 */
function administrator({ cloud }: ServiceContext): Migration {
  const internal = `${internalUrl(cloud, PORT)}/v3`;
  const reached = `${publicUrl(cloud, PORT)}/v3`;
  const password = secretOf(cloud, 'admin_password');
  return {
    kind: 'command',
    name: 'identity-bootstrap',
    doing: 'create the first administrator, its roles and the identity endpoints',
    fingerprint: text`${password} ${internal} ${reached} ${cloud.region}`,
    unless: `query "select url from keystone.endpoint where interface='internal' and enabled" | grep -qxF '${internal}'
query "select url from keystone.endpoint where interface='public' and enabled" | grep -qxF '${reached}'`,
    // The password goes through the environment: an argument would appear in the process list.
    script: text`export OS_BOOTSTRAP_PASSWORD=${quoteText(password)}
run keystone-manage bootstrap --bootstrap-username admin --bootstrap-project-name admin --bootstrap-role-name admin \
  --bootstrap-service-name keystone --bootstrap-region-id ${cloud.region} \
  --bootstrap-public-url ${reached} --bootstrap-internal-url ${internal} --bootstrap-admin-url ${internal}`,
    limitSeconds: 900,
  };
}

export function tokenCheck(): ApiCheck<Client> {
  const words = { id: 'identity-token', title: 'Keystone issues a token through the VIP', limitSeconds: 300 };
  return apiCheck(words, async (api) => {
    const login = await api.session.login();
    const projects = await api.identity.projects();
    const faults = login.roles.includes('admin')
      ? []
      : ['the administrator has no role admin on its project'];
    return judge(faults, `a token for the administrator, ${projects.length} projects`);
  });
}
