import { oneNamed, refuseImmutable } from './named.ts';
import {
  createIn,
  deleteIn,
  given,
  listOf,
  type Network,
  ownedBy,
  type Port,
  type Subnet,
  updateIn,
} from './neutron.ts';
import { counted, differing, inProject, objectKind, objectResource, titleOf } from './object.ts';
import { type InProject, neededProject, type ProjectDirectory, readProjects } from './projects.ts';

interface NetworkKey extends InProject {
  readonly name: string;
}

/** What carries a network; fixed once it is created. Without it Neutron chooses (a tenant network). */
export type Provider =
  | { readonly type: 'flat'; readonly physicalNetwork: string }
  | { readonly type: 'vlan'; readonly physicalNetwork: string; readonly segment: number }
  | { readonly type: 'geneve' | 'vxlan'; readonly segment?: number };

/** A property that is left out is not compared, and has Neutron's default on creation. */
export interface NetworkDescription extends NetworkKey {
  readonly description?: string;
  readonly provider?: Provider;
  /** Visible to every project. */
  readonly shared?: boolean;
  /** Routers may have their gateway there. */
  readonly external?: boolean;
  /** Bytes. */
  readonly mtu?: number;
  readonly portSecurity?: boolean;
  readonly enabled?: boolean;
  readonly dnsDomain?: string;
}

interface Networks extends ProjectDirectory {
  readonly networks: readonly Network[];
  /** Read only where a network is to be removed. */
  readonly ports: readonly Port[];
  readonly subnets: readonly Subnet[];
}

function providerFields(provider: Provider | undefined): Record<string, unknown> {
  if (!provider) return {};
  return given({
    'provider:network_type': provider.type,
    'provider:physical_network': 'physicalNetwork' in provider ? provider.physicalNetwork : undefined,
    'provider:segmentation_id': 'segment' in provider ? provider.segment : undefined,
  });
}

function providerDifferences(desired: NetworkDescription, found: Network): readonly string[] {
  const fields = providerFields(desired.provider);
  return differing({
    'network type': [found['provider:network_type'], fields['provider:network_type']],
    'physical network': [found['provider:physical_network'], fields['provider:physical_network']],
    segment: [found['provider:segmentation_id'], fields['provider:segmentation_id']],
  });
}

function differences(desired: NetworkDescription, found: Network): readonly string[] {
  return differing({
    description: [found.description ?? '', desired.description],
    shared: [found.shared, desired.shared],
    external: [found['router:external'], desired.external],
    mtu: [found.mtu, desired.mtu],
    'port security': [found.port_security_enabled, desired.portSecurity],
    enabled: [found.admin_state_up, desired.enabled],
    'dns domain': [found.dns_domain ?? '', desired.dnsDomain],
  });
}

function fieldsOf(desired: NetworkDescription): Record<string, unknown> {
  return given({
    name: desired.name,
    description: desired.description,
    shared: desired.shared,
    'router:external': desired.external,
    mtu: desired.mtu,
    port_security_enabled: desired.portSecurity,
    admin_state_up: desired.enabled,
    dns_domain: desired.dnsDomain,
  });
}

/** Ports that Neutron itself makes and removes with the network. */
const OWN_PORTS = ['network:distributed', 'network:dhcp'];

const title = titleOf('network');

export const network = objectResource(
  objectKind<NetworkKey, NetworkDescription, Networks, Network>({
    kind: 'network',
    keys: ['name', 'project', 'projectDomain'],
    title,
    async directory(api, items) {
      const absent = items.some((item) => 'absent' in item);
      const [projects, networks, ports, subnets] = await Promise.all([
        readProjects(api, items),
        listOf<Network>(api, 'networks'),
        absent ? listOf<Port>(api, 'ports') : [],
        absent ? listOf<Subnet>(api, 'subnets') : [],
      ]);
      return { ...projects, networks, ports, subnets };
    },
    find: (directory, key) => oneNamed(ownedBy(directory, directory.networks, key), key.name, 'network'),
    differences: (desired, found) => [...differences(desired, found), ...providerDifferences(desired, found)],
    async create(api, desired, directory) {
      const project = neededProject(directory, desired, title(desired));
      const fields = { ...fieldsOf(desired), ...providerFields(desired.provider), project_id: project };
      await createIn(api, 'networks', fields);
    },
    async update(api, desired, found) {
      refuseImmutable(title(desired), providerDifferences(desired, found));
      await updateIn(api, 'networks', found.id, fieldsOf(desired));
    },
    loses(found, key, { ports, subnets }) {
      const used = ports.filter(
        (port) => port.network_id === found.id && !OWN_PORTS.includes(port.device_owner),
      );
      const inside = subnets.filter((subnet) => subnet.network_id === found.id);
      if (used.length > 0) return `${title(key)} with ${counted(used.length, 'port')} in use`;
      return inside.length > 0
        ? `${title(key)} with ${inside.map((subnet) => `subnet ${subnet.name}`).join(', ')}`
        : undefined;
    },
    // Neutron itself refuses while ports are in use; subnets go with their network.
    remove: (api, found) => deleteIn(api, 'networks', found.id),
    outputs: (found) => ({
      id: found.id,
      ...(found.mtu !== undefined && { mtu: String(found.mtu) }),
    }),
  }),
  inProject,
);
