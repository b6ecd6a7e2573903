import type { Cloud, Host } from '../../cloud/cloud.ts';
import type { Listener } from '../../cloud/listeners.ts';
import type { NetworkName } from '../../cloud/networks.ts';
import { hostsWith } from '../../cloud/topology.ts';
import type { HostFacts } from '../../hosts/connection.ts';

/** What may come in through some interfaces. */
export interface Rule {
  readonly title: string;
  /** Undefined: through every interface. */
  readonly interfaces: readonly string[] | undefined;
  /** Addresses and networks; undefined: anybody. */
  readonly sources: readonly string[] | undefined;
  readonly protocol: 'tcp' | 'udp' | 'vrrp' | 'ping';
  readonly ports: readonly string[];
  /** The address that is asked; undefined: any of the host. */
  readonly destination?: string;
  /** Packets to these ports, in both directions, make no entry for connection tracking. */
  readonly untracked?: true;
}

/** The interface that has the tunnels' address on the userspace datapath. */
const TUNNEL_BRIDGE = 'br-overlay';

/** Everything that may come in to a host, in the order in which people read it. */
export function rulesOf(
  cloud: Cloud,
  host: Host,
  listeners: readonly Listener[],
  own: HostFacts,
): readonly Rule[] {
  return [
    secureShell(cloud, host, own),
    ...migrationShell(cloud, host),
    ...pings(cloud, host),
    ...listeners
      .filter((listener) => listener.on(cloud).includes(host))
      .flatMap((listener) => ruleOf(cloud, host, listener)),
    ...cloud.firewall.allow
      .filter(({ roles }) => roles === undefined || roles.some((role) => host.roles.has(role)))
      .flatMap((entry) => allowed(cloud, host, entry)),
  ];
}

/** Interfaces by which frames of a network reach the host's own stack. */
function interfacesIn(host: Host, network: NetworkName): readonly string[] {
  const name = host.interfaces[network];
  if (name === undefined) return [];
  const shared = name === host.interfaces.management;
  return network === 'overlay' && !shared ? [name, TUNNEL_BRIDGE] : [name];
}

/** The network in which a host has the traffic of `network`; undefined where it has none. */
function networkOn(host: Host, network: NetworkName): NetworkName | undefined {
  if (host.addresses[network as keyof Host['addresses']] !== undefined) return network;
  return network === 'storage' ? 'management' : undefined;
}

function addressIn(host: Host, network: NetworkName): readonly string[] {
  const used = networkOn(host, network);
  const address = used && host.addresses[used];
  return address === undefined ? [] : [address];
}

function ruleOf(cloud: Cloud, host: Host, listener: Listener): readonly Rule[] {
  const { title, protocol, ports, untracked } = listener;
  const network = networkOn(host, listener.network);
  if (network === undefined) return [];
  const interfaces = interfacesIn(host, network);
  const sources = sourcesOf(cloud, host, listener, network);
  if (sources?.length === 0) return [];
  const destination = listener.virtual && cloud.networks[network]?.vip;
  return [
    {
      title,
      interfaces,
      sources,
      protocol,
      ports,
      ...(destination && { destination }),
      ...(untracked && { untracked }),
    },
  ];
}

function sourcesOf(
  cloud: Cloud,
  host: Host,
  { from, network: wanted }: Listener,
  network: NetworkName,
): readonly string[] | undefined {
  if (from === 'anybody') return undefined;
  if (from === 'network') {
    const cidr = cloud.networks[network]?.cidr;
    return cidr === undefined ? [] : [cidr];
  }
  // A host talks to itself through the loopback interface.
  return from(cloud)
    .filter((asker) => asker !== host)
    .flatMap((asker) => addressIn(asker, wanted));
}

/**
 * ssh comes in where the description sends it: at the interface with the address that ssh goes to, and in the
 * management network. A name or an address behind a translation leads to any interface but those of instances,
 * tunnels and storage.
 */
function secureShell(cloud: Cloud, host: Host, own: HostFacts): Rule {
  const management = interfacesIn(host, 'management');
  const target = own.interfaces.find((entry) =>
    entry.addresses.some((address) => address.split('/')[0] === host.sshAddress),
  );
  const others = own.interfaces
    .map(({ name }) => name)
    .filter((name) => !closedInterfaces(cloud, host).includes(name) && name !== 'lo');
  const interfaces = host.sshAddress === host.addresses.management ? [] : target ? [target.name] : others;
  return {
    title: 'ssh',
    interfaces: [...new Set([...management, ...interfaces])],
    sources: cloud.firewall.ssh,
    protocol: 'tcp',
    ports: [String(cloud.ssh.port)],
  };
}

/** Nova moves instances over ssh between compute hosts, whoever else may come in by ssh. */
function migrationShell(cloud: Cloud, host: Host): readonly Rule[] {
  if (cloud.firewall.ssh === undefined || !host.roles.has('compute')) return [];
  const sources = hostsWith(cloud, 'compute')
    .filter((other) => other !== host)
    .map((other) => other.addresses.management);
  if (sources.length === 0) return [];
  const interfaces = interfacesIn(host, 'management');
  return [
    {
      title: 'ssh for moving instances',
      interfaces,
      sources,
      protocol: 'tcp',
      ports: [String(cloud.ssh.port)],
    },
  ];
}

/** Interfaces that carry the frames of instances, tunnels and storage. */
function closedInterfaces(cloud: Cloud, host: Host): readonly string[] {
  const carrying = (['provider', 'overlay', 'storage'] as const).flatMap((network) =>
    interfacesIn(host, network),
  );
  const physical = cloud.physicalNetworks.flatMap((network) =>
    [network.bridge, network.interface ?? []].flat(),
  );
  return ['br-int', 'ovs-system', 'ovs-netdev', ...carrying, ...physical].filter(
    (name) => name !== host.interfaces.management,
  );
}

/** Echo requests: from anybody where people and hosts are, from the other hosts where only hosts are. */
function pings(cloud: Cloud, host: Host): readonly Rule[] {
  const rules: Rule[] = [];
  for (const network of ['service', 'management', 'overlay', 'storage'] as const) {
    const interfaces = interfacesIn(host, network);
    if (interfaces.length === 0) continue;
    const open = network === 'service' || network === 'management';
    const others = cloud.hosts.filter((other) => other !== host);
    const sources = open ? undefined : others.flatMap((other) => other.addresses[network] ?? []);
    if (sources?.length !== 0)
      rules.push({ title: 'ping', interfaces, sources, protocol: 'ping', ports: [] });
  }
  return rules;
}

function allowed(cloud: Cloud, host: Host, entry: Cloud['firewall']['allow'][number]): readonly Rule[] {
  const { protocol, ports, network } = entry;
  const interfaces = network === 'any' ? undefined : interfacesIn(host, network);
  if (interfaces?.length === 0) return [];
  const cidr = network === 'any' ? undefined : cloud.networks[network]?.cidr;
  const sources = entry.from ?? (cidr === undefined ? undefined : [cidr]);
  return [{ title: 'allowed by the description', interfaces, sources, protocol, ports }];
}
