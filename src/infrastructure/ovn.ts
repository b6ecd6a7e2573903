import type { Cloud, Host } from '../cloud/cloud.ts';
import { ovnConnection } from '../cloud/endpoints.ts';
import { ports } from '../cloud/ports.ts';
import { factsOf, reached } from '../cloud/reached.ts';
import { chassisHosts, controlHosts, isControl } from '../cloud/topology.ts';
import type { ShellCheck } from '../engine/check.ts';
import { clusterResource, type Resource } from '../engine/resource.ts';
import type { Step, StepContext } from '../engine/step.ts';
import { type Component, pathOf, unitOf } from '../platform/platform.ts';
import { platformOf } from '../platform/select.ts';
import { directory, file, MANAGED, service } from '../resources/index.ts';
import { stampOf } from '../resources/unit.ts';
import { chassisResources } from './chassis.ts';
import type { OvnDatabaseDesired } from './ovn/desired.ts';
import { ovnDatabaseKind } from './ovn/kind.ts';

/** Milliseconds without a leader's message until a new one is elected: a loaded host must not lose its role. */
const ELECTION_TIMER = 10_000;
/** Milliseconds: a loaded host that is late by five seconds must not lose all its sessions at once. */
const INACTIVITY_PROBE = 60_000;

interface Database {
  /** Part of file names and options: `nb`. */
  readonly short: 'nb' | 'sb';
  readonly unit: 'northbound' | 'southbound';
  readonly name: OvnDatabaseDesired['database'];
  readonly port: number;
  readonly raftPort: number;
}

const databases: readonly Database[] = [
  { short: 'nb', unit: 'northbound', name: 'OVN_Northbound', port: ports.ovnNorthbound, raftPort: 6643 },
  { short: 'sb', unit: 'southbound', name: 'OVN_Southbound', port: ports.ovnSouthbound, raftPort: 6644 },
];

/** OVN: its two databases and northd on the control hosts, Open vSwitch and a controller on every chassis. */
export const ovn: Step<Cloud> = {
  name: 'ovn',
  title: 'Virtual networks (OVN, Open vSwitch)',
  needs: [],
  packages: ({ cloud, facts }, name) => {
    const { components } = platformOf(cloud.release, factsOf(facts, name));
    const chassis = chassisHosts(cloud).some((host) => host.name === name);
    return [
      ...(isControl(cloud, name) ? components['ovn-central'].packages : []),
      ...(chassis ? [...components.openvswitch.packages, ...components['ovn-host'].packages] : []),
    ];
  },
  resources(context) {
    const central = centralResources(context);
    const served = central.map((resource) => resource.id).filter((id) => id.includes('/service:'));
    return [
      ...central,
      ...reached(context, chassisHosts(context.cloud)).flatMap((host) =>
        chassisResources(context, host, served),
      ),
    ];
  },
  checks: (context) =>
    reached(context, controlHosts(context.cloud)).flatMap((host) => databaseChecks(context.cloud, host)),
};

function componentOn({ cloud, facts }: StepContext<Cloud>, host: Host): Component {
  return platformOf(cloud.release, factsOf(facts, host.name)).components['ovn-central'];
}

function centralResources(context: StepContext<Cloud>): readonly Resource[] {
  const { cloud } = context;
  const hosts = reached(context, controlHosts(cloud));
  const [first] = hosts;
  if (!first) return [];
  const files = new Map(hosts.map((host) => [host.name, fileResources(context, host)]));
  const clusters = databases.map((database) =>
    clusterResource(
      ovnDatabaseKind,
      controlHosts(cloud).map((host) => host.name),
      database.short,
      desiredCluster(cloud, componentOn(context, first), database),
      { after: [...files.values()].flat() },
    ),
  );
  const services = hosts.flatMap((host) => {
    const component = componentOn(context, host);
    const watches = files.get(host.name) ?? [];
    const servers = databases.map((database, index) =>
      service(host.name, unitOf(component, database.unit), {
        watches,
        after: clusters.slice(index, index + 1),
        turn: { group: `ovn-${database.short}`, gate: databaseCheck(cloud, host, database) },
      }),
    );
    const northd = service(host.name, unitOf(component, 'northd'), { watches, after: servers });
    return [...servers, northd, service(host.name, unitOf(component, 'server'), { after: [northd] })];
  });
  return [...[...files.values()].flat(), ...clusters, ...services];
}

function desiredCluster(cloud: Cloud, component: Component, database: Database): OvnDatabaseDesired {
  const unit = `${unitOf(component, database.unit)}.service`;
  return {
    database: database.name,
    members: controlHosts(cloud).map((host) => ({ host: host.name, address: host.addresses.management })),
    wish: 'converge',
    protocol: 'tcp',
    raftPort: database.raftPort,
    electionTimer: ELECTION_TIMER,
    platform: {
      unit,
      file: databaseFile(component, database),
      schema: `${pathOf(component, 'schemas')}/ovn-${database.short}.ovsschema`,
      control: `${pathOf(component, 'run')}/ovn${database.short}_db.ctl`,
      stamp: stampOf(unit),
    },
  };
}

function databaseFile(component: Component, { short }: Database): string {
  return `${pathOf(component, 'data')}/ovn${short}_db.db`;
}

/** The servers take their addresses from files: the databases' own table would be the same for all members. */
function fileResources(context: StepContext<Cloud>, host: Host): readonly Resource[] {
  const component = componentOn(context, host);
  const folder = directory(host.name, pathOf(component, 'configuration'), { mode: '0755' });
  const remotes = databases.map((database) =>
    file(
      host.name,
      `${pathOf(component, 'configuration')}/cloudwright-${database.short}.json`,
      `${JSON.stringify(remotesOf(component, host, database), null, 2)}\n`,
      { after: [folder] },
    ),
  );
  const options = [
    ...databases.flatMap(({ short }) => [
      `--db-${short}-use-remote-in-db=no`,
      `--db-${short}-config-file=${pathOf(component, 'configuration')}/cloudwright-${short}.json`,
    ]),
    `--ovn-northd-nb-db=${ovnConnection(context.cloud, ports.ovnNorthbound)}`,
    `--ovn-northd-sb-db=${ovnConnection(context.cloud, ports.ovnSouthbound)}`,
  ];
  const defaults = file(
    host.name,
    pathOf(component, 'defaults'),
    `# ${MANAGED}\nOVN_CTL_OPTS="${options.join(' ')}"\n`,
  );
  // A server without its file would create another database under the same name.
  const asserts = databases.map((database) =>
    file(
      host.name,
      `/etc/systemd/system/${unitOf(component, database.unit)}.service.d/cloudwright.conf`,
      `[Unit]\nAssertPathExists=${databaseFile(component, database)}\n[Service]\nRestart=always\n`,
    ),
  );
  // The package's unit stops the database servers too when it stops northd.
  const stop = file(
    host.name,
    `/etc/systemd/system/${unitOf(component, 'northd')}.service.d/cloudwright.conf`,
    `[Service]\nExecStop=\nExecStop=${pathOf(component, 'control')} stop_northd --ovn-manage-ovsdb=no --no-monitor\nRestart=always\n`,
  );
  return [folder, ...remotes, defaults, ...asserts, stop];
}

/** ovsdb-server's configuration file (ovsdb-server(1)). */
function remotesOf(component: Component, host: Host, database: Database) {
  const socket = `${pathOf(component, 'run')}/ovn${database.short}_db.sock`;
  return {
    remotes: {
      [`punix:${socket}`]: {},
      [`ptcp:${database.port}:${host.addresses.management}`]: { 'inactivity-probe': INACTIVITY_PROBE },
    },
    databases: { [databaseFile(component, database)]: {} },
  };
}

function databaseChecks(cloud: Cloud, host: Host): readonly ShellCheck[] {
  return databases.map((database) => databaseCheck(cloud, host, database));
}

/** Asked on its own address, as the controllers ask. */
function databaseCheck(cloud: Cloud, host: Host, database: Database): ShellCheck {
  const members = controlHosts(cloud).length;
  const target = `tcp:${host.addresses.management}:${database.port}`;
  return {
    via: 'shell',
    id: `ovn-${database.short}-${host.name}`,
    title: `the ${database.unit} database on ${host.name} serves its clients`,
    host: host.name,
    limitSeconds: 60,
    script: `timeout 10 ovsdb-client --no-headings --format=csv transact ${target} '["_Server", {"op": "select", "table": "Database", "where": [["name", "==", "${database.name}"]], "columns": ["connected", "leader", "model"]}]'`,
    judge: ({ exitCode, stdout, stderr }) => {
      const connected = exitCode === 0 && stdout.includes('"connected":true');
      const clustered = stdout.includes('"model":"clustered"');
      if (!connected)
        return { ok: false, sentence: `${target} does not serve`, evidence: `${stdout}${stderr}` };
      if (clustered !== members > 1)
        return {
          ok: false,
          sentence: `the database is ${clustered ? '' : 'not '}clustered`,
          evidence: stdout,
        };
      return { ok: true, sentence: `${target} serves${members > 1 ? ' as a member of its cluster' : ''}` };
    },
  };
}
