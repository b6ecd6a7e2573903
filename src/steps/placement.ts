import type { Host } from '../cloud/cloud.ts';
import { controlHosts, firstControl, vip } from '../cloud/topology.ts';
import type { Resource } from '../engine/resource.ts';
import { file, renderIni } from '../resources/index.ts';
import { authTokenSection, databaseSection, databaseUrl, proxyHeaders } from './shared/configuration.ts';
import { endpoints } from './shared/endpoints.ts';
import { factsOf } from './shared/facts.ts';
import { onControlHosts } from './shared/packages.ts';
import { registration } from './shared/registration.ts';
import { schemaOnce } from './shared/schema.ts';
import { sqlAccount } from './shared/sql.ts';
import { wsgiService } from './shared/wsgi.ts';
import type { Step, StepContext } from './step.ts';

/** Placement: Debian ships its unit disabled, and Nova's scheduler and conductor die without it (D1). */
export const placement: Step = {
  name: 'placement',
  title: 'Placement',
  needs: ['identity'],
  packages: onControlHosts(() => ['placement-api']),
  resources: (context) => [
    ...sqlAccount(context.cloud, 'placement', ['placement']),
    ...registration(context.cloud, 'placement', [endpoints.placement]),
    ...controlHosts(context.cloud).flatMap((host) => hostResources(context, host)),
  ],
  checks: ({ cloud }) => [
    {
      via: 'shell',
      id: 'placement-version',
      title: 'Placement answers through the VIP',
      host: firstControl(cloud).name,
      limitSeconds: 60,
      script: `curl -s -m 10 http://${vip(cloud)}:${endpoints.placement.port}/`,
      judge: ({ stdout }) => {
        const version = /"max_version":\s*"([\d.]+)"/.exec(stdout)?.[1];
        return version
          ? { ok: true, sentence: `Placement offers version ${version}` }
          : { ok: false, sentence: 'Placement does not answer yet', evidence: stdout.slice(0, 300) };
      },
    },
  ],
};

function hostResources({ cloud, facts }: StepContext, host: Host): readonly Resource[] {
  const configuration = file(
    host.name,
    '/etc/placement/placement.conf',
    renderIni({
      DEFAULT: { log_dir: '/var/log/placement' },
      placement_database: databaseSection(databaseUrl(cloud, 'placement')),
      api: { auth_strategy: 'keystone' },
      keystone_authtoken: authTokenSection(cloud, 'placement'),
      oslo_middleware: proxyHeaders,
    }),
    { group: 'placement', mode: '0640' },
  );
  const tables = schemaOnce(cloud, host, 'placement', {
    package: 'placement-common',
    script: 'run placement-manage db sync',
    after: [configuration],
  });
  return [
    configuration,
    ...tables,
    ...wsgiService(host.name, {
      unit: 'placement-api',
      user: 'placement',
      script: '/usr/bin/placement-api',
      address: host.addresses.management,
      port: endpoints.placement.port,
      facts: factsOf(facts, host.name),
      logFile: '/var/log/placement/placement-api.log',
      streaming: true,
      startAfter: ['mariadb.service', 'memcached.service', 'keystone.service'],
      watches: [configuration],
      after: tables,
    }),
  ];
}
