/** What a deploy does on an all-in-one node, taken from the steps and ordered by what needs what. */
import type { Cloud } from '../src/cloud/cloud.ts';
import { ports } from '../src/cloud/ports.ts';
import { chooseSteps, describe } from '../src/engine/prepare.ts';
import type { Resource } from '../src/engine/resource.ts';
import type { Connection } from '../src/hosts/connection.ts';
import { readFacts } from '../src/hosts/facts.ts';
import { type CommandDesired, commandKind } from '../src/resources/command.ts';
import { mysqlDatabaseKind } from '../src/resources/mysqlDatabase.ts';
import { mysqlUserKind } from '../src/resources/mysqlUser.ts';
import { type PackagesDesired, packagesKind } from '../src/resources/packages.ts';
import { type ServiceDesired, serviceKind } from '../src/resources/service.ts';
import type { Text } from '../src/secrets/confidential.ts';
import { deployedServices, processesOf } from '../src/services/derived.ts';
import { steps } from '../src/steps/index.ts';

/** The step that installs the packages of all others. */
export const PACKAGES = 'packages';

/** A migration, a start, the forming of a cluster, or what one of them needs. */
export interface Job {
  readonly id: string;
  readonly step: string;
  /** Shell of the node; undefined for a cluster and for what is behind the API. */
  readonly script: Text | undefined;
  readonly resource: Resource;
  readonly after: readonly string[];
  readonly migrates: boolean;
}

export interface Work {
  readonly packages: readonly string[];
  readonly configuration: readonly { readonly resource: Resource; readonly phase: 'before' | 'after' }[];
  /** Each after those it comes after. */
  readonly jobs: readonly Job[];
  /** `address:port` of all that listens when the cloud is up. */
  readonly ports: readonly string[];
}

const SERVERS = ['ha', 'database', 'messaging', 'cache'];
const ALONE = ['preflight', 'ceph', 'ovn', 'hypervisor', ...SERVERS];

/** The steps whose jobs another step's job needs; the rest of a step's `needs` is there to be verified. */
function needed(step: string, { kind }: Resource): readonly string[] {
  if (ALONE.includes(step)) return [];
  if (step === 'object-store') return [...SERVERS, 'ceph', 'identity'];
  if (kind.via === 'api' && step !== 'identity') return [...SERVERS, 'identity'];
  if (kind !== serviceKind) return SERVERS;
  if (step === 'image' || step === 'volume') return [...SERVERS, 'ceph'];
  return step === 'compute' ? [...SERVERS, 'ceph', 'placement'] : SERVERS;
}

export async function describeWork(cloud: Cloud, connection: Connection): Promise<Work> {
  const facts = new Map([[connection.host, await readFacts(connection)]]);
  const chosen = chooseSteps({
    steps,
    subject: cloud,
    secrets: [],
    connections: {
      get: async () => connection,
      fresh: async () => connection,
      forward: async () => '',
      closeAll: async () => {},
    },
    emit: () => {},
  });
  const { resources } = describe(chosen, { cloud, facts });
  const byStep = [...resources].map(([step, list]) => ({ step, list }));
  const named = byStep.flatMap(({ step, list }) => list.map((resource) => ({ step, resource })));
  const packages = named.flatMap(({ resource }) =>
    resource.kind === packagesKind ? (resource.desired as PackagesDesired).names : [],
  );
  const [host] = cloud.hosts;
  const address = host?.addresses.management ?? '';
  const listening = deployedServices(cloud).flatMap((service) =>
    processesOf(service, cloud).flatMap((process) =>
      process.port !== undefined && host && process.on(cloud).includes(host) ? [process.port] : [],
    ),
  );
  return {
    packages: [...new Set(packages)],
    configuration: named.flatMap(({ step, resource }) => {
      if (resource.kind.via !== 'shell' || isJob(resource) || resource.kind === packagesKind) return [];
      return [{ resource, phase: step === 'preflight' && isEarly(resource) ? 'before' : 'after' } as const];
    }),
    // Of the step with the packages the floor has a reload of its own.
    jobs: jobsOf(byStep.filter(({ step }) => step !== PACKAGES)),
    ports: [...new Set([...listening, ports.database, ports.messaging])].map((port) => `${address}:${port}`),
  };
}

/** Sources and names; the rest of the first step belongs to packages that are not there yet. */
const isEarly = (resource: Resource): boolean => !resource.id.includes('chrony');

/** Commands that lay down configuration, as files do. */
const LAYS_DOWN = ['/command:host-name', '/command:qemu-divert'];

function isJob({ kind, id }: Resource): boolean {
  if (LAYS_DOWN.some((end) => id.endsWith(end))) return false;
  return [commandKind, serviceKind, mysqlDatabaseKind, mysqlUserKind].some((job) => job === kind);
}

/** What a resource comes after, in its step or in another one. */
function edgesOf(resource: Resource | undefined): readonly string[] {
  return resource ? [...resource.after, ...resource.watches] : [];
}

function jobsOf(
  byStep: readonly { readonly step: string; readonly list: readonly Resource[] }[],
): readonly Job[] {
  const all = byStep.flatMap(({ step, list }) => list.map((resource) => ({ step, resource })));
  const resources = new Map(all.map(({ resource }) => [resource.id, resource]));
  const scripts = new Map<string, Text | undefined>();
  for (const { resource } of all) {
    const script = isJob(resource) ? scriptOf(resource) : undefined;
    if (script !== undefined || resource.kind.via !== 'shell') scripts.set(resource.id, script);
  }
  /** Files are there already: what stands behind them is waited for. */
  const behind = (id: string): readonly string[] =>
    scripts.has(id) ? [id] : edgesOf(resources.get(id)).flatMap(behind);
  const ofSteps = (names: readonly string[]): readonly string[] =>
    all.flatMap(({ step, resource }) =>
      names.includes(step) && scripts.has(resource.id) ? [resource.id] : [],
    );
  return all.flatMap(({ step, resource }) => {
    const { id } = resource;
    if (!scripts.has(id)) return [];
    const own = edgesOf(resource).flatMap(behind);
    const after = [...new Set([...own, ...ofSteps(needed(step, resource))])].filter((other) => other !== id);
    return [{ id, step, script: scripts.get(id), resource, after, migrates: id.includes('command:schema-') }];
  });
}

/** The change on a node that has nothing of it yet; a service's is its bare start. Nothing for one that is to be off. */
function scriptOf({ kind, desired }: Resource): Text | undefined {
  if (kind === serviceKind) {
    const { unit, enabled, running } = desired as ServiceDesired;
    const enable = enabled ? `systemctl enable --quiet '${unit}'\n` : '';
    return running ? `${enable}systemctl start '${unit}'` : undefined;
  }
  if (kind === commandKind)
    return commandKind.compare(desired as CommandDesired, { done: false, stamp: false }, { touched: false })
      ?.script;
  if (kind.via !== 'shell') return undefined;
  const nothing =
    kind === mysqlUserKind ? { known: true, exists: false, granted: new Set() } : { known: true };
  return kind.compare(desired, nothing, { touched: false })?.script;
}
