import { fileURLToPath } from 'node:url';
import { fabricNamespace, type LabLocation, namespacePrefix } from '../../../src/lab/names.ts';
import { hardwareAddress, LAB_NETWORKS } from '../../../src/lab/networks.ts';
import { attempt, command, script } from '../../../src/system/command.ts';

export type LabNetworkName = (typeof LAB_NETWORKS)[number]['name'];

const SCAN = fileURLToPath(new URL('scan.mjs', import.meta.url));
const DATAGRAMS = fileURLToPath(new URL('datagrams.mjs', import.meta.url));
const TUNNEL_DATAGRAMS = fileURLToPath(new URL('tunnelDatagrams.mjs', import.meta.url));
/** In the management network of the lab; no node gets one of these. The machine on the first network has the first. */
const FIRST_ADDRESS = 161;

/** A machine in a namespace of its own. */
export interface Machine {
  /** TCP ports of the address that take a connection. `ports`: `3306`, `1-65535`. */
  open(address: string, ports: readonly (number | string)[]): Promise<readonly number[]>;
  /** What UDP ports of the address say, if anything: `123 answer`; `161 closed` for an ICMP error. */
  datagrams(address: string, ports: readonly number[]): Promise<readonly string[]>;
  ping(address: string): Promise<boolean>;
}

/** A machine on one network of a lab that belongs to nobody. */
export interface Intruder extends Machine {
  /** Sends one datagram from each of 200 ports of `source`, an address that it takes for itself on the network. */
  sendFrom(source: string, target: string, port: number): Promise<void>;
}

/**
 * Puts a machine on a network of the lab that sends what it has for any of `addresses` straight to the card of the node
 * with number `node`: Linux takes packets for any of its addresses on any card. What it sends seems to come from the
 * management network, where it has a second card for the answers; a host without a filter would talk to it. The lab
 * takes it down with itself.
 */
export async function intruder(
  lab: LabLocation,
  name: LabNetworkName,
  node: number,
  addresses: readonly string[],
): Promise<Intruder> {
  const namespace = `${namespacePrefix(lab.name)}intruder-${name}`;
  const cards = [...new Set([name, 'management'])].map((network) =>
    card(lab, network as LabNetworkName, namespace),
  );
  const attacked = LAB_NETWORKS.findIndex((network) => network.name === name);
  const address = `192.168.21.${FIRST_ADDRESS + attacked}`;
  await script(
    [
      `ip netns delete ${namespace} 2>/dev/null || true`,
      `ip netns add ${namespace}`,
      `ip netns exec ${namespace} sh -c 'echo 0 >/proc/sys/net/ipv4/conf/all/rp_filter; echo 0 >/proc/sys/net/ipv4/conf/default/rp_filter'`,
      `ip -n ${namespace} link set lo up`,
      ...cards.flat(),
      `ip -n ${namespace} address add ${address}/24 dev management`,
      ...addresses.flatMap((target) => [
        `ip -n ${namespace} neighbour replace ${target} lladdr ${hardwareAddress(node, attacked)} dev ${name}`,
        `ip -n ${namespace} route replace ${target}/32 dev ${name} src ${address}`,
      ]),
    ].join('\n'),
    { doing: `put a machine on the ${name} network` },
  );
  return {
    ...machineIn(namespace),
    async sendFrom(source, target, port) {
      await script(`ip -n ${namespace} address replace ${source}/32 dev ${name}`, {
        doing: `take ${source}`,
      });
      const program = [process.execPath, TUNNEL_DATAGRAMS, source, target, String(port)];
      const words = ['netns', 'exec', namespace, ...program];
      await command('ip', words, { doing: `send datagrams to ${target}`, limitSeconds: 60 });
    },
  };
}

/** What a machine does that has a namespace of its own. */
export function machineIn(namespace: string): Machine {
  const inside = ['netns', 'exec', namespace];
  const lines = (stdout: string): readonly string[] => stdout.split('\n').filter((line) => line !== '');
  return {
    async open(target, ports) {
      const words = [...inside, process.execPath, SCAN, target, ...ports.map(String)];
      const stdout = await command('ip', words, { doing: `scan ${target}`, limitSeconds: 300 });
      return lines(stdout)
        .map(Number)
        .toSorted((a, b) => a - b);
    },
    async datagrams(target, ports) {
      const words = [...inside, process.execPath, DATAGRAMS, target, ...ports.map(String)];
      return lines(await command('ip', words, { doing: `send datagrams to ${target}` })).toSorted();
    },
    async ping(target) {
      const words = [...inside, 'ping', '-c', '2', '-W', '3', '-i', '0.3', target];
      return (await attempt('ip', words, { doing: `ping ${target}` })).exitCode === 0;
    },
  };
}

/** Lines that connect a namespace with a network of the lab, by a card with the network's name. */
function card(lab: LabLocation, name: LabNetworkName, namespace: string): readonly string[] {
  const position = LAB_NETWORKS.findIndex((network) => network.name === name);
  const fabric = fabricNamespace(lab.name);
  const device = `intruder${LAB_NETWORKS.findIndex((network) => namespace.endsWith(network.name))}-${position}`;
  return [
    `ip -n ${fabric} link delete ${device} 2>/dev/null || true`,
    `ip -n ${fabric} link add ${device} type veth peer name ${name} netns ${namespace}`,
    `ip -n ${fabric} link set ${device} master ${LAB_NETWORKS[position]?.bridge} up`,
    `ip -n ${namespace} link set ${name} up`,
    // A datapath in user space reads frames raw.
    `ip netns exec ${namespace} ethtool -K ${name} tx off tso off gso off gro off >/dev/null 2>&1 || true`,
  ];
}
