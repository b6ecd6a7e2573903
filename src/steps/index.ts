import type { Cloud } from '../cloud/cloud.ts';
import type { Step, StepContext } from '../engine/step.ts';
import { cache } from '../infrastructure/cache.ts';
import { objectGatewayResources } from '../infrastructure/ceph/gateway.ts';
import { ceph } from '../infrastructure/ceph.ts';
import { database } from '../infrastructure/database.ts';
import { firewall } from '../infrastructure/firewall.ts';
import { hypervisor } from '../infrastructure/hypervisor.ts';
import { type BalancedSection, httpSection } from '../infrastructure/load-balancer/haproxy.ts';
import { loadBalancer } from '../infrastructure/load-balancer.ts';
import { consumers, messaging } from '../infrastructure/messaging.ts';
import { ovn } from '../infrastructure/ovn.ts';
import { preflight } from '../infrastructure/preflight.ts';
import { commonAccounts } from '../runtimes/accounts.ts';
import { clientKeyring } from '../runtimes/cephKeyrings.ts';
import { serviceContext } from '../runtimes/context.ts';
import { serviceStep } from '../runtimes/serviceStep.ts';
import { systemd } from '../runtimes/systemd/index.ts';
import type { ServiceDefinition } from '../services/definition.ts';
import {
  balancedProcesses,
  cephClients,
  cephPools,
  deployedServices,
  isDeployed,
  urls,
} from '../services/derived.ts';
import { services } from '../services/index.ts';
import { objectStore } from '../services/object-store.ts';
import { accounts } from './accounts.ts';
import { listenersOf } from './listeners.ts';
import { type PackageGroup, withPackages } from './packages.ts';

/** What haproxy offers of the services on the floating address. */
function serviceProxies(cloud: Cloud): readonly BalancedSection[] {
  return balancedProcesses(cloud).map(({ process, section, port, backendPort }) =>
    httpSection({
      name: section,
      port,
      backendPort,
      hosts: process.on(cloud),
      health: process.health ?? '/',
      lines: process.balanced?.lines ?? [],
      ...(process.balanced?.public && { public: true }),
      // A process that is no project's stands on its own: it may run on hosts without haproxy.
      endsTls: process.kind === 'component',
    }),
  );
}

const infrastructure = {
  ha: loadBalancer(serviceProxies),
  ceph: ceph({
    users: (cloud) =>
      cephClients(cloud).map((client) => ({ id: client.id, keyring: clientKeyring(cloud, client) })),
    pools: (cloud) => cephPools(cloud),
    identity: (cloud) => (isDeployed(objectStore, cloud) ? urls(cloud).url('identity') : undefined),
  }),
};

/** Roles that ordinary users of the deployed services need. */
function memberRoles(cloud: Cloud): readonly string[] {
  return deployedServices(cloud).flatMap((service) => service.roles?.members ?? []);
}

function stepOf(service: ServiceDefinition): Step<Cloud> {
  return serviceStep(service, {
    runtime: systemd,
    consumers,
    ...(service === objectStore && { componentResources: gateways }),
  });
}

function gateways(context: StepContext<Cloud>) {
  const offered = balancedProcesses(context.cloud).find(({ service }) => service === objectStore);
  if (!offered) return [];
  return objectGatewayResources(context, { backend: offered.backendPort, offered: offered.port });
}

/** Keystone's own step also makes what every cloud has in Keystone. */
function withCommonAccounts(step: Step<Cloud>): Step<Cloud> {
  return {
    ...step,
    resources: (context) => {
      const resources = step.resources(context);
      const whole = serviceContext(context);
      if (!whole) return resources;
      const started = resources.filter(({ id }) => id.includes('/service:'));
      return [...resources, ...commonAccounts(whole, memberRoles(context.cloud), started)];
    },
  };
}

const byService = new Map(
  services.map((service) => {
    const step = stepOf(service);
    return [service.name, service.name === 'identity' ? withCommonAccounts(step) : step];
  }),
);

/** Steps of services by name, each taken once; what no group names comes with the last. */
function take(...names: readonly string[]): readonly Step<Cloud>[] {
  return names.flatMap((name) => {
    const step = byService.get(name);
    byService.delete(name);
    return step ? [step] : [];
  });
}

/** Groups with much to do after their installation come first, so that other cores work while dpkg keeps one busy. */
const groups: readonly PackageGroup[] = [
  {
    name: 'infrastructure',
    steps: [infrastructure.ha, infrastructure.ceph, database, messaging, cache],
  },
  { name: 'identity', steps: take('identity') },
  { name: 'network', steps: [ovn, ...take('placement', 'network')] },
  { name: 'compute', steps: [hypervisor, ...take('compute')] },
  { name: 'services', steps: take('image', 'volume', 'orchestration', 'key-manager', 'object-store') },
  { name: 'dashboard', steps: take('dashboard') },
  { name: 'others', steps: take(...byService.keys()) },
];

/**
 * Every step, in the order in which people read them. `needs` of each step says what it waits for; steps that don't need
 * one another run in parallel.
 */
export const steps: readonly Step<Cloud>[] = [
  preflight,
  firewall(listenersOf),
  ...withPackages(groups),
  accounts(services),
];
