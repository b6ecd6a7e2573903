import { trustDomains } from '../cloud/certificates.ts';
import type { Cloud, Host } from '../cloud/cloud.ts';
import { factsOf, reached } from '../cloud/reached.ts';
import { chassisHosts, controlHosts, isControl } from '../cloud/topology.ts';
import { clusterResource, type Resource } from '../engine/resource.ts';
import type { Step, StepContext } from '../engine/step.ts';
import { type Component, pathOf, unitOf } from '../platform/platform.ts';
import { platformOf } from '../platform/select.ts';
import { service } from '../resources/index.ts';
import { stampOf } from '../resources/unit.ts';
import { certificateResources } from './certificates.ts';
import { chassisResources } from './chassis.ts';
import { controllerCheck, databaseCheck } from './ovn/checks.ts';
import { type Database, databaseFile, databases } from './ovn/databases.ts';
import type { OvnDatabaseDesired } from './ovn/desired.ts';
import { serverFiles } from './ovn/files.ts';
import { ovnDatabaseKind } from './ovn/kind.ts';

/** Milliseconds without a leader's message until a new one is elected: a loaded host must not lose its role. */
const ELECTION_TIMER = 10_000;

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
    const { cloud } = context;
    const certificates = new Map(
      reached(context, trustDomains.ovn(cloud)).map((host) => [
        host.name,
        certificateResources(cloud, host, 'ovn'),
      ]),
    );
    const central = centralResources(context, certificates);
    const served = central.map((resource) => resource.id).filter((id) => id.includes('/service:'));
    return [
      ...[...certificates.values()].flat(),
      ...central,
      ...reached(context, chassisHosts(cloud)).flatMap((host) =>
        chassisResources(context, host, { certificates: certificates.get(host.name) ?? [], central: served }),
      ),
    ];
  },
  checks: (context) => [
    ...reached(context, controlHosts(context.cloud)).flatMap((host) =>
      databases.map((database) => databaseCheck(context.cloud, host, database)),
    ),
    ...reached(context, chassisHosts(context.cloud)).map(controllerCheck),
  ],
};

/** Resources of each host, by its name. */
type ByHost = ReadonlyMap<string, readonly Resource[]>;

function componentOn({ cloud, facts }: StepContext<Cloud>, host: Host): Component {
  return platformOf(cloud.release, factsOf(facts, host.name)).components['ovn-central'];
}

/** No daemon watches the certificates: each sees by itself that they have changed, and uses them for new connections. */
function centralResources(context: StepContext<Cloud>, certificates: ByHost): readonly Resource[] {
  const { cloud } = context;
  const hosts = reached(context, controlHosts(cloud));
  const [first] = hosts;
  if (!first) return [];
  const files = new Map(
    hosts.map((host) => [host.name, serverFiles(cloud, host, componentOn(context, host))]),
  );
  const clusters = databases.map((database) =>
    clusterResource(
      ovnDatabaseKind,
      controlHosts(cloud).map((host) => host.name),
      database.short,
      desiredCluster(cloud, componentOn(context, first), database),
      { after: [...files.values(), ...hosts.map((host) => certificates.get(host.name) ?? [])].flat() },
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
