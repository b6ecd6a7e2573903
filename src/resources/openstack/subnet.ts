import { needed, oneNamed, referred, refuseImmutable } from './named.ts';
import {
  createIn,
  deleteIn,
  given,
  listOf,
  type Network,
  ownedBy,
  type Route,
  type Subnet,
  updateIn,
  visibleTo,
} from './neutron.ts';
import { differing, inProject, objectKind, objectResource, titleOf } from './object.ts';
import { type InProject, neededProject, type ProjectDirectory, readProjects } from './projects.ts';

interface SubnetKey extends InProject {
  readonly name: string;
  /** The network by name or id. Tells subnets of the same name apart. */
  readonly network?: string;
}

/** A property that is left out is not compared, and has Neutron's default on creation. */
export interface SubnetDescription extends SubnetKey {
  readonly network: string;
  readonly cidr: string;
  readonly description?: string;
  /** Null: no gateway. */
  readonly gateway?: string | null;
  readonly dhcp?: boolean;
  /** In the order in which instances ask them. */
  readonly dnsServers?: readonly string[];
  readonly pools?: readonly { readonly start: string; readonly end: string }[];
  readonly hostRoutes?: readonly Route[];
}

interface Subnets extends ProjectDirectory {
  readonly subnets: readonly Subnet[];
  readonly networks: readonly Network[];
}

const byStart = <T extends { readonly start: string; readonly end: string }>(pools: readonly T[]) =>
  pools.map(({ start, end }) => `${start}-${end}`).sort();

export const routesText = (routes: readonly Route[]) =>
  routes.map(({ destination, nexthop }) => `${destination} via ${nexthop}`).sort();

function differences(desired: SubnetDescription, found: Subnet): readonly string[] {
  return differing({
    description: [found.description ?? '', desired.description],
    gateway: [found.gateway_ip, desired.gateway],
    dhcp: [found.enable_dhcp, desired.dhcp],
    'dns servers': [found.dns_nameservers, desired.dnsServers],
    pools: [byStart(found.allocation_pools), desired.pools && byStart(desired.pools)],
    'host routes': [routesText(found.host_routes), desired.hostRoutes && routesText(desired.hostRoutes)],
  });
}

function fixedDifferences(desired: SubnetDescription, found: Subnet): readonly string[] {
  return differing({ cidr: [found.cidr, desired.cidr] });
}

function fieldsOf(desired: SubnetDescription): Record<string, unknown> {
  return given({
    name: desired.name,
    description: desired.description,
    gateway_ip: desired.gateway,
    enable_dhcp: desired.dhcp,
    dns_nameservers: desired.dnsServers,
    allocation_pools: desired.pools,
    host_routes: desired.hostRoutes,
  });
}

const title = titleOf('subnet');

function networkOf(directory: Subnets, key: SubnetKey): Network | undefined {
  if (key.network === undefined) return undefined;
  return referred(visibleTo(directory, directory.networks, key, key.network), key.network, 'network');
}

export const subnet = objectResource(
  objectKind<SubnetKey, SubnetDescription, Subnets, Subnet>({
    kind: 'subnet',
    keys: ['name', 'network', 'project', 'projectDomain'],
    hints: ['network'],
    title,
    async directory(api, items) {
      const [projects, subnets, networks] = await Promise.all([
        readProjects(api, items),
        listOf<Subnet>(api, 'subnets'),
        listOf<Network>(api, 'networks'),
      ]);
      return { ...projects, subnets, networks };
    },
    find(directory, key) {
      const own = ownedBy(directory, directory.subnets, key);
      const network = networkOf(directory, key);
      const inside = key.network === undefined ? own : own.filter((item) => item.network_id === network?.id);
      return oneNamed(inside, key.name, 'subnet');
    },
    differences: (desired, found) => [...fixedDifferences(desired, found), ...differences(desired, found)],
    async create(api, desired, directory) {
      const by = title(desired);
      await createIn(api, 'subnets', {
        ...fieldsOf(desired),
        cidr: desired.cidr,
        ip_version: desired.cidr.includes(':') ? 6 : 4,
        network_id: needed(networkOf(directory, desired), 'network', desired.network, by).id,
        project_id: neededProject(directory, desired, by),
      });
    },
    async update(api, desired, found) {
      refuseImmutable(title(desired), fixedDifferences(desired, found));
      await updateIn(api, 'subnets', found.id, fieldsOf(desired));
    },
    // Neutron itself refuses while addresses of it are in use.
    remove: (api, found) => deleteIn(api, 'subnets', found.id),
    outputs: (found) => ({
      id: found.id,
      cidr: found.cidr,
      ...(found.gateway_ip !== null && { gateway: found.gateway_ip }),
    }),
  }),
  inProject,
);
