import { needed, oneNamed, referred, refuseImmutable } from './named.ts';
import {
  createIn,
  deleteIn,
  given,
  listOf,
  type Network,
  type Owned,
  ownedBy,
  type Port,
  type Subnet,
  updateIn,
  visibleTo,
} from './neutron.ts';
import { differing, inProject, objectKind, objectResource, setDifference, titleOf } from './object.ts';
import { type InProject, neededProject, type ProjectDirectory, readProjects } from './projects.ts';

interface PortKey extends InProject {
  readonly name: string;
}

/** A property that is left out is not compared, and has Neutron's default on creation. */
export interface PortDescription extends PortKey {
  /** By name or id. */
  readonly network: string;
  readonly description?: string;
  /** Exactly these addresses; a subnet (by name or id) without an address takes any of it. */
  readonly addresses?: readonly { readonly subnet?: string; readonly address?: string }[];
  /** Exactly these, by name or id. */
  readonly securityGroups?: readonly string[];
  readonly portSecurity?: boolean;
  /** What the port is for, when Cloudwright rather than Nova plugs it: `Octavia:health-mgr`. */
  readonly deviceOwner?: string;
  readonly deviceId?: string;
  /** The host whose virtual switch the port is bound to. */
  readonly host?: string;
  readonly enabled?: boolean;
}

interface Ports extends ProjectDirectory {
  readonly ports: readonly Port[];
  readonly networks: readonly Network[];
  readonly subnets: readonly Subnet[];
  readonly groups: readonly Owned[];
}

const title = titleOf('port');

const networkOf = (directory: Ports, desired: PortDescription): Network | undefined =>
  referred(visibleTo(directory, directory.networks, desired, desired.network), desired.network, 'network');

function subnetOf(directory: Ports, desired: PortDescription, reference: string): Subnet | undefined {
  const network = networkOf(directory, desired);
  const inside = directory.subnets.filter((subnet) => subnet.network_id === network?.id);
  return referred(inside, reference, 'subnet');
}

function groupOf(directory: Ports, desired: PortDescription, reference: string): Owned | undefined {
  const visible = visibleTo(directory, directory.groups, desired, reference);
  return referred(visible, reference, 'security group');
}

/** Whether the port has all of the desired addresses and no others. */
function addressesFit(desired: PortDescription, found: Port, directory: Ports): boolean {
  const wanted = desired.addresses;
  if (wanted === undefined) return true;
  const left = [...found.fixed_ips];
  // The exact ones first, so that one without an address does not take theirs.
  const ordered = [...wanted].sort(
    (a, b) => Number(b.address !== undefined) - Number(a.address !== undefined),
  );
  for (const { subnet, address } of ordered) {
    const id = subnet === undefined ? undefined : (subnetOf(directory, desired, subnet)?.id ?? '?');
    const at = left.findIndex(
      (fixed) =>
        (address === undefined || fixed.ip_address === address) &&
        (id === undefined || fixed.subnet_id === id),
    );
    if (at < 0) return false;
    left.splice(at, 1);
  }
  return left.length === 0;
}

function fixedDifferences(desired: PortDescription, found: Port, directory: Ports): readonly string[] {
  const wanted = networkOf(directory, desired);
  const present = directory.networks.find((item) => item.id === found.network_id);
  return wanted?.id === found.network_id ? [] : differing({ network: [present?.name, desired.network] });
}

function differences(desired: PortDescription, found: Port, directory: Ports): readonly string[] {
  const nameOf = (id: string) => directory.groups.find((item) => item.id === id)?.name ?? id;
  const groups = desired.securityGroups?.map(
    (reference) => groupOf(directory, desired, reference)?.id ?? reference,
  );
  const addresses = found.fixed_ips.map((fixed) => fixed.ip_address);
  return [
    ...differing({
      description: [found.description ?? '', desired.description],
      'port security': [found.port_security_enabled, desired.portSecurity],
      'device owner': [found.device_owner, desired.deviceOwner],
      'device id': [found.device_id, desired.deviceId],
      host: [found['binding:host_id'] ?? '', desired.host],
      enabled: [found.admin_state_up, desired.enabled],
    }),
    ...(addressesFit(desired, found, directory)
      ? []
      : differing({
          addresses: [addresses, desired.addresses?.map((item) => item.address ?? item.subnet ?? 'any')],
        })),
    ...(groups === undefined
      ? []
      : setDifference('security group', found.security_groups.map(nameOf), groups.map(nameOf))),
  ];
}

function fieldsOf(desired: PortDescription, directory: Ports): Record<string, unknown> {
  const by = title(desired);
  return given({
    name: desired.name,
    description: desired.description,
    port_security_enabled: desired.portSecurity,
    device_owner: desired.deviceOwner,
    device_id: desired.deviceId,
    'binding:host_id': desired.host,
    admin_state_up: desired.enabled,
    security_groups: desired.securityGroups?.map(
      (reference) => needed(groupOf(directory, desired, reference), 'security group', reference, by).id,
    ),
  });
}

function fixedAddresses(desired: PortDescription, directory: Ports): Record<string, unknown> {
  const wanted = desired.addresses?.map(({ subnet, address }) =>
    given({
      subnet_id:
        subnet === undefined
          ? undefined
          : needed(subnetOf(directory, desired, subnet), 'subnet', subnet, title(desired)).id,
      ip_address: address,
    }),
  );
  return given({ fixed_ips: wanted });
}

export const port = objectResource(
  objectKind<PortKey, PortDescription, Ports, Port>({
    kind: 'port',
    keys: ['name', 'project', 'projectDomain'],
    title,
    async directory(api, items) {
      const [projects, ports, networks, subnets, groups] = await Promise.all([
        readProjects(api, items),
        listOf<Port>(api, 'ports'),
        listOf<Network>(api, 'networks'),
        listOf<Subnet>(api, 'subnets'),
        listOf<Owned>(api, 'security-groups'),
      ]);
      return { ...projects, ports, networks, subnets, groups };
    },
    find: (directory, key) => oneNamed(ownedBy(directory, directory.ports, key), key.name, 'port'),
    differences: (desired, found, directory) => [
      ...fixedDifferences(desired, found, directory),
      ...differences(desired, found, directory),
    ],
    async create(api, desired, directory) {
      const by = title(desired);
      await createIn(api, 'ports', {
        ...fieldsOf(desired, directory),
        ...fixedAddresses(desired, directory),
        network_id: needed(networkOf(directory, desired), 'network', desired.network, by).id,
        project_id: neededProject(directory, desired, by),
      });
    },
    async update(api, desired, found, directory) {
      refuseImmutable(title(desired), fixedDifferences(desired, found, directory));
      // Sent only where they differ: an entry without an address would take a new one each time.
      const addresses = addressesFit(desired, found, directory) ? {} : fixedAddresses(desired, directory);
      await updateIn(api, 'ports', found.id, { ...fieldsOf(desired, directory), ...addresses });
    },
    loses: (found, key) =>
      found.device_owner.startsWith('compute:')
        ? `${title(key)}, which instance ${found.device_id} uses`
        : undefined,
    remove: (api, found) => deleteIn(api, 'ports', found.id),
    outputs: (found) => ({ id: found.id, mac: found.mac_address, ...addressOutput(found) }),
  }),
  inProject,
);

function addressOutput(found: Port): { readonly address?: string } {
  const address = found.fixed_ips[0]?.ip_address;
  return address === undefined ? {} : { address };
}
