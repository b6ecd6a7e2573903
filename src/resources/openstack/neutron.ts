import type { Client } from '../../api/client.ts';
import { deleteOnce } from './named.ts';
import { type InProject, type ProjectDirectory, projectId } from './projects.ts';

/** Neutron's collections and the word around one object of each. */
const SINGULAR = {
  networks: 'network',
  subnets: 'subnet',
  ports: 'port',
  routers: 'router',
  'security-groups': 'security_group',
  'security-group-rules': 'security_group_rule',
} as const;

export type Collection = keyof typeof SINGULAR;

export interface Owned {
  readonly id: string;
  readonly name: string;
  readonly project_id: string;
}

export interface Network extends Owned {
  readonly description?: string;
  readonly shared: boolean;
  readonly admin_state_up: boolean;
  readonly mtu?: number;
  readonly port_security_enabled?: boolean;
  readonly dns_domain?: string;
  readonly 'router:external': boolean;
  readonly 'provider:network_type'?: string | null;
  readonly 'provider:physical_network'?: string | null;
  readonly 'provider:segmentation_id'?: number | null;
}

export interface Subnet extends Owned {
  readonly network_id: string;
  readonly description?: string;
  readonly ip_version: 4 | 6;
  readonly cidr: string;
  readonly gateway_ip: string | null;
  readonly enable_dhcp: boolean;
  readonly dns_nameservers: readonly string[];
  readonly allocation_pools: readonly { readonly start: string; readonly end: string }[];
  readonly host_routes: readonly Route[];
}

export interface Route {
  readonly destination: string;
  readonly nexthop: string;
}

interface FixedAddress {
  readonly subnet_id: string;
  readonly ip_address: string;
}

export interface Port extends Owned {
  readonly network_id: string;
  readonly mac_address: string;
  readonly device_id: string;
  readonly device_owner: string;
  readonly admin_state_up: boolean;
  readonly description?: string;
  readonly fixed_ips: readonly FixedAddress[];
  readonly security_groups: readonly string[];
  readonly port_security_enabled?: boolean;
  readonly 'binding:host_id'?: string;
}

export function listOf<T>(
  api: Client,
  collection: Collection,
  query: Readonly<Record<string, string>> = {},
): Promise<readonly T[]> {
  return api.list<T>('network', `/${collection}`, `${SINGULAR[collection]}s`, { query });
}

export async function createIn<T>(api: Client, collection: Collection, fields: object): Promise<T> {
  const key = SINGULAR[collection];
  const answer = await api.request<Record<string, T>>('network', 'POST', `/${collection}`, { [key]: fields });
  return answer[key] as T;
}

export async function updateIn(
  api: Client,
  collection: Collection,
  id: string,
  fields: object,
): Promise<void> {
  await api.request('network', 'PUT', `/${collection}/${id}`, { [SINGULAR[collection]]: fields });
}

export function deleteIn(api: Client, collection: Collection, id: string): Promise<void> {
  return deleteOnce(() => api.request('network', 'DELETE', `/${collection}/${id}`));
}

/** The objects of the project that a key means; none when it does not exist. */
export function ownedBy<T extends { readonly project_id: string }>(
  directory: ProjectDirectory,
  items: readonly T[],
  key: InProject,
): readonly T[] {
  const project = projectId(directory, key);
  return items.filter((item) => item.project_id === project);
}

/** Objects of the project first, so that a name means the project's own before a shared one of another project. */
export function visibleTo<T extends Owned>(
  directory: ProjectDirectory,
  items: readonly T[],
  key: InProject,
  reference: string,
): readonly T[] {
  const own = ownedBy(directory, items, key);
  return own.some((item) => item.name.toLowerCase() === reference.toLowerCase()) ? own : items;
}

/** Without the properties whose value is undefined. */
export function given(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
