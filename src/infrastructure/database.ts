import type { Cloud, Host } from '../cloud/cloud.ts';
import { factsOf, reached } from '../cloud/reached.ts';
import { controlHosts } from '../cloud/topology.ts';
import type { ShellCheck } from '../engine/check.ts';
import { clusterResource, type Resource } from '../engine/resource.ts';
import type { Step, StepContext } from '../engine/step.ts';
import { type Component, pathOf, unitOf } from '../platform/platform.ts';
import { platformOf } from '../platform/select.ts';
import { file, service } from '../resources/index.ts';
import { stampOf } from '../resources/unit.ts';
import { certificateResources } from './certificates.ts';
import { databaseHealthAccount, databaseHealthResources } from './database/health.ts';
import { mariadbConfiguration } from './database/mariadb.ts';
import {
  certificateInUse,
  checkAccount,
  memberTransportCheck,
  throughVipCheck,
} from './database/transport.ts';
import type { GaleraDesired } from './galera/desired.ts';
import { galeraKind } from './galera/kind.ts';
import { onControlHosts } from './packages.ts';

/** Seconds that the copy of all data to a joining member may take. */
const TRANSFER_LIMIT = 6 * 3600;

/** MariaDB, with Galera as soon as there are several control hosts; written through one member. */
export const database: Step<Cloud> = {
  name: 'database',
  title: 'Database',
  needs: ['ha'],
  packages: onControlHosts(({ mariadb }) => mariadb.packages),
  resources(context) {
    const hosts = reached(context, controlHosts(context.cloud));
    const [first] = hosts;
    if (!first) return [];
    const certificates = new Map(hosts.map((host) => [host.name, certificatesOf(context, host)]));
    const files = new Map(hosts.map((host) => [host.name, fileResources(context, host)]));
    const cluster = clusterResource(
      galeraKind,
      controlHosts(context.cloud).map((host) => host.name),
      'database',
      desiredCluster(context.cloud, componentOn(context, first)),
      { after: [...certificates.values(), ...files.values()].flat() },
    );
    const server = (host: Host) => memberServer(context, host, files.get(host.name) ?? [], cluster);
    const healthAccount = databaseHealthAccount(first, [server(first)]);
    const members = hosts.flatMap((host) => [
      server(host),
      ...databaseHealthResources(context.cloud, host, [server(host), healthAccount]),
    ]);
    const account = checkAccount(first, members);
    return [
      ...[...certificates.values(), ...files.values()].flat(),
      cluster,
      healthAccount,
      ...members,
      account,
      ...hosts.map((host) =>
        certificateInUse(context.cloud, host, [...(certificates.get(host.name) ?? []), account]),
      ),
    ];
  },
  checks: (context) => [
    ...reached(context, controlHosts(context.cloud)).flatMap((host) => [
      memberCheck(context, host),
      memberTransportCheck(context.cloud, host),
    ]),
    ...throughVipCheck(context),
  ],
};

function componentOn(
  { cloud, facts }: StepContext<Cloud>,
  host: Host,
  name: 'mariadb' | 'tools' = 'mariadb',
): Component {
  return platformOf(cloud.release, factsOf(facts, host.name)).components[name];
}

function desiredCluster(cloud: Cloud, component: Component): GaleraDesired {
  const unit = `${unitOf(component, 'server')}.service`;
  return {
    members: controlHosts(cloud).map((host) => ({ host: host.name, address: host.addresses.management })),
    wish: 'converge',
    platform: {
      unit,
      data: pathOf(component, 'data'),
      position: '/run/cloudwright/galera-position',
      stamp: stampOf(unit),
    },
    transfer: { account: component.user ?? 'mysql' },
    transferLimitSeconds: TRANSFER_LIMIT,
  };
}

/** Clients on the same hosts verify the server with the authority's certificate. */
function certificatesOf(context: StepContext<Cloud>, host: Host): readonly Resource[] {
  return certificateResources(context.cloud, host, 'database', {
    group: componentOn(context, host).group ?? 'root',
  });
}

function fileResources(context: StepContext<Cloud>, host: Host): readonly Resource[] {
  const component = componentOn(context, host);
  const facts = factsOf(context.facts, host.name);
  return [
    file(
      host.name,
      pathOf(component, 'configuration'),
      mariadbConfiguration(context.cloud, host, facts, component),
      { group: component.group ?? 'root', mode: '0640' },
    ),
    file(
      host.name,
      `/etc/systemd/system/${unitOf(component, 'server')}.service.d/cloudwright.conf`,
      `[Service]\nLimitNOFILE=65536\nRestart=on-failure\nTimeoutStartSec=${TRANSFER_LIMIT}\n`,
    ),
  ];
}

function memberServer(
  context: StepContext<Cloud>,
  host: Host,
  files: readonly Resource[],
  cluster: Resource,
): Resource {
  return service(host.name, unitOf(componentOn(context, host), 'server'), {
    watches: files,
    after: [cluster],
    // A changed configuration: one member at a time, and the next only when this one has caught up.
    turn: { group: 'database', gate: memberCheck(context, host) },
  });
}

/** Whether the member is synced with all that were reached. */
function memberCheck(context: StepContext<Cloud>, host: Host): ShellCheck {
  const members = controlHosts(context.cloud).length;
  const present = reached(context, controlHosts(context.cloud)).length;
  return {
    via: 'shell',
    id: `database-${host.name}`,
    title: members === 1 ? 'MariaDB answers' : 'MariaDB is a synced member of the whole cluster',
    host: host.name,
    limitSeconds: 120,
    script:
      "mariadb --skip-ssl -N -B -e \"select variable_name, variable_value from information_schema.global_status where variable_name in ('uptime','wsrep_cluster_size','wsrep_cluster_status','wsrep_local_state_comment')\"",
    judge: ({ exitCode, stdout, stderr }) => {
      if (exitCode !== 0) return { ok: false, sentence: `MariaDB does not answer: ${stderr.trim()}` };
      if (members === 1) return { ok: true, sentence: 'MariaDB answers' };
      const value = (name: string) => new RegExp(`^${name}\\s+(.+)$`, 'mi').exec(stdout)?.[1] ?? 'unknown';
      const size = Number(value('wsrep_cluster_size'));
      const state = value('wsrep_local_state_comment');
      const status = value('wsrep_cluster_status');
      return {
        ok: size >= present && state === 'Synced' && status === 'Primary',
        sentence: `${size} of ${members} members, this one ${state} (${status})`,
      };
    },
  };
}
