import { fail } from '../errors/problem.ts';

/** One network of the lab: `eth<position>` in each node, a bridge in the fabric namespace. */
export interface LabNetwork {
  readonly name: 'service' | 'management' | 'provider' | 'overlay' | 'storage';
  readonly bridge: string;
  /** First three octets of the nodes' /24, or undefined where nodes have no address. */
  readonly prefix: string | undefined;
  /** The fabric's own address with prefix length. */
  readonly fabricAddress: string;
  readonly mtu: number;
  /** Whether frames are read raw by a userspace datapath, which needs complete checksums and no segmentation offload. */
  readonly raw: boolean;
}

/** The five networks of the guides, in the order of the nodes' interfaces eth0..eth4. */
export const LAB_NETWORKS: readonly LabNetwork[] = [
  {
    name: 'service',
    bridge: 'br-service',
    prefix: '192.168.20',
    fabricAddress: '192.168.20.250/24',
    mtu: 1500,
    raw: false,
  },
  {
    name: 'management',
    bridge: 'br-management',
    prefix: '192.168.21',
    fabricAddress: '192.168.21.250/24',
    mtu: 1500,
    raw: false,
  },
  {
    name: 'provider',
    bridge: 'br-provider',
    prefix: undefined,
    fabricAddress: '203.0.113.1/24',
    mtu: 1500,
    raw: true,
  },
  {
    name: 'overlay',
    bridge: 'br-overlay',
    prefix: '192.168.23',
    fabricAddress: '192.168.23.250/24',
    mtu: 1600,
    raw: true,
  },
  {
    name: 'storage',
    bridge: 'br-storage',
    prefix: '192.168.24',
    fabricAddress: '192.168.24.250/24',
    mtu: 1500,
    raw: false,
  },
];

export const PROVIDER_CIDR = '203.0.113.0/24';
export const PROVIDER_GATEWAY = '203.0.113.1';
export const SERVICE_GATEWAY = '192.168.20.250';
export const MANAGEMENT_VIP = '192.168.21.100';
export const SERVICE_VIP = '192.168.20.100';
/** Where the nodes find the package proxy. */
export const PROXY_ADDRESS = '192.168.21.250';
export const PROXY_PORT = 3142;
export const PROXY_URL = `http://${PROXY_ADDRESS}:${PROXY_PORT}`;

export interface NodeAddresses {
  readonly service: string;
  readonly management: string;
  readonly overlay: string;
  readonly storage: string;
}

export function nodeAddresses(index: number): NodeAddresses {
  return {
    service: `192.168.20.${index}`,
    management: `192.168.21.${index}`,
    overlay: `192.168.23.${index}`,
    storage: `192.168.24.${index}`,
  };
}

/** Locally administered and stable, so that a rebooted node keeps its hardware addresses. */
export function hardwareAddress(index: number, network: number): string {
  return `52:54:00:${hex(network)}:${hex(index)}:01`;
}

function hex(value: number): string {
  return value.toString(16).padStart(2, '0');
}

export interface NodeRequest {
  readonly name: string;
  readonly roles?: readonly string[];
}

const KINDS = ['control', 'compute', 'storage'];
/** Numbers for nodes of any kind; the floating addresses end in 100. */
const REST = { first: 41, last: 99 };

/**
 * Gives each node its number, the last octet of its addresses: control 11-19, compute 21-29, storage 31-39, others
 * and those for whom theirs are taken 41-99. A node that had a number before keeps it.
 */
export function assignIndexes(
  nodes: readonly NodeRequest[],
  before: ReadonlyMap<string, number> = new Map(),
): ReadonlyMap<string, number> {
  const indexes = new Map(before);
  for (const node of nodes) {
    if (indexes.has(node.name)) continue;
    const taken = new Set(indexes.values());
    const free = wantedIndexes(node).find((index) => !taken.has(index));
    if (free === undefined) fail('LAB_TOO_MANY_NODES', { details: { node: node.name } });
    indexes.set(node.name, free);
  }
  return indexes;
}

/** The numbers that a node may have, the fitting ones first. */
function wantedIndexes(node: NodeRequest): readonly number[] {
  const byRole = KINDS.findIndex((kind) => node.roles?.some((role) => role.startsWith(kind)));
  const kind = byRole >= 0 ? byRole : KINDS.findIndex((prefix) => node.name.startsWith(prefix));
  const own = kind < 0 ? [] : Array.from({ length: 9 }, (_, offset) => kind * 10 + 11 + offset);
  const rest = Array.from({ length: REST.last - REST.first + 1 }, (_, offset) => REST.first + offset);
  return [...own, ...rest];
}
