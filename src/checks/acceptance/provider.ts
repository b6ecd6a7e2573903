import type { Client } from '../../api/client.ts';
import type { Network, Subnet } from '../../api/network.ts';
import { addressToNumber, holds, type Ipv4Network, overlap, parseNetwork } from '../../cloud/ipv4.ts';
import { fail } from '../../errors/problem.ts';

/** The range that the test may use on the provider network; addresses that nobody else there has. */
export interface ProviderRange {
  readonly cidr: string;
  readonly gateway?: string | undefined;
  readonly first: string;
  readonly last: string;
  /** Neutron's name of the physical network. */
  readonly physicalNetwork: string;
}

export interface ProviderNetwork {
  readonly network: Network;
  readonly subnet: Subnet;
  /** It was there before, and stays. */
  readonly reused: boolean;
}

/** Metadata port, two instances, the router's gateway and a floating address. */
const ADDRESSES_NEEDED = 5;

/** @throws CloudwrightError CHECK_PROVIDER_RANGE when the range can't serve the test. */
export function checkRange(range: ProviderRange): void {
  const reason = rangeFault(range);
  if (reason === undefined) return;
  const { first, last, cidr } = range;
  fail('CHECK_PROVIDER_RANGE', { details: { first, last, cidr, reason } });
}

function rangeFault(range: ProviderRange): string | undefined {
  const network = parseNetwork(range.cidr);
  const first = addressToNumber(range.first);
  const last = addressToNumber(range.last);
  if (!network) return 'The network is not in the form 203.0.113.0/24.';
  if (first === undefined || last === undefined) return 'One of the two is no IPv4 address.';
  const usable = (address: number): boolean =>
    holds(network, address) && address !== network.first && address !== network.last;
  if (!usable(first) || !usable(last)) return 'Both must be host addresses of the network.';
  if (last < first) return 'The first comes after the last.';
  if (last - first + 1 < ADDRESSES_NEEDED) return `The test needs ${ADDRESSES_NEEDED} addresses.`;
  if (range.gateway === undefined) return undefined;
  const gateway = addressToNumber(range.gateway);
  if (gateway === undefined || !usable(gateway)) return 'The gateway is no address of the network.';
  return gateway >= first && gateway <= last ? 'The gateway lies in the range.' : undefined;
}

/** Makes the provider network, or takes the one that the physical network carries already. */
export async function settleProviderNetwork(
  client: Client,
  range: ProviderRange,
  name: string,
): Promise<ProviderNetwork> {
  const flat = await client.network.networks({
    'provider:physical_network': range.physicalNetwork,
    'provider:network_type': 'flat',
  });
  const present = flat[0];
  if (present) return { network: present, subnet: await fittingSubnet(client, present, range), reused: true };
  const network = await client.network.createNetwork({
    name,
    shared: false,
    'router:external': true,
    'provider:network_type': 'flat',
    'provider:physical_network': range.physicalNetwork,
  });
  const subnet = await client.network.createSubnet({
    name,
    network_id: network.id,
    ip_version: 4,
    cidr: range.cidr,
    enable_dhcp: true,
    gateway_ip: range.gateway ?? null,
    allocation_pools: [{ start: range.first, end: range.last }],
  });
  return { network, subnet, reused: false };
}

async function fittingSubnet(client: Client, network: Network, range: ProviderRange): Promise<Subnet> {
  const subnets = await client.network.subnets({ network_id: network.id });
  const wanted = parseNetwork(range.cidr);
  const fits = (subnet: Subnet): boolean => {
    const own = subnet.ip_version === 4 ? parseNetwork(subnet.cidr) : undefined;
    return (
      own !== undefined && wanted !== undefined && own.first === wanted.first && own.last === wanted.last
    );
  };
  const found = subnets.find(fits);
  if (found) return found;
  return fail('CHECK_PROVIDER_TAKEN', {
    details: {
      physical: range.physicalNetwork,
      network: network.name,
      cidr: range.cidr,
      subnets: subnets.map((subnet) => subnet.cidr).join(', ') || 'none',
    },
  });
}

const TENANT_CANDIDATES = ['10.222.111.0/24', '172.30.111.0/24', '192.168.222.0/24'];

/** A network for tenants that does not overlap the provider's, which a router could not keep apart. */
export function tenantCidr(providerCidr: string): string {
  const provider = parseNetwork(providerCidr);
  const apart = (candidate: Ipv4Network | undefined): boolean =>
    candidate !== undefined && provider !== undefined && !overlap(candidate, provider);
  return TENANT_CANDIDATES.find((candidate) => apart(parseNetwork(candidate))) ?? '10.222.111.0/24';
}
