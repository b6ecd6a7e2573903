import { beforeAll, describe, expect, it } from 'vitest';
import { orderResources } from '../../src/engine/graph.ts';
import type { Resource } from '../../src/engine/resource.ts';
import { debian13 } from '../../src/platform/debian-13/table.ts';
import { systemd } from '../../src/runtimes/systemd/index.ts';
import { deployedServices, processesOf } from '../../src/services/derived.ts';
import { applyToFakes, type FakeRun } from '../runtimes/fakeHosts.ts';
import { allInOne, appliedSteps, type CloudContext, threeControls } from './clouds.ts';

/** Facts with which preflight lets every host pass. */
function withHardware({ cloud, facts }: CloudContext): CloudContext {
  const passing = cloud.hosts.map((host): [string, typeof known] => {
    const known = facts.get(host.name);
    if (!known) throw new Error(`no facts of ${host.name}`);
    const interfaces = Object.entries(host.interfaces).map(([network, name]) => ({
      name,
      up: true,
      mtu: 9000,
      addresses: [host.addresses[network as keyof typeof host.addresses]].flatMap((address) =>
        address ? [`${address}/24`] : [],
      ),
    }));
    const blockDevices = host.devices.map((path) => ({ path, sizeGiB: 1000, inUse: false }));
    return [
      host.name,
      { ...known, cpus: 64, memoryMiB: 262_144, rootDiskGiB: 2000, interfaces, blockDevices },
    ];
  });
  return { cloud, facts: new Map(passing) as CloudContext['facts'] };
}

/** The steps without their checks: what they prove is not the order of the changes. */
const unchecked = (context: CloudContext) =>
  appliedSteps(context).map((step) => ({ ...step, checks: () => [] }));

/** What a member says that is whole again: the gate before the next member's turn. */
function gateAnswers(script: string): string | undefined {
  if (script.includes('information_schema.global_status'))
    return 'WSREP_CLUSTER_SIZE\t3\nWSREP_CLUSTER_STATUS\tPrimary\nWSREP_LOCAL_STATE_COMMENT\tSynced\n';
  if (script.includes('rabbit_nodes:list_running'))
    return '{ok, {[rabbit@control1,rabbit@control2,rabbit@control3], [], []}}';
  // The southbound server answers on two ports.
  if (script.includes('ovsdb-client')) {
    const targets = /^for target in (.*); do$/m.exec(script)?.[1]?.split(' ') ?? [];
    return targets.map(() => '"connected":true,"leader":true,"model":"clustered"').join('\n');
  }
  if (/ceph daemon mon\.\w+ mon_status/.test(script)) return '{"state": "peon"}';
  return undefined;
}

function run(context: CloudContext, inPlace?: ReadonlySet<string>): Promise<FakeRun> {
  const { cloud, facts } = context;
  return applyToFakes(cloud, unchecked(context), {
    facts,
    checks: (script, host, made) => {
      const answer = gateAnswers(script);
      if (answer !== undefined) gates.push({ host, made: made.size });
      return answer;
    },
    ...(inPlace && { inPlace }),
  });
}

const gates: { readonly host: string; readonly made: number }[] = [];

describe.each([
  ['three control hosts', withHardware(threeControls('\nvolume: { backup: true }\n'))],
  ['one host', withHardware(allInOne())],
])('a first run on %s', (_name, context) => {
  const { cloud } = context;
  const steps = appliedSteps(context);
  const described = new Map(steps.map((step) => [step.name, step.resources(context)]));
  const all = [...described.values()].flat();
  const stepOf = new Map([...described].flatMap(([name, list]) => list.map(({ id }) => [id, name] as const)));
  const deployed = deployedServices(cloud);
  let made: FakeRun;
  /** When the change of a resource was made. */
  let place: ReadonlyMap<string, number>;

  beforeAll(async () => {
    made = await run(context);
    place = new Map(made.changes.map(({ id }, index) => [id, index]));
  }, 60_000);

  const processIds = (service: (typeof deployed)[number]) =>
    processesOf(service, cloud)
      .filter(({ kind }) => kind !== 'component')
      .flatMap((process) =>
        process.on(cloud).map((host) => {
          const project = debian13.projects[service.project];
          if (!project) throw new Error(`no project ${service.project}`);
          return systemd.processId(host.name, project, process.name);
        }),
      );

  it('ends well, and makes every resource once', () => {
    expect(made.problems).toEqual([]);
    expect(made.result.outcome).toBe('done');
    const ids = made.changes.map(({ id }) => id).filter((id) => !id.startsWith('cluster/'));
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
    const untouched = all.filter(({ id, kind }) => !place.has(id) && kind.name !== 'absent');
    // Units that are kept stopped are as described on a bare host.
    expect(untouched.map(({ id }) => id.replace(/^[^/]+\//, ''))).toEqual(
      untouched.map(() => expect.stringMatching(/^service:nova-(spicehtml5proxy|serialproxy)$/)),
    );
  });

  it('names no resource that is not there', () => {
    const ids = new Set(all.map(({ id }) => id));
    for (const { id, after, watches } of all)
      for (const other of [...after, ...watches]) expect(ids, `${id} names ${other}`).toContain(other);
  });

  // H2: control2 and control3 started everything before its database, account and tables existed.
  it('starts no process of a service on any host before all stages of its schema', () => {
    let compared = 0;
    for (const service of deployed) {
      const list = described.get(service.name) ?? [];
      const stages = list.filter(({ id }) =>
        /\/(command:(schema-|nova-cells|identity-bootstrap)|mysql-)/.test(id),
      );
      if (service.databases) expect(stages.length, service.name).toBeGreaterThan(1);
      for (const process of processIds(service)) {
        for (const stage of stages) {
          expect(place.get(process), process).toBeGreaterThan(
            place.get(stage.id) ?? Number.POSITIVE_INFINITY,
          );
          compared += 1;
        }
      }
    }
    expect(compared).toBeGreaterThan(30);
  });

  it('orders that by edges, not by luck', () => {
    const graph = orderResources(steps, described);
    for (const service of deployed) {
      const schemas = (described.get(service.name) ?? []).filter(({ id }) => id.includes('/command:schema-'));
      for (const process of processIds(service)) {
        const before = ancestors(process);
        for (const { id } of schemas) expect(before, `${process} after ${id}`).toContain(id);
      }
    }
    function ancestors(start: string): ReadonlySet<string> {
      const found = new Set<string>();
      const open = [start];
      for (let id = open.pop(); id !== undefined; id = open.pop()) {
        const resource = graph.get(id);
        for (const next of resource ? graph.edgesOf(resource) : []) {
          if (found.has(next)) continue;
          found.add(next);
          open.push(next);
        }
      }
      return found;
    }
  });

  it('does what must be done once for the cloud once', () => {
    for (const { id, cloudWide } of all) {
      if (
        /\/(command:(schema-|nova-cells|nova-host|identity-bootstrap|ceph-pools|broker-account)|mysql-)/.test(
          id,
        )
      )
        expect(cloudWide, id).toBe(true);
    }
  });

  it('asks Keystone for nothing before its own processes run, and nothing of a service before its own', () => {
    const identity = deployed.find(({ name }) => name === 'identity');
    if (!identity) throw new Error('no identity service');
    const keystone = Math.max(...processIds(identity).map((id) => place.get(id) ?? Number.POSITIVE_INFINITY));
    const behindApi = all.filter(({ kind }) => kind.via === 'api');
    expect(behindApi.length).toBeGreaterThan(15);
    for (const { id } of behindApi) expect(place.get(id), id).toBeGreaterThan(keystone);
    for (const { id, kind } of behindApi) {
      // A volume type is made through Cinder's own API.
      if (kind.name !== 'volume-type') continue;
      const volume = deployed.find(({ name }) => name === 'volume');
      for (const process of volume ? processIds(volume) : [])
        expect(place.get(id), `${id} after ${process}`).toBeGreaterThan(
          place.get(process) ?? Number.POSITIVE_INFINITY,
        );
    }
  });

  it('discovers compute hosts when every nova-compute runs', () => {
    const discovery = made.changes.find(({ id }) => id.endsWith('/command:nova-host-mappings'));
    if (!discovery) throw new Error('no discovery');
    for (const host of cloud.hosts.filter(({ roles }) => roles.has('compute')))
      expect(place.get(`${host.name}/service:nova-compute`)).toBeLessThan(place.get(discovery.id) ?? -1);
  });

  it('installs the packages of a step before anything of it, on each host', () => {
    for (const [step, list] of described) {
      for (const { id, host } of list) {
        const packages = all.filter(
          (other) =>
            other.host === host && other.id.includes('/packages:') && stepOf.get(other.id) === 'packages',
        );
        if (packages.length === 0 || ['packages', 'preflight', 'firewall'].includes(step)) continue;
        const first = Math.min(...packages.map((other) => place.get(other.id) ?? 0));
        if (place.has(id)) expect(place.get(id), id).toBeGreaterThan(first);
      }
    }
  });

  it('changes nothing the second time', async () => {
    const again = await run(context, everything(all));
    expect(again.problems).toEqual([]);
    expect(again.changes).toEqual([]);
    expect(again.result.changed).toBe(0);
  });
});

function everything(all: readonly Resource[]): Set<string> {
  return new Set([
    ...all.map(({ id }) => id),
    ...all.flatMap(({ id, members = [] }) => members.map((member) => `${id} on ${member}`)),
  ]);
}

// A changed file of RabbitMQ, OVN, the monitors, MariaDB or keepalived was a full stop.
it.each([
  ['/etc/rabbitmq/rabbitmq.conf', 'rabbitmq-server', 'control'],
  ['/etc/default/ovn-central', 'ovn-ovsdb-server-sb', 'control'],
  ['/etc/mysql/mariadb.conf.d/90-cloudwright.cnf', 'mariadb', 'control'],
  ['/etc/ceph/ceph.conf', 'ceph-mon@', 'storage'],
])(
  'a changed %s restarts one %s after the other, each when the one before is whole',
  async (path, unit, role) => {
    const context = withHardware(threeControls());
    const all = appliedSteps(context).flatMap((step) => step.resources(context));
    const inPlace = everything(all);
    for (const id of inPlace) if (id.endsWith(`/file:${path}`)) inPlace.delete(id);
    gates.length = 0;
    const { changes, problems } = await run(context, inPlace);
    expect(problems).toEqual([]);
    const restarts = changes.filter(({ id }) => id.includes(`/service:${unit}`)).map(({ host }) => host);
    expect([...restarts].sort()).toEqual([1, 2, 3].map((number) => `${role}${number}`));
    // Before the second and the third, the one before was asked.
    for (const host of restarts.slice(0, 2)) expect(gates.map((gate) => gate.host)).toContain(host);
  },
);
