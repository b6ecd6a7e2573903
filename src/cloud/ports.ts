import { serviceFacts } from './services.ts';

/** Ports of what OpenStack is built on. Those of the services are in their definitions. */
export const ports = {
  database: 3306,
  databaseHealth: 9200,
  messaging: 5671,
  // Erlang's distribution: how the brokers speak to one another.
  messagingMembers: 25_672,
  cache: 11211,
  /** On each control host's loopback: memcached of the first control host, the second … */
  cacheMembers: 11311,
  ovnNorthbound: 6641,
  ovnSouthbound: 6642,
  ovnSouthboundControl: 16642,
  statistics: 1984,
} as const;

/** A TCP port that Cloudwright or the system uses on control hosts. */
export interface PortEntry {
  readonly name: string;
  readonly title: string;
  readonly port: number;
  /** Where it listens: on the virtual addresses by haproxy, on every address, or on the host's own address only. */
  readonly listens: 'virtual-address' | 'every-address' | 'host-address';
}

/** Every fixed port, each once. The dashboard's own port is a setting. */
export const portTable: readonly PortEntry[] = [
  { name: 'ssh', title: 'ssh', port: 22, listens: 'every-address' },
  {
    name: 'statistics',
    title: 'the statistics of haproxy',
    port: ports.statistics,
    listens: 'virtual-address',
  },
  { name: 'database', title: 'the database', port: ports.database, listens: 'virtual-address' },
  { name: 'messaging', title: 'the message broker', port: ports.messaging, listens: 'host-address' },
  {
    name: 'messagingMembers',
    title: 'the members of the message broker',
    port: ports.messagingMembers,
    listens: 'host-address',
  },
  {
    name: 'ovnNorthbound',
    title: 'the OVN northbound database',
    port: ports.ovnNorthbound,
    listens: 'host-address',
  },
  {
    name: 'ovnSouthbound',
    title: 'the OVN southbound database',
    port: ports.ovnSouthbound,
    listens: 'host-address',
  },
  {
    name: 'ovnSouthboundControl',
    title: 'the OVN southbound database, for control hosts',
    port: ports.ovnSouthboundControl,
    listens: 'host-address',
  },
  {
    name: 'databaseHealth',
    title: 'the health check of the database',
    port: ports.databaseHealth,
    listens: 'host-address',
  },
  { name: 'cache', title: 'memcached', port: ports.cache, listens: 'host-address' },
  {
    name: 'cacheMembers',
    title: 'memcached of the control hosts, on loopback',
    port: ports.cacheMembers,
    listens: 'host-address',
  },
  ...serviceFacts.flatMap((service) => [
    ...service.ports.map(
      ({ name, port }): PortEntry => ({ name, title: service.title, port, listens: 'virtual-address' }),
    ),
    ...service.backendPorts.map(
      ({ name, port }): PortEntry => ({
        name: `${name}-backend`,
        title: service.title,
        port,
        listens: 'host-address',
      }),
    ),
  ]),
];

/** What would keep haproxy from listening on a port of the virtual address. */
export function holderOnVirtualAddress(port: number): PortEntry | undefined {
  return portTable.find((entry) => entry.port === port && entry.listens !== 'host-address');
}
