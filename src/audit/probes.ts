import type { Host, NetworkName } from '../cloud/cloud.ts';
import { factsOf, reached } from '../cloud/reached.ts';
import { controlHosts } from '../cloud/topology.ts';
import { rulesOf } from '../infrastructure/firewall/rules.ts';
import { shellProgram } from '../resources/program.ts';
import { plain } from '../secrets/confidential.ts';
import probeProgram from './probe.sh';
import { isIn, type Surroundings } from './reach.ts';
import { isLoopback, type Socket } from './sockets.ts';

/** Where the acceptance test connects from, in the place of a host's name. */
export const OUTSIDE = 'outside';
/** Networks in which hosts have addresses. */
const NETWORKS = ['service', 'management', 'overlay', 'storage'] as const;
const ALL_PORTS = ['1-65535'];
/** Attempts at a time. */
const AT_ONCE = 16_384;
/** Seconds that one attempt waits: the kernel sends it again after 1 s (RFC 6298), so that one packet may be lost. */
const LIMIT_SECONDS = 1.3;

/** Ports of one address that are tried from one place. */
export interface Probe {
  /** A host's name, or `OUTSIDE`. */
  readonly from: string;
  /** Undefined: the address that the kernel chooses. */
  readonly source: string | undefined;
  readonly network: NetworkName;
  readonly address: string;
  /** Undefined for a virtual address. */
  readonly host: Host | undefined;
  readonly ports: readonly string[];
}

export interface ProbeOptions {
  /** What listens on each host, by the host's name. */
  readonly sockets: ReadonlyMap<string, readonly Socket[]>;
  /** Whether ports are tried that nothing names and on which nothing listens. */
  readonly all: boolean;
  /** Addresses of the machine outside the cloud to probe from; undefined where there is none. */
  readonly outside: readonly string[] | undefined;
}

/**
 * What is probed from where. Each host asks each other one, in every network that both stand in, for the ports that a
 * definition names or that something listens on. One of its peers, or the place outside where there is none, asks for all
 * others too: what no definition opens is closed to everybody in the same way. Networks in which the place outside does
 * not stand are asked for the known ports alone: nobody knows what is on the way.
 */
export function probesOf(around: Surroundings, options: ProbeOptions): readonly Probe[] {
  const hosts = reached(around, around.cloud.hosts);
  const probes: Probe[] = [];
  for (const network of NETWORKS) {
    const standing = hosts.filter((host) => host.addresses[network] !== undefined);
    for (const [index, host] of standing.entries()) {
      const address = host.addresses[network];
      if (address === undefined) continue;
      const known = knownPorts(around, host, options.sockets.get(host.name) ?? []);
      const target = { network, address, host };
      const next = standing[(index + 1) % standing.length];
      for (const peer of standing) {
        const ports = options.all && peer === next ? ALL_PORTS : known;
        if (peer !== host)
          probes.push({ ...target, from: peer.name, source: peer.addresses[network], ports });
      }
      const ports = options.all && next === host && standsIn(around, network, options) ? ALL_PORTS : known;
      if (options.outside) probes.push({ ...target, from: OUTSIDE, source: undefined, ports });
    }
    probes.push(...virtualProbes(around, network, standing, options));
  }
  return probes;
}

/** The virtual address of a network, from every host that does not have it now. */
function virtualProbes(
  around: Surroundings,
  network: (typeof NETWORKS)[number],
  standing: readonly Host[],
  options: ProbeOptions,
): readonly Probe[] {
  const { sockets, all, outside } = options;
  const standsOutside = standsIn(around, network, options);
  const address = around.cloud.networks[network]?.vip;
  if (address === undefined) return [];
  const controls = reached(around, controlHosts(around.cloud));
  const known = [
    ...new Set(controls.flatMap((host) => knownPorts(around, host, sockets.get(host.name) ?? []))),
  ];
  const target = { network, address, host: undefined };
  const askers = standing.filter((host) => !holdsAddress(around, host, address));
  const [first] = askers;
  const fromHosts = askers.map((host): Probe => {
    const ports = all && host === first && !standsOutside ? ALL_PORTS : known;
    return { ...target, from: host.name, source: host.addresses[network], ports };
  });
  const ports = all && standsOutside ? ALL_PORTS : known;
  return outside ? [...fromHosts, { ...target, from: OUTSIDE, source: undefined, ports }] : fromHosts;
}

/** Whether the machine outside has an address in the network. */
function standsIn({ cloud }: Surroundings, network: NetworkName, { outside }: ProbeOptions): boolean {
  const cidr = cloud.networks[network]?.cidr;
  return cidr !== undefined && outside?.some((address) => isIn(address, cidr)) === true;
}

function holdsAddress({ facts }: Surroundings, host: Host, address: string): boolean {
  return factsOf(facts, host.name).interfaces.some(({ addresses }) =>
    addresses.some((own) => own.split('/')[0] === address),
  );
}

/** TCP ports that a definition opens to anybody, or that something of the host listens on. */
function knownPorts(
  { cloud, facts, listeners }: Surroundings,
  host: Host,
  sockets: readonly Socket[],
): readonly string[] {
  const named = rulesOf(cloud, host, listeners, factsOf(facts, host.name))
    .filter(({ protocol }) => protocol === 'tcp')
    .flatMap(({ ports }) => ports);
  const open = sockets
    .filter((socket) => socket.protocol === 'tcp' && !isLoopback(socket))
    .map(({ port }) => String(port));
  return [...new Set([...named, ...open])];
}

/** Prints the IPv4 addresses of a machine, one in a line. */
export const READ_ADDRESSES = "ip -o -4 addr show | sed 's/.* inet \\([0-9.]*\\).*/\\1/'";

/** The program that tries the probes of one place. */
export function probeScript(probes: readonly Probe[]): string {
  return plain(
    shellProgram(
      probeProgram,
      { at_once: AT_ONCE, limit_seconds: LIMIT_SECONDS },
      probes.map(({ source, address, ports }) => `${source ?? '-'} ${address} ${ports.join(',')}`),
    ),
  );
}

/** Seconds that the probes of one place may take: each part of them its limit, and the table of connections its time. */
export function probeLimit(probes: readonly Probe[]): number {
  const ports = probes.reduce((sum, probe) => sum + countOf(probe), 0);
  return Math.ceil(60 + (ports / AT_ONCE) * LIMIT_SECONDS * 3 + (ports / 65_536) * 60);
}

export function countOf({ ports }: Pick<Probe, 'ports'>): number {
  return ports.reduce((sum, range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return sum + last - first + 1;
  }, 0);
}
