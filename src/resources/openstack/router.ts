import type { Client } from '../../api/client.ts';
import { deleteOnce, needed, oneNamed, referred } from './named.ts';
import {
  createIn,
  deleteIn,
  given,
  listOf,
  type Network,
  type Owned,
  ownedBy,
  type Port,
  type Route,
  type Subnet,
  updateIn,
  visibleTo,
} from './neutron.ts';
import { differing, inProject, objectKind, objectResource, setDifference, titleOf } from './object.ts';
import { type InProject, neededProject, type ProjectDirectory, readProjects } from './projects.ts';
import { routesText } from './subnet.ts';

interface RouterKey extends InProject {
  readonly name: string;
}

/** A property that is left out is not compared, and has Neutron's default on creation. */
export interface RouterDescription extends RouterKey {
  readonly description?: string;
  readonly enabled?: boolean;
  /** Null: no external gateway. */
  readonly gateway?: {
    /** The external network by name or id. */
    readonly network: string;
    /** Translate the addresses of instances without a floating address. */
    readonly snat?: boolean;
    /** The router's own address out there. */
    readonly address?: string;
  } | null;
  /** Exactly these subnets, by name or id; the router has each one's gateway address. */
  readonly subnets?: readonly string[];
  readonly routes?: readonly Route[];
}

interface Router extends Owned {
  readonly description?: string;
  readonly admin_state_up: boolean;
  readonly routes: readonly Route[];
  readonly external_gateway_info: {
    readonly network_id: string;
    readonly enable_snat?: boolean;
    readonly external_fixed_ips?: readonly { readonly subnet_id: string; readonly ip_address: string }[];
  } | null;
}

interface Routers extends ProjectDirectory {
  readonly routers: readonly Router[];
  readonly networks: readonly Network[];
  readonly subnets: readonly Subnet[];
  readonly ports: readonly Port[];
}

const INTERFACE_OWNERS = [
  'network:router_interface',
  'network:router_interface_distributed',
  'network:ha_router_replicated_interface',
];

const title = titleOf('router');

function interfacesOf(directory: Routers, router: Router): readonly Port[] {
  return directory.ports.filter(
    (port) => port.device_id === router.id && INTERFACE_OWNERS.includes(port.device_owner),
  );
}

/** Ids of the subnets that the router is in. */
function attached(directory: Routers, router: Router): readonly string[] {
  return interfacesOf(directory, router).flatMap((port) => port.fixed_ips.map((fixed) => fixed.subnet_id));
}

function subnetOf(directory: Routers, key: RouterKey, reference: string): Subnet | undefined {
  return referred(visibleTo(directory, directory.subnets, key, reference), reference, 'subnet');
}

function networkOf(directory: Routers, key: RouterKey, reference: string): Network | undefined {
  return referred(visibleTo(directory, directory.networks, key, reference), reference, 'network');
}

function shown(directory: Routers, id: string): string {
  return directory.subnets.find((subnet) => subnet.id === id)?.name || id;
}

function gatewayDifferences(
  desired: RouterDescription,
  found: Router,
  directory: Routers,
): readonly string[] {
  const present = found.external_gateway_info;
  if (desired.gateway === undefined) return [];
  const nameOf = (id: string | undefined) => directory.networks.find((item) => item.id === id)?.name ?? id;
  if (desired.gateway === null) return differing({ gateway: [nameOf(present?.network_id), null] });
  const { network, snat, address } = desired.gateway;
  const wanted = networkOf(directory, desired, network);
  const addresses = present?.external_fixed_ips?.map((fixed) => fixed.ip_address) ?? [];
  return [
    ...(wanted !== undefined && wanted.id === present?.network_id
      ? []
      : differing({ gateway: [nameOf(present?.network_id), network] })),
    ...differing({ snat: [present?.enable_snat, snat] }),
    ...(address === undefined || addresses.includes(address)
      ? []
      : differing({ 'gateway address': [addresses[0], address] })),
  ];
}

function fieldDifferences(desired: RouterDescription, found: Router): readonly string[] {
  return differing({
    description: [found.description ?? '', desired.description],
    enabled: [found.admin_state_up, desired.enabled],
  });
}

function routeDifferences(desired: RouterDescription, found: Router): readonly string[] {
  return differing({ routes: [routesText(found.routes), desired.routes && routesText(desired.routes)] });
}

function interfaceDifferences(
  desired: RouterDescription,
  found: Router,
  directory: Routers,
): readonly string[] {
  if (desired.subnets === undefined) return [];
  const present = attached(directory, found).map((id) => shown(directory, id));
  const wanted = desired.subnets.map((reference) => {
    const subnet = subnetOf(directory, desired, reference);
    return subnet ? shown(directory, subnet.id) : reference;
  });
  return setDifference('interface in subnet', present, wanted);
}

function gatewayField(desired: RouterDescription, directory: Routers): Record<string, unknown> {
  const { gateway } = desired;
  if (gateway === undefined) return {};
  // An empty object clears the gateway; Neutron refuses null inside a larger update.
  if (gateway === null) return { external_gateway_info: {} };
  const found = networkOf(directory, desired, gateway.network);
  const network = needed(found, 'network', gateway.network, title(desired));
  return {
    external_gateway_info: given({
      network_id: network.id,
      enable_snat: gateway.snat,
      external_fixed_ips: gateway.address === undefined ? undefined : [{ ip_address: gateway.address }],
    }),
  };
}

const fieldsOf = (desired: RouterDescription) =>
  given({
    name: desired.name,
    description: desired.description,
    admin_state_up: desired.enabled,
  });

async function settleInterfaces(
  api: Client,
  desired: RouterDescription,
  router: Router,
  directory: Routers,
): Promise<void> {
  if (desired.subnets === undefined) return;
  const wanted = desired.subnets.map(
    (reference) => needed(subnetOf(directory, desired, reference), 'subnet', reference, title(desired)).id,
  );
  const present = attached(directory, router);
  const ask = (action: string, id: string) =>
    api.request('network', 'PUT', `/routers/${router.id}/${action}`, { subnet_id: id });
  for (const id of present.filter((entry) => !wanted.includes(entry)))
    await ask('remove_router_interface', id);
  for (const id of wanted.filter((entry) => !present.includes(entry))) await ask('add_router_interface', id);
}

async function settleRoutes(api: Client, desired: RouterDescription, found: Router): Promise<void> {
  // After the interfaces: a next hop must be in one of their subnets.
  if (routeDifferences(desired, found).length > 0)
    await updateIn(api, 'routers', found.id, { routes: desired.routes });
}

export const router = objectResource(
  objectKind<RouterKey, RouterDescription, Routers, Router>({
    kind: 'router',
    keys: ['name', 'project', 'projectDomain'],
    title,
    async directory(api, items) {
      const [projects, routers, networks, subnets, ports] = await Promise.all([
        readProjects(api, items),
        listOf<Router>(api, 'routers'),
        listOf<Network>(api, 'networks'),
        listOf<Subnet>(api, 'subnets'),
        listOf<Port>(api, 'ports'),
      ]);
      return { ...projects, routers, networks, subnets, ports };
    },
    find: (directory, key) => oneNamed(ownedBy(directory, directory.routers, key), key.name, 'router'),
    differences: (desired, found, directory) => [
      ...fieldDifferences(desired, found),
      ...gatewayDifferences(desired, found, directory),
      ...interfaceDifferences(desired, found, directory),
      ...routeDifferences(desired, found),
    ],
    async create(api, desired, directory) {
      const project = neededProject(directory, desired, title(desired));
      const fields = { ...fieldsOf(desired), ...gatewayField(desired, directory), project_id: project };
      const made = await createIn<Router>(api, 'routers', fields);
      await settleInterfaces(api, desired, made, directory);
      await settleRoutes(api, desired, made);
    },
    async update(api, desired, found, directory) {
      const changes = {
        ...(fieldDifferences(desired, found).length > 0 && fieldsOf(desired)),
        ...(gatewayDifferences(desired, found, directory).length > 0 && gatewayField(desired, directory)),
      };
      // Routes that leave go first: an interface that a route needs cannot be removed.
      const stale = found.routes.filter(
        (route) =>
          desired.routes !== undefined && !routesText(desired.routes).includes(routesText([route])[0] ?? ''),
      );
      if (stale.length > 0) {
        const routes = found.routes.filter((route) => !stale.includes(route));
        await updateIn(api, 'routers', found.id, { routes });
      }
      if (Object.keys(changes).length > 0) await updateIn(api, 'routers', found.id, changes);
      await settleInterfaces(api, desired, found, directory);
      await settleRoutes(api, desired, found);
    },
    loses(found, key, directory) {
      const subnets = attached(directory, found).map((id) => shown(directory, id));
      return subnets.length > 0 ? `${title(key)} and the way out of ${subnets.join(', ')}` : undefined;
    },
    async remove(api, found, _key, directory) {
      if (found.routes.length > 0) await updateIn(api, 'routers', found.id, { routes: [] });
      const path = `/routers/${found.id}/remove_router_interface`;
      for (const id of attached(directory, found))
        await deleteOnce(() => api.request('network', 'PUT', path, { subnet_id: id }));
      await deleteIn(api, 'routers', found.id);
    },
    outputs: (found) => ({
      id: found.id,
      ...gatewayOutput(found),
    }),
  }),
  inProject,
);

function gatewayOutput(found: Router): { readonly address?: string } {
  const address = found.external_gateway_info?.external_fixed_ips?.[0]?.ip_address;
  return address === undefined ? {} : { address };
}
