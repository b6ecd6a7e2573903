import { secretStoreCheck } from '../checks/index.ts';
import type { Host } from '../cloud/cloud.ts';
import { secretOf } from '../cloud/secrets.ts';
import { controlHosts } from '../cloud/topology.ts';
import type { Resource } from '../engine/resource.ts';
import { file, renderIni } from '../resources/index.ts';
import {
  authTokenSection,
  databaseUrl,
  messagingSection,
  proxyHeaders,
  transportUrl,
} from './shared/configuration.ts';
import { baseUrl, endpoints } from './shared/endpoints.ts';
import { factsOf } from './shared/facts.ts';
import { onControlHosts } from './shared/packages.ts';
import { registration } from './shared/registration.ts';
import { schemaOnce } from './shared/schema.ts';
import { sqlAccount } from './shared/sql.ts';
import { wsgiService } from './shared/wsgi.ts';
import type { Step, StepContext } from './step.ts';

/** Barbican, its secrets encrypted in the database with the deployment's own key (D1). */
export const keyManager: Step = {
  name: 'key-manager',
  title: 'Key manager (Barbican)',
  needs: ['identity', 'messaging'],
  applies: (cloud) => cloud.services.has('key-manager'),
  packages: onControlHosts(() => ['barbican-api', 'python3-barbicanclient']),
  resources: (context) => [
    ...sqlAccount(context.cloud, 'barbican', ['barbican']),
    ...registration(context.cloud, 'barbican', [endpoints.keyManager]),
    ...controlHosts(context.cloud).flatMap((host) => hostResources(context, host)),
  ],
  checks: () => [secretStoreCheck()],
};

function hostResources({ cloud, facts }: StepContext, host: Host): readonly Resource[] {
  const barbican = file(
    host.name,
    '/etc/barbican/barbican.conf',
    renderIni({
      DEFAULT: {
        host_href: baseUrl(cloud, endpoints.keyManager.port),
        transport_url: transportUrl(cloud),
        log_dir: '/var/log/barbican',
        db_auto_create: false,
      },
      database: { connection: databaseUrl(cloud, 'barbican'), connection_recycle_time: 300 },
      keystone_authtoken: authTokenSection(cloud, 'barbican'),
      secretstore: { enabled_secretstore_plugins: 'store_crypto' },
      crypto: { enabled_crypto_plugins: 'simple_crypto' },
      simple_crypto_plugin: { kek: secretOf(cloud, 'barbican_kek') },
      oslo_messaging_rabbit: messagingSection(cloud),
      oslo_middleware: proxyHeaders,
      oslo_policy: { policy_dirs: '/etc/barbican/policy.d' },
    }),
    { group: 'barbican', mode: '0640' },
  );
  const tables = schemaOnce(cloud, host, 'barbican', {
    package: 'barbican-common',
    script: 'run barbican-manage db upgrade',
    after: [barbican],
  });
  return [
    barbican,
    ...tables,
    ...wsgiService(host.name, {
      unit: 'barbican-api',
      user: 'barbican',
      script: '/usr/bin/barbican-wsgi-api',
      address: host.addresses.management,
      port: endpoints.keyManager.port,
      facts: factsOf(facts, host.name),
      logFile: '/var/log/barbican/barbican-api.log',
      startAfter: ['mariadb.service', 'memcached.service'],
      watches: [barbican],
      after: tables,
    }),
  ];
}
