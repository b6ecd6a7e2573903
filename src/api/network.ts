import type { Session } from './session.ts';

export interface Agent {
  readonly id: string;
  readonly agent_type: string;
  readonly binary: string;
  readonly host: string;
  readonly alive: boolean;
  readonly admin_state_up: boolean;
}

export interface Network {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly shared: boolean;
  readonly 'router:external': boolean;
  readonly 'provider:network_type'?: string;
  readonly 'provider:physical_network'?: string | null;
  readonly subnets: readonly string[];
}

export interface Subnet {
  readonly id: string;
  readonly name: string;
  readonly network_id: string;
  readonly ip_version: 4 | 6;
  readonly cidr: string;
  readonly gateway_ip: string | null;
  readonly enable_dhcp: boolean;
  readonly allocation_pools: readonly { readonly start: string; readonly end: string }[];
}

export interface Port {
  readonly id: string;
  readonly name: string;
  readonly device_id: string;
  readonly device_owner: string;
  readonly status: string;
  readonly fixed_ips: readonly { readonly subnet_id: string; readonly ip_address: string }[];
}

export interface Router {
  readonly id: string;
  readonly name: string;
  readonly external_gateway_info: { readonly network_id: string } | null;
}

export interface SecurityGroup {
  readonly id: string;
  readonly name: string;
}

export interface FloatingAddress {
  readonly id: string;
  readonly floating_ip_address: string;
  readonly description: string;
}

/** Neutron's collections that are made, listed and deleted in the same way. */
const collections = {
  networks: 'network',
  subnets: 'subnet',
  routers: 'router',
  'security-groups': 'security_group',
  'security-group-rules': 'security_group_rule',
  floatingips: 'floatingip',
  ports: 'port',
} as const;

type Collection = keyof typeof collections;

/** Networking API v2.0. */
export function networkApi(session: Session) {
  async function create<T>(collection: Collection, fields: object): Promise<T> {
    const key = collections[collection];
    const request = { method: 'POST', path: `/${collection}`, json: { [key]: fields } } as const;
    return (await session.json<Record<string, T>>('network', request))[key] as T;
  }
  function list<T>(collection: Collection, query: Readonly<Record<string, string | undefined>> = {}) {
    return session.list<T>('network', `/${collection}`, `${collections[collection]}s`, query);
  }
  return {
    agents: () => session.list<Agent>('network', '/agents', 'agents'),
    networks: (query?: Readonly<Record<string, string>>) => list<Network>('networks', query),
    subnets: (query?: Readonly<Record<string, string>>) => list<Subnet>('subnets', query),
    ports: (query?: Readonly<Record<string, string>>) => list<Port>('ports', query),
    routers: () => list<Router>('routers'),
    securityGroups: () => session.list<SecurityGroup>('network', '/security-groups', 'security_groups'),
    floatingAddresses: () => list<FloatingAddress>('floatingips'),

    createNetwork: (fields: object) => create<Network>('networks', fields),
    createSubnet: (fields: object) => create<Subnet>('subnets', fields),
    createRouter: (fields: object) => create<Router>('routers', fields),
    createSecurityGroup: (fields: object) => create<SecurityGroup>('security-groups', fields),
    createSecurityGroupRule: (fields: object) => create<{ id: string }>('security-group-rules', fields),
    createFloatingAddress: (fields: object) => create<FloatingAddress>('floatingips', fields),

    async addRouterInterface(router: string, subnet: string): Promise<void> {
      const path = `/routers/${router}/add_router_interface`;
      await session.send('network', { method: 'PUT', path, json: { subnet_id: subnet } });
    },
    async removeRouterInterface(router: string, port: string): Promise<void> {
      const path = `/routers/${router}/remove_router_interface`;
      await session.send('network', { method: 'PUT', path, json: { port_id: port } });
    },
    async remove(collection: Collection, id: string): Promise<void> {
      await session.send('network', { method: 'DELETE', path: `/${collection}/${id}` });
    },
  };
}

export type NetworkApi = ReturnType<typeof networkApi>;
