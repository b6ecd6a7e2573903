import type { Cloud } from '../cloud/cloud.ts';
import { internalUrl, publicUrl } from '../cloud/endpoints.ts';
import type { Listener } from '../cloud/listeners.ts';
import { controlHosts, usesCeph } from '../cloud/topology.ts';
import type { CephClient, Process, ServiceDefinition, ServiceUser } from './definition.ts';
import { services as all } from './index.ts';

/** Whether the description wants the service and has what it needs. */
export function isDeployed(service: ServiceDefinition, cloud: Omit<Cloud, 'secrets'>): boolean {
  if (service.optional && !cloud.services.has(service.name)) return false;
  return service.applies?.(cloud as Cloud) ?? true;
}

export function deployedServices(cloud: Cloud, services = all): readonly ServiceDefinition[] {
  return services.filter((service) => isDeployed(service, cloud));
}

/** Processes of a service that this cloud runs. */
export function processesOf(service: ServiceDefinition, cloud: Cloud): readonly Process[] {
  return service.processes.filter((process) => process.when?.(cloud) ?? true);
}

/** A service's users in Keystone, all of them in the project `service`. `service`: asks Keystone whether a token is valid. */
export function usersOf({
  account,
  project,
  userRoles = [],
  users = [],
}: ServiceDefinition): readonly ServiceUser[] {
  if (account === false) return users;
  return [{ name: project, password: `${project}_password`, roles: ['service', ...userRoles] }, ...users];
}

/** A process that haproxy offers on the virtual address. */
export interface BalancedProcess {
  readonly service: ServiceDefinition;
  readonly process: Process;
  readonly section: string;
  /** Port on the virtual address. */
  readonly port: number;
  readonly backendPort: number;
}

export function balancedProcesses(cloud: Cloud, services = all): readonly BalancedProcess[] {
  return deployedServices(cloud, services).flatMap((service) =>
    processesOf(service, cloud).flatMap((process) => {
      const { balanced, port } = process;
      if (!balanced || port === undefined) return [];
      const { section, port: offered = port } = balanced;
      return [
        {
          service,
          process,
          section,
          port: typeof offered === 'function' ? offered(cloud) : offered,
          backendPort: port,
        },
      ];
    }),
  );
}

/**
 * What listens for the services: each process on its own address for haproxy, and haproxy on the virtual addresses for
 * the hosts and for people. Without a virtual address in a service network, people use the one in the management network.
 */
export function serviceListeners(cloud: Cloud, services = all): readonly Listener[] {
  const tcp = { protocol: 'tcp', network: 'management' } as const;
  const own = deployedServices(cloud, services).flatMap((service) =>
    processesOf(service, cloud).flatMap(({ port, on }): Listener[] =>
      port === undefined
        ? []
        : [{ ...tcp, title: service.title, ports: [String(port)], on, from: controlHosts }],
    ),
  );
  const offered = balancedProcesses(cloud, services).flatMap(({ service, process, port }): Listener[] => {
    const listener = {
      ...tcp,
      title: service.title,
      ports: [String(port)],
      on: controlHosts,
      virtual: true,
    } as const;
    if (!process.balanced?.public) return [{ ...listener, from: 'network' }];
    return cloud.networks.service?.vip
      ? [
          { ...listener, from: 'network' },
          { ...listener, network: 'service', from: 'anybody' },
        ]
      : [{ ...listener, from: 'anybody' }];
  });
  return [...own, ...offered];
}

/** Addresses of APIs by the service's name, or by a catalog type of its own. */
export function urls(cloud: Cloud, services = all) {
  const port = (name: string): number => {
    const entries = services.flatMap((service) =>
      (service.catalog ?? []).map((entry) => ({ service: service.name, ...entry })),
    );
    const found =
      entries.find((entry) => entry.type === name) ?? entries.find((entry) => entry.service === name);
    if (!found) throw new Error(`no service ${name} in the catalog`);
    return found.port;
  };
  return {
    url: (name: string) => internalUrl(cloud, port(name)),
    publicUrl: (name: string) => publicUrl(cloud, port(name)),
  };
}

/** Ceph users of the deployed services. */
export function cephClients(cloud: Cloud, services = all): readonly CephClient[] {
  if (!usesCeph(cloud)) return [];
  return deployedServices(cloud, services)
    .flatMap((service) => service.ceph ?? [])
    .filter((client) => client.when?.(cloud) ?? true);
}

/** Pools that the services need, each once. */
export function cephPools(cloud: Cloud, services = all): readonly string[] {
  return [...new Set(cephClients(cloud, services).flatMap((client) => client.pools))];
}

/** Types that the catalog must have. */
export function catalogTypes(cloud: Cloud, services = all): readonly string[] {
  return deployedServices(cloud, services).flatMap((service) =>
    (service.catalog ?? []).map((entry) => entry.type),
  );
}

/** Where people log in: Keystone's public address. */
export function identityUrl(cloud: Cloud): string {
  return `${urls(cloud).publicUrl('identity')}/v3`;
}
