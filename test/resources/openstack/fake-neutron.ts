import type { FakeAnswer, FakeCloud, FakeRequest } from '../../api/fake-cloud.ts';

// biome-ignore lint/suspicious/noExplicitAny: stored as the requests bring them.
type Thing = any;

/** Which fields a collection takes on creation, and which of them it lets change later. */
interface Collection {
  readonly single: string;
  readonly create: readonly string[];
  readonly update: readonly string[];
}

const common = ['name', 'description'];
const COLLECTIONS: Readonly<Record<string, Collection>> = {
  networks: {
    single: 'network',
    create: ['project_id', 'provider:network_type', 'provider:physical_network', 'provider:segmentation_id'],
    update: [
      ...common,
      'shared',
      'router:external',
      'mtu',
      'port_security_enabled',
      'admin_state_up',
      'dns_domain',
    ],
  },
  subnets: {
    single: 'subnet',
    create: ['project_id', 'network_id', 'cidr', 'ip_version'],
    update: [...common, 'gateway_ip', 'enable_dhcp', 'dns_nameservers', 'allocation_pools', 'host_routes'],
  },
  ports: {
    single: 'port',
    create: ['project_id', 'network_id'],
    update: [
      ...common,
      'fixed_ips',
      'security_groups',
      'port_security_enabled',
      'device_owner',
      'device_id',
      'binding:host_id',
      'admin_state_up',
    ],
  },
  routers: {
    single: 'router',
    create: ['project_id'],
    update: [...common, 'admin_state_up', 'external_gateway_info', 'routes'],
  },
  'security-groups': { single: 'security_group', create: ['project_id'], update: [...common, 'stateful'] },
};

export interface FakeNeutron {
  readonly networks: Thing[];
  readonly subnets: Thing[];
  readonly ports: Thing[];
  readonly routers: Thing[];
  readonly 'security-groups': Thing[];
  readonly agents: Thing[];
}

const refused = (status: number, message: string): FakeAnswer => ({
  status,
  json: { NeutronError: { type: 'Refused', message, detail: '' } },
});

/** Neutron as far as the kinds go. Strict: unknown and immutable fields, missing references and use are refused. */
export function addNeutron(cloud: FakeCloud): FakeNeutron {
  const state: FakeNeutron = {
    networks: [],
    subnets: [],
    ports: [],
    routers: [],
    'security-groups': [],
    agents: [],
  };
  for (const plural of Object.keys(COLLECTIONS)) addCollection(cloud, state, plural);
  addRules(cloud, state);
  addInterfaces(cloud, state);
  cloud.add(
    ['GET', /^network\/v2.0\/agents$/, () => ({ json: { agents: state.agents } })],
    [
      'DELETE',
      /^network\/v2.0\/agents\/([^/]+)$/,
      ({ match }) => {
        if (state.agents.find((agent) => agent.id === match[0])?.alive) return refused(409, 'it is alive');
        return removed(state.agents, match[0]);
      },
    ],
  );
  return state;
}

function addCollection(cloud: FakeCloud, state: FakeNeutron, plural: string): void {
  const { single, create, update } = COLLECTIONS[plural] as Collection;
  const items = state[plural as keyof FakeNeutron];
  const path = (rest: string): RegExp => new RegExp(`^network/v2.0/${plural}${rest}$`);
  cloud.add(
    ['GET', path(''), () => ({ json: { [`${single}s`]: items } })],
    [
      'POST',
      path(''),
      ({ json }) => {
        const fields = json[single];
        const unknown = Object.keys(fields).filter((key) => ![...create, ...update].includes(key));
        if (unknown.length > 0) return refused(400, `Unrecognized attribute(s) '${unknown.join(', ')}'`);
        if (typeof fields.project_id !== 'string') return refused(400, 'the test asks for a project');
        const made = { id: cloud.id(single), ...defaults(cloud, plural, fields), ...fields };
        const wrong = settle(state, plural, made);
        if (wrong) return wrong;
        items.push(made);
        return { status: 201, json: { [single]: made } };
      },
    ],
    [
      'PUT',
      path('/([^/]+)'),
      ({ json, match }) => {
        const item = items.find((entry) => entry.id === match[0]);
        if (!item) return refused(404, `${single} could not be found`);
        const fixed = Object.keys(json[single]).filter((key) => !update.includes(key));
        if (fixed.length > 0) return refused(400, `Cannot update read-only attribute ${fixed.join(', ')}`);
        const wrong = settle(state, plural, { ...item, ...json[single] });
        if (wrong) return wrong;
        Object.assign(item, json[single]);
        settle(state, plural, item);
        return { json: { [single]: item } };
      },
    ],
    [
      'DELETE',
      path('/([^/]+)'),
      ({ match }) => {
        if (inUse(state, plural, match[0])) return refused(409, `${single} is in use`);
        if (plural === 'networks') {
          const inside = state.subnets.filter((subnet) => subnet.network_id === match[0]);
          for (const subnet of inside) state.subnets.splice(state.subnets.indexOf(subnet), 1);
        }
        return removed(items, match[0]);
      },
    ],
  );
}

function removed(items: Thing[], id: string | undefined): FakeAnswer {
  const at = items.findIndex((item) => item.id === id);
  if (at < 0) return refused(404, 'could not be found');
  items.splice(at, 1);
  return { status: 204 };
}

/** What Neutron fills in. */
function defaults(cloud: FakeCloud, plural: string, fields: Thing): Thing {
  if (plural === 'networks')
    return {
      description: '',
      shared: false,
      'router:external': false,
      mtu: 1442,
      port_security_enabled: true,
      admin_state_up: true,
      'provider:network_type': 'geneve',
      'provider:physical_network': null,
      'provider:segmentation_id': 5,
    };
  if (plural === 'subnets') {
    const base = String(fields.cidr).replace(/\.0\/\d+$/, '');
    return {
      description: '',
      gateway_ip: `${base}.1`,
      enable_dhcp: true,
      dns_nameservers: [],
      host_routes: [],
      allocation_pools: [{ start: `${base}.2`, end: `${base}.254` }],
    };
  }
  if (plural === 'ports')
    return {
      description: '',
      mac_address: 'fa:16:3e:00:00:01',
      device_id: '',
      device_owner: '',
      admin_state_up: true,
      port_security_enabled: true,
      fixed_ips: [],
      security_groups: [],
    };
  if (plural === 'routers')
    return { description: '', admin_state_up: true, routes: [], external_gateway_info: null };
  const open = (ethertype: string) => rule(cloud, { direction: 'egress', ethertype });
  return { description: '', stateful: true, security_group_rules: [open('IPv4'), open('IPv6')] };
}

function rule(cloud: FakeCloud, fields: Thing): Thing {
  return {
    id: cloud.id('rule'),
    protocol: null,
    port_range_min: null,
    port_range_max: null,
    remote_ip_prefix: null,
    remote_group_id: null,
    ...fields,
  };
}

/** Checks references and fills in what follows from them. */
function settle(state: FakeNeutron, plural: string, item: Thing): FakeAnswer | undefined {
  const network = (id: string) => state.networks.find((entry) => entry.id === id);
  if ((plural === 'subnets' || plural === 'ports') && !network(item.network_id))
    return refused(404, 'network could not be found');
  if (plural === 'ports') {
    for (const fixed of item.fixed_ips) {
      const subnet = state.subnets.find((entry) => entry.id === fixed.subnet_id);
      if (subnet?.network_id !== item.network_id) return refused(400, 'the subnet is not of the network');
      fixed.ip_address ??= `${String(subnet.cidr).replace(/0\/\d+$/, '')}77`;
    }
    const unknown = item.security_groups.some(
      (id: string) => !state['security-groups'].some((group) => group.id === id),
    );
    if (unknown) return refused(404, 'security group could not be found');
    if (!item.port_security_enabled && item.security_groups.length > 0)
      return refused(409, 'port security is off');
  }
  if (plural === 'routers') {
    const gateway = item.external_gateway_info;
    if (gateway && Object.keys(gateway).length === 0) item.external_gateway_info = null;
    else if (gateway) {
      if (!network(gateway.network_id)?.['router:external']) return refused(400, 'not an external network');
      gateway.enable_snat ??= true;
      gateway.external_fixed_ips ??= [{ subnet_id: 'any', ip_address: '10.98.0.77' }];
    }
    const mine = state.ports.filter((port) => port.device_id === item.id);
    if (item.routes.length > 0 && mine.length === 0)
      return refused(400, 'the next hop is in no subnet of the router');
  }
  return undefined;
}

function inUse(state: FakeNeutron, plural: string, id: string | undefined): boolean {
  const { ports, routers } = state;
  if (plural === 'networks')
    return (
      ports.some((port) => port.network_id === id) ||
      routers.some((router) => router.external_gateway_info?.network_id === id)
    );
  if (plural === 'subnets')
    return ports.some((port) => port.fixed_ips.some((fixed: Thing) => fixed.subnet_id === id));
  if (plural === 'routers') return ports.some((port) => port.device_id === id);
  if (plural === 'security-groups') return ports.some((port) => port.security_groups.includes(id));
  return false;
}

function addRules(cloud: FakeCloud, state: FakeNeutron): void {
  const groups = state['security-groups'];
  const keys = Object.keys(rule(cloud, {})).filter((key) => key !== 'id');
  cloud.add(
    [
      'POST',
      /^network\/v2.0\/security-group-rules$/,
      ({ json }) => {
        const { security_group_id, ...fields } = json.security_group_rule;
        const unknown = Object.keys(fields).filter(
          (key) => ![...keys, 'direction', 'ethertype'].includes(key),
        );
        if (unknown.length > 0) return refused(400, `Unrecognized attribute(s) ${unknown}`);
        const group = groups.find((entry) => entry.id === security_group_id);
        if (!group) return refused(404, 'security group could not be found');
        group.security_group_rules.push(rule(cloud, fields));
        return { status: 201, json: { security_group_rule: group.security_group_rules.at(-1) } };
      },
    ],
    [
      'DELETE',
      /^network\/v2.0\/security-group-rules\/([^/]+)$/,
      ({ match }) => {
        const group = groups.find((entry) =>
          entry.security_group_rules.some((item: Thing) => item.id === match[0]),
        );
        return removed(group?.security_group_rules ?? [], match[0]);
      },
    ],
  );
}

function addInterfaces(cloud: FakeCloud, state: FakeNeutron): void {
  const owner = 'network:router_interface';
  const add = ({ match, json }: FakeRequest): FakeAnswer => {
    const subnet = state.subnets.find((entry) => entry.id === json.subnet_id);
    if (!subnet) return refused(404, 'subnet could not be found');
    if (!subnet.gateway_ip) return refused(400, 'Subnet for router interface must have a gateway IP');
    state.ports.push({
      id: cloud.id('port'),
      name: '',
      project_id: subnet.project_id,
      network_id: subnet.network_id,
      device_id: match[0],
      device_owner: owner,
      fixed_ips: [{ subnet_id: subnet.id, ip_address: subnet.gateway_ip }],
      security_groups: [],
    });
    return { json: {} };
  };
  const remove = ({ match, json }: FakeRequest): FakeAnswer => {
    const router = state.routers.find((entry) => entry.id === match[0]);
    if (router?.routes.length > 0) return refused(409, 'Router interface is required by one or more routes');
    const found = state.ports.find(
      (port) => port.device_id === match[0] && port.fixed_ips[0]?.subnet_id === json.subnet_id,
    );
    if (!found) return refused(404, 'router has no interface there');
    removed(state.ports, found.id);
    return { json: {} };
  };
  cloud.add(
    ['PUT', /^network\/v2.0\/routers\/([^/]+)\/add_router_interface$/, add],
    ['PUT', /^network\/v2.0\/routers\/([^/]+)\/remove_router_interface$/, remove],
  );
}
