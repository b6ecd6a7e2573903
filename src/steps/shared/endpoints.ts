import type { Cloud } from '../../cloud/cloud.ts';
import { vip } from '../../cloud/topology.ts';

export interface Endpoint {
  /** Keystone service name. */
  readonly service: string;
  /** Keystone service type. */
  readonly type: string;
  readonly description: string;
  readonly port: number;
  /** Path after the port, as stored in the catalog. */
  readonly path: string;
}

/** Ports and catalog paths are those of Debian's packages and the upstream install guides. */
export const endpoints = {
  identity: { service: 'keystone', type: 'identity', description: 'Identity', port: 5000, path: '/v3' },
  image: { service: 'glance', type: 'image', description: 'Images', port: 9292, path: '' },
  placement: { service: 'placement', type: 'placement', description: 'Placement', port: 8778, path: '' },
  compute: { service: 'nova', type: 'compute', description: 'Compute', port: 8774, path: '/v2.1' },
  network: { service: 'neutron', type: 'network', description: 'Networking', port: 9696, path: '' },
  volume: {
    service: 'cinder',
    type: 'block-storage',
    description: 'Block storage',
    port: 8776,
    path: '/v3/%(project_id)s',
  },
  // The older type name, which clients of before 2023 and Horizon still look up.
  volumev3: {
    service: 'cinderv3',
    type: 'volumev3',
    description: 'Block storage',
    port: 8776,
    path: '/v3/%(project_id)s',
  },
  orchestration: {
    service: 'heat',
    type: 'orchestration',
    description: 'Orchestration',
    port: 8004,
    path: '/v1/%(project_id)s',
  },
  keyManager: { service: 'barbican', type: 'key-manager', description: 'Key manager', port: 9311, path: '' },
} as const satisfies Record<string, Endpoint>;

/** Ports of what is no catalog service. */
export const ports = {
  database: 3306,
  databaseHealth: 9200,
  messaging: 5672,
  cache: 11211,
  metadata: 8775,
  console: 6080,
  ovnNorthbound: 6641,
  ovnSouthbound: 6642,
  objectGateway: 7480,
  objectStore: 8080,
  dashboardBackend: 8081,
  statistics: 1984,
} as const;

export function baseUrl(cloud: Cloud, port: number): string {
  return `http://${vip(cloud)}:${port}`;
}

export function identityUrl(cloud: Cloud): string {
  return `${baseUrl(cloud, endpoints.identity.port)}/v3`;
}

export function endpointUrl(cloud: Cloud, endpoint: Endpoint): string {
  return `${baseUrl(cloud, endpoint.port)}${endpoint.path}`;
}
