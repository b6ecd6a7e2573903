import { apiPorts } from './services.ts';

/** A TCP port that Cloudwright or the system uses on control hosts. */
export interface PortEntry {
  readonly name: string;
  readonly title: string;
  readonly port: number;
  /** Where it listens: on the virtual addresses by haproxy, on every address, or on the host's own address only. */
  readonly listens: 'virtual-address' | 'every-address' | 'host-address';
}

/** Every fixed port, each once. The dashboard's own port is a setting. */
export const ports: readonly PortEntry[] = [
  { name: 'ssh', title: 'ssh', port: 22, listens: 'every-address' },
  { name: 'statistics', title: 'the statistics of haproxy', port: 1984, listens: 'virtual-address' },
  { name: 'database', title: 'the database', port: 3306, listens: 'virtual-address' },
  { name: 'messaging', title: 'the message broker', port: 5672, listens: 'virtual-address' },
  { name: 'console', title: 'the console proxy', port: 6080, listens: 'virtual-address' },
  { name: 'ovnNorthbound', title: 'the OVN northbound database', port: 6641, listens: 'every-address' },
  { name: 'ovnSouthbound', title: 'the OVN southbound database', port: 6642, listens: 'every-address' },
  { name: 'metadata', title: 'the metadata service', port: 8775, listens: 'virtual-address' },
  { name: 'objectStore', title: 'the object store', port: 8080, listens: 'virtual-address' },
  { name: 'objectGateway', title: 'the RADOS gateway', port: 7480, listens: 'host-address' },
  { name: 'dashboardBackend', title: 'the web server of the dashboard', port: 8081, listens: 'host-address' },
  { name: 'databaseHealth', title: 'the health check of the database', port: 9200, listens: 'host-address' },
  { name: 'cache', title: 'memcached', port: 11211, listens: 'host-address' },
  ...apiPorts.map((entry): PortEntry => ({ ...entry, listens: 'virtual-address' })),
];

/** What would keep haproxy from listening on a port of the virtual address. */
export function holderOnVirtualAddress(port: number): PortEntry | undefined {
  return ports.find((entry) => entry.port === port && entry.listens !== 'host-address');
}
