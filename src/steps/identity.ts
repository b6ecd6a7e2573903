import { identityProject, identityRole, identityUser } from '../api/kinds.ts';
import { tokenCheck } from '../checks/index.ts';
import type { Cloud, Host } from '../cloud/cloud.ts';
import { controlHosts, firstControl } from '../cloud/topology.ts';
import type { Resource } from '../engine/resource.ts';
import { command, directory, file, renderIni } from '../resources/index.ts';
import { text } from '../secrets/confidential.ts';
import { cacheSection, databaseSection, databaseUrl, proxyHeaders } from './shared/configuration.ts';
import { endpoints, identityUrl } from './shared/endpoints.ts';
import { factsOf } from './shared/facts.ts';
import { onControlHosts } from './shared/packages.ts';
import { schema } from './shared/schema.ts';
import { sqlAccount } from './shared/sql.ts';
import { wsgiService } from './shared/wsgi.ts';
import type { Step, StepContext } from './step.ts';

/** Keystone: fernet tokens, cached; the first administrator, the service project and roles (D1). */
export const identity: Step = {
  name: 'identity',
  title: 'Identity (Keystone)',
  needs: ['database', 'cache'],
  packages: onControlHosts(() => ['keystone', 'python3-openstackclient']),
  resources: (context) => [
    ...sqlAccount(context.cloud, 'keystone', ['keystone']),
    ...controlHosts(context.cloud).flatMap((host) => hostResources(context, host)),
    ...users(context.cloud),
  ],
  checks: () => [tokenCheck()],
};

function configuration(cloud: Cloud) {
  return renderIni({
    DEFAULT: { log_dir: '/var/log/keystone' },
    database: databaseSection(databaseUrl(cloud, 'keystone')),
    token: { provider: 'fernet', expiration: 3600 },
    fernet_tokens: { max_active_keys: 3 },
    cache: cacheSection(cloud),
    oslo_middleware: proxyHeaders,
    oslo_policy: { policy_dirs: '/etc/keystone/policy.d' },
  });
}

function hostResources({ cloud, facts }: StepContext, host: Host): readonly Resource[] {
  const owned = { owner: 'keystone', group: 'keystone' };
  const keystone = file(host.name, '/etc/keystone/keystone.conf', configuration(cloud), {
    group: 'keystone',
    mode: '0640',
  });
  // The same keys on every node, from the vault: a token issued by one is valid on all.
  const keys = (['fernet', 'credential'] as const).flatMap((kind) => {
    const folder = directory(host.name, `/etc/keystone/${kind}-keys`, { ...owned, mode: '0700' });
    return [
      folder,
      ...(['0', '1'] as const).map((index) =>
        file(host.name, `/etc/keystone/${kind}-keys/${index}`, cloud.secrets[`${kind}_key_${index}`], {
          ...owned,
          mode: '0600',
          after: [folder],
        }),
      ),
    ];
  });
  const once = host === firstControl(cloud) ? schemaAndAdministrator(cloud, host, [keystone, ...keys]) : [];
  const service = wsgiService(host.name, {
    unit: 'keystone',
    user: 'keystone',
    script: '/usr/bin/keystone-wsgi-public',
    address: host.addresses.management,
    port: endpoints.identity.port,
    facts: factsOf(facts, host.name),
    logFile: '/var/log/keystone/keystone.log',
    extra: { 'rem-header': 'Content-Length' },
    startAfter: ['mariadb.service', 'memcached.service'],
    watches: [keystone, ...keys],
    after: once,
  });
  return [keystone, ...keys, ...once, ...service];
}

function schemaAndAdministrator(cloud: Cloud, host: Host, after: readonly Resource[]): readonly Resource[] {
  const tables = schema(host.name, 'keystone', {
    database: 'keystone',
    package: 'keystone',
    user: 'keystone',
    script: 'run keystone-manage db_sync',
    after: [...after, `${host.name}/mysql-user:keystone`],
  });
  const url = identityUrl(cloud);
  const password = cloud.secrets.admin_password;
  const marker = '/var/lib/cloudwright/identity-bootstrap';
  const fingerprint = text`printf '%s' '${password}' | sha256sum | cut -c1-16`;
  const administrator = command(
    host.name,
    'identity-bootstrap',
    {
      doing: 'make the first administrator, its roles and the identity endpoints',
      unless: text`[ "$(cat ${marker} 2>/dev/null)" = "$(${fingerprint}) ${url}" ]`,
      // The password goes through the environment: an argument would stand in the process list.
      script: text`set -e
OS_BOOTSTRAP_PASSWORD='${password}' setpriv --reuid=keystone --regid=keystone --init-groups -- keystone-manage bootstrap \
  --bootstrap-username admin --bootstrap-project-name admin --bootstrap-role-name admin --bootstrap-service-name keystone \
  --bootstrap-region-id ${cloud.region} --bootstrap-public-url ${url} --bootstrap-internal-url ${url} --bootstrap-admin-url ${url}
umask 077
echo "$(${fingerprint}) ${url}" > ${marker}`,
      limitSeconds: 120,
    },
    { after: [tables] },
  );
  return [tables, administrator];
}

function users(cloud: Cloud): readonly Resource[] {
  const service = identityProject({
    name: 'service',
    domain: 'Default',
    description: 'Users of the services',
  });
  const demo = identityProject({
    name: 'demo',
    domain: 'Default',
    description: 'A project to try things in',
  });
  const roles = ['service', 'heat_stack_owner', 'heat_stack_user', 'creator'].map((name) =>
    identityRole({ name }),
  );
  const started = controlHosts(cloud).map((control) => `${control.name}/service:keystone`);
  const user = identityUser(
    {
      name: 'demo',
      password: cloud.secrets.demo_password,
      domain: 'Default',
      project: 'demo',
      roles: ['member', 'heat_stack_owner', 'creator'],
    },
    { after: [demo, ...roles] },
  );
  return [...[service, demo, ...roles].map((entry) => ({ ...entry, after: started })), user];
}
