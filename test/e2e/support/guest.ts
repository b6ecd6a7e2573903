import { expect } from 'vitest';
import type { Client } from '../../../src/api/client.ts';
import type { Port } from '../../../src/api/network.ts';
import { cleanUp } from '../../../src/checks/acceptance/cleanUp.ts';
import { type LabLocation, namespacePrefix, nodeNamespace } from '../../../src/lab/names.ts';
import { script } from '../../../src/system/command.ts';
import { type Machine, machineIn } from './intruder.ts';
import { type OnNode, printed } from './node.ts';

const PREFIX = 'e2e-guest';
const TENANT_CIDR = '10.99.0.0/24';
const PROVIDER = {
  cidr: '203.0.113.0/24',
  gateway: '203.0.113.1',
  start: '203.0.113.200',
  end: '203.0.113.230',
};

type BoundPort = Port & { readonly mac_address: string };

/** Stands in for an instance: what OVN does with its port is the same. */
export interface Guest extends Machine {
  readonly namespace: string;
  /** Of the port through which the network gets metadata. */
  readonly metadataAddress: string;
}

export interface Guests {
  /** On a tenant's network behind a router. */
  readonly tenant: Guest;
  /** On the provider network itself. */
  readonly provider: Guest;
}

/** Networks as the acceptance test makes them, with a namespace at a port of each, on the node `control1`. */
export async function makeGuests(
  lab: LabLocation,
  on: OnNode,
  client: Client,
  physicalNetwork: string,
): Promise<Guests> {
  const { network } = client;
  await removeGuests(lab, on, client);
  const external = await network.createNetwork({
    name: `${PREFIX}-provider`,
    'provider:network_type': 'flat',
    'provider:physical_network': physicalNetwork,
    'router:external': true,
    shared: true,
  });
  await network.createSubnet({
    network_id: external.id,
    ip_version: 4,
    cidr: PROVIDER.cidr,
    gateway_ip: PROVIDER.gateway,
    allocation_pools: [{ start: PROVIDER.start, end: PROVIDER.end }],
  });
  const inside = await network.createNetwork({ name: `${PREFIX}-tenant` });
  const subnet = await network.createSubnet({ network_id: inside.id, ip_version: 4, cidr: TENANT_CIDR });
  const router = await network.createRouter({
    name: `${PREFIX}-router`,
    external_gateway_info: { network_id: external.id },
  });
  await network.addRouterInterface(router.id, subnet.id);
  return {
    tenant: await guest(lab, on, client, 'tenant', inside.id, subnet.gateway_ip ?? ''),
    provider: await guest(lab, on, client, 'provider', external.id, PROVIDER.gateway),
  };
}

/** Takes the guests and their networks away, whole or not. */
export async function removeGuests(lab: LabLocation, on: OnNode, client: Client): Promise<void> {
  for (const name of ['tenant', 'provider']) {
    await printed(on, `ovs-vsctl --if-exists del-port br-int ${name}-guest`);
    await script(`ip netns delete ${namespaceOf(lab, name)} 2>/dev/null || true`, {
      doing: 'remove a guest',
    });
  }
  for (const { id, name } of await client.network.ports())
    if (name.startsWith(PREFIX)) await client.network.remove('ports', id);
  expect((await cleanUp(client, (name) => name.startsWith(PREFIX))).leftBehind).toEqual([]);
}

const namespaceOf = (lab: LabLocation, name: string): string => `${namespacePrefix(lab.name)}guest-${name}`;

async function guest(
  lab: LabLocation,
  on: OnNode,
  client: Client,
  name: string,
  networkId: string,
  gateway: string,
): Promise<Guest> {
  const created = await client.request<{ port: BoundPort }>('network', 'POST', '/ports', {
    port: { network_id: networkId, name: `${PREFIX}-${name}`, 'binding:host_id': 'control1' },
  });
  const { id, mac_address: hardware } = created.port;
  const namespace = namespaceOf(lab, name);
  const node = nodeNamespace(lab.name, 'control1');
  const device = `${name}-guest`;
  const plain = (where: string, what: string): string =>
    `ip netns exec ${where} ethtool -K ${what} tx off tso off gso off gro off >/dev/null 2>&1 || true`;
  await script(
    [
      `ip netns add ${namespace}`,
      `ip -n ${namespace} link set lo up`,
      `ip -n ${node} link add ${device} type veth peer name eth0 address ${hardware} netns ${namespace}`,
      // A datapath in user space reads frames raw.
      plain(node, device),
      plain(namespace, 'eth0'),
      `ip -n ${node} link set ${device} up`,
      `ip -n ${namespace} link set eth0 mtu 1400 up`,
      `ip -n ${namespace} address add ${addressOf(created.port)}/24 dev eth0`,
      `ip -n ${namespace} route add default via ${gateway}`,
    ].join('\n'),
    { doing: `put a guest on the ${name} network` },
  );
  await printed(
    on,
    `ovs-vsctl add-port br-int ${device} -- set Interface ${device} external_ids:iface-id=${id} external_ids:attached-mac='"${hardware}"'`,
  );
  await client.until(
    `the port of the guest on the ${name} network to be ACTIVE`,
    async () => {
      const [port] = await client.network.ports({ id });
      return port?.status === 'ACTIVE' ? { value: true } : { seen: port?.status ?? 'no port' };
    },
    60,
  );
  const [metadata] = await client.network.ports({
    network_id: networkId,
    device_owner: 'network:distributed',
  });
  const metadataAddress = metadata ? addressOf(metadata) : expect.fail('a network without metadata');
  // As DHCP tells instances (option 121).
  await script(`ip -n ${namespace} route add 169.254.169.254/32 via ${metadataAddress}`, {
    doing: 'lead a guest to its metadata',
  });
  return { ...machineIn(namespace), namespace, metadataAddress };
}

function addressOf({ fixed_ips: addresses }: Port): string {
  return addresses[0]?.ip_address ?? '';
}
