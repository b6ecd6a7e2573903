import { identityDomain, identityUser } from '../api/kinds.ts';
import { stackCheck } from '../checks/index.ts';
import type { Cloud, Host } from '../cloud/cloud.ts';
import { secretOf } from '../cloud/secrets.ts';
import { controlHosts, firstControl } from '../cloud/topology.ts';
import type { ShellCheck } from '../engine/check.ts';
import type { Resource } from '../engine/resource.ts';
import { file, renderIni, service } from '../resources/index.ts';
import {
  authTokenSection,
  cacheSection,
  databaseSection,
  databaseUrl,
  messagingSection,
  proxyHeaders,
  serviceAuthSection,
  transportUrl,
} from './shared/configuration.ts';
import { baseUrl, endpoints } from './shared/endpoints.ts';
import { erlang } from './shared/erlang.ts';
import { factsOf } from './shared/facts.ts';
import { onControlHosts } from './shared/packages.ts';
import { registration } from './shared/registration.ts';
import { schemaOnce } from './shared/schema.ts';
import { sqlAccount } from './shared/sql.ts';
import { steadyUnit } from './shared/units.ts';
import { workers } from './shared/workers.ts';
import { wsgiService } from './shared/wsgi.ts';
import type { Step, StepContext } from './step.ts';

/** Heat, with a domain of its own for the users that stacks make (D1, E3). */
export const orchestration: Step = {
  name: 'orchestration',
  title: 'Orchestration (Heat)',
  needs: ['identity', 'messaging'],
  applies: (cloud) => cloud.services.has('orchestration'),
  packages: onControlHosts(() => ['heat-api', 'heat-engine', 'python3-heatclient']),
  resources: (context) => [
    ...sqlAccount(context.cloud, 'heat', ['heat']),
    ...registration(context.cloud, 'heat', [endpoints.orchestration]),
    ...stackDomain(context.cloud),
    ...controlHosts(context.cloud).flatMap((host) => hostResources(context, host)),
  ],
  checks: ({ cloud }) => {
    const host = firstControl(cloud).name;
    const engine = engineCheck(host);
    return [engine, { ...stackCheck(), after: [engine.id] }];
  },
};

/**
 * A request that comes before an engine listens is lost, and the API waits a minute for its answer. The queue
 * `engine` is the last that an engine takes up.
 */
function engineCheck(host: string): ShellCheck {
  return {
    via: 'shell',
    id: 'orchestration-engine',
    title: 'Heat engines take requests',
    host,
    limitSeconds: 90,
    script: `${erlang(`case rabbit_amqqueue:lookup(rabbit_misc:r(<<"/">>, queue, <<"engine">>)) of
  {ok, Queue} -> [{consumers, Count}] = rabbit_amqqueue:info(Queue, [consumers]), Count;
  _ -> 0
end.`)}`,
    judge({ stdout, stderr }) {
      const count = /^\{ok,\s*(\d+)\}/.exec(stdout.trim())?.[1];
      if (count === undefined) return { ok: false, sentence: 'RabbitMQ does not answer', evidence: stderr };
      if (count === '0') return { ok: false, sentence: 'no heat-engine listens yet' };
      return { ok: true, sentence: `${count} heat-engine worker${count === '1' ? '' : 's'} listening` };
    },
  };
}

/** Stacks make users of their own; they live in this domain, which its administrator alone manages. */
function stackDomain(cloud: Cloud): readonly Resource[] {
  const domain = identityDomain({ name: 'heat', description: 'Users and projects of stacks' });
  const administrator = identityUser(
    {
      name: 'heat_domain_admin',
      password: secretOf(cloud, 'heat_domain_password'),
      domain: 'heat',
      roles: ['admin'],
    },
    { after: [domain] },
  );
  return [domain, administrator];
}

function hostResources({ cloud, facts }: StepContext, host: Host): readonly Resource[] {
  const own = factsOf(facts, host.name);
  const url = baseUrl(cloud, endpoints.identity.port);
  const heat = file(
    host.name,
    '/etc/heat/heat.conf',
    renderIni({
      DEFAULT: {
        transport_url: transportUrl(cloud),
        heat_metadata_server_url: baseUrl(cloud, 8000),
        heat_waitcondition_server_url: `${baseUrl(cloud, 8000)}/v1/waitcondition`,
        stack_domain_admin: 'heat_domain_admin',
        stack_domain_admin_password: secretOf(cloud, 'heat_domain_password'),
        stack_user_domain_name: 'heat',
        num_engine_workers: workers(own),
        region_name_for_services: cloud.region,
        log_dir: '/var/log/heat',
        host: host.name,
      },
      database: databaseSection(databaseUrl(cloud, 'heat')),
      keystone_authtoken: authTokenSection(cloud, 'heat'),
      trustee: serviceAuthSection(cloud, 'heat'),
      clients_keystone: { auth_uri: url },
      cache: cacheSection(cloud),
      oslo_messaging_rabbit: messagingSection(cloud),
      oslo_middleware: proxyHeaders,
      oslo_policy: { policy_dirs: '/etc/heat/policy.d' },
    }),
    { group: 'heat', mode: '0640' },
  );
  const tables = schemaOnce(cloud, host, 'heat', {
    package: 'heat-common',
    script: 'run heat-manage db_sync',
    after: [heat],
  });
  const dropIn = steadyUnit(host.name, 'heat-engine', [
    'mariadb.service',
    'rabbitmq-server.service',
    'keystone.service',
  ]);
  return [
    heat,
    ...tables,
    ...wsgiService(host.name, {
      unit: 'heat-api',
      user: 'heat',
      script: '/usr/bin/heat-wsgi-api',
      address: host.addresses.management,
      port: endpoints.orchestration.port,
      facts: own,
      logFile: '/var/log/heat/heat-api.log',
      startAfter: ['mariadb.service', 'memcached.service', 'rabbitmq-server.service'],
      watches: [heat],
      after: tables,
    }),
    dropIn,
    service(host.name, 'heat-engine', { watches: [heat, dropIn], after: tables }),
  ];
}
