import type { Cloud, Host } from '../cloud/cloud.ts';
import { reached } from '../cloud/reached.ts';
import { controlHosts } from '../cloud/topology.ts';
import type { Resource, Turn } from '../engine/resource.ts';
import type { Step, StepContext } from '../engine/step.ts';
import type { Platform } from '../platform/platform.ts';
import { platforms } from '../platform/select.ts';
import type { HostContext, Process, ServiceContext, ServiceDefinition } from '../services/definition.ts';
import { deployedServices, isDeployed, processesOf } from '../services/derived.ts';
import { accounts, databases, users } from './accounts.ts';
import { cephKeyrings } from './cephKeyrings.ts';
import { answerCheck, memberChecks } from './checks.ts';
import { configurationFiles } from './configuration.ts';
import { type Consumers, hostContext, platformOn, serviceContext } from './context.ts';
import { keyRepositories } from './keyRepositories.ts';
import { migrationResources } from './migrations.ts';
import type { Runtime } from './runtime.ts';

export interface ServiceStepOptions {
  readonly runtime: Runtime;
  /** Tables of platforms; all known ones by default. */
  readonly platforms?: readonly Platform[];
  /** Definitions that this one may refer to and that may add to its configuration; all by default. */
  readonly services?: readonly ServiceDefinition[];
  /** See `ServiceContext.consumers`. */
  readonly consumers?: Consumers;
  /** What a component brings that is a process of the service: Ceph's object gateway. */
  readonly componentResources?: (context: StepContext<Cloud>) => readonly Resource[];
}

/** The step of a service: its definition, rendered for the platform of each host by the runtime. */
export function serviceStep(service: ServiceDefinition, options: ServiceStepOptions): Step<Cloud> {
  const tables = options.platforms ?? platforms;
  const contextOf = (context: StepContext<Cloud>) =>
    serviceContext(context, tables, options.consumers, options.services);
  return {
    name: service.name,
    title: service.title,
    needs: service.needs,
    applies: (cloud) => isDeployed(service, cloud),
    packages: (context, name) => {
      const host = context.cloud.hosts.find((candidate) => candidate.name === name);
      return host ? packagesOn(service, context, host, options.runtime, tables) : [];
    },
    resources: (context) => {
      const whole = contextOf(context);
      return whole ? resourcesOf(service, whole, { ...options, platforms: tables }) : [];
    },
    checks: (context) => {
      const whole = contextOf(context);
      if (!whole) return [];
      const processes = processesOf(service, context.cloud);
      return [...memberChecks(service, processes, whole, tables), ...(service.checks?.(whole) ?? [])];
    },
  };
}

/** Processes of the service on one host. */
function processesOn(service: ServiceDefinition, cloud: Cloud, host: Host): readonly Process[] {
  return processesOf(service, cloud).filter((process) => process.on(cloud).includes(host));
}

function packagesOn(
  service: ServiceDefinition,
  context: StepContext<Cloud>,
  host: Host,
  runtime: Runtime,
  tables: readonly Platform[],
): readonly string[] {
  const processes = processesOn(service, context.cloud, host);
  if (processes.length === 0) return [];
  const project = platformOn(context, host, tables).projects[service.project];
  if (!project) throw new Error(`the platform has no entry for ${service.project}`);
  return [
    ...runtime.packages(project, processes, service.extras?.(context.cloud, host) ?? []),
    ...(service.plugins ? pluginPackages(context, host, runtime, tables) : []),
  ];
}

/** Packages of the deployed services' dashboard plug-ins. */
function pluginPackages(
  context: StepContext<Cloud>,
  host: Host,
  runtime: Runtime,
  tables: readonly Platform[],
): readonly string[] {
  const { projects } = platformOn(context, host, tables);
  return deployedServices(context.cloud)
    .filter((other) => other.dashboardPlugin)
    .flatMap((other) => {
      const project = projects[other.project];
      return project ? runtime.packages(project, [], ['dashboard']) : [];
    });
}

function resourcesOf(
  service: ServiceDefinition,
  whole: ServiceContext,
  options: ServiceStepOptions & { readonly platforms: readonly Platform[] },
): readonly Resource[] {
  const { runtime } = options;
  const { cloud, control } = whole;
  const platform = platformOn(whole, control, options.platforms);
  const hosts = reached(whole, cloud.hosts).map((host) =>
    hostContext(whole, service, host, options.platforms),
  );
  const files = new Map(
    hosts.map((context) => [
      context.host.name,
      [...configurationFiles(service, context, options.services), ...cephKeyrings(service, context)],
    ]),
  );
  // Read at each use: new keys need no restart.
  const keys = hosts.flatMap((context) => keyRepositories(service, context));
  const account = databases(service, whole);
  const logins = users(service, whole);
  const stages = service.migrations?.(whole) ?? [];
  const schema = migrationResources(service, whole, stages, {
    runtime,
    platform,
    after: [...account, ...(files.get(control.name) ?? []), ...keys],
  });
  const processes = hosts.flatMap((context) =>
    processesOn(service, cloud, context.host).flatMap((process) =>
      runtime.process({
        service,
        process,
        context,
        watches: [...(files.get(context.host.name) ?? []), ...(process.watches?.(context) ?? [])],
        after: [
          ...keys.filter((key) => key.host === context.host.name),
          ...schema,
          ...logins,
          ...(process.afterResources?.(whole) ?? []),
          ...siblings(process, whole, hosts, runtime),
        ],
        turn: turnOf(service, process, context.host),
      }),
    ),
  );
  const components = options.componentResources?.(whole) ?? [];
  const started = [...processes, ...components];
  const afterStart = migrationResources(service, whole, service.afterStart?.(whole) ?? [], {
    runtime,
    platform,
    after: [...schema, ...started],
  });
  return [
    ...account,
    ...[...files.values()].flat(),
    ...keys,
    ...schema,
    ...started,
    ...afterStart,
    ...logins,
    ...accounts(service, whole, started),
    ...hosts
      .filter(({ host }) => controlHosts(cloud).includes(host))
      .flatMap((context) => daily(service, context, runtime)),
  ];
}

/** A restart of a process: one host after another, the next when this one answers again. */
function turnOf(service: ServiceDefinition, process: Process, host: Host): Turn {
  const gate = answerCheck(service, process, host);
  return { group: `${service.name}-${process.name}`, ...(gate && { gate }) };
}

/** Processes of the same service that must run first, on every reached host that has them. */
function siblings(
  process: Process,
  { cloud }: ServiceContext,
  hosts: readonly HostContext[],
  runtime: Runtime,
): readonly string[] {
  return (process.after ?? []).flatMap((name) =>
    hosts.flatMap(({ host, project }) => {
      const here = controlHosts(cloud).includes(host) ? [host] : [];
      return here.map(({ name: at }) => runtime.processId(at, project, name));
    }),
  );
}

function daily(service: ServiceDefinition, context: HostContext, runtime: Runtime): readonly Resource[] {
  const commands = (service.purge ?? []).map((purge) => purge.command);
  return commands.length > 0 ? runtime.daily({ service, context, commands }) : [];
}
