import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Cloud } from '../../../src/cloud/cloud.ts';
import { parseDescription } from '../../../src/cloud/read.ts';
import type { LabLocation } from '../../../src/lab/names.ts';
import { LAB_NETWORKS, nodeAddresses } from '../../../src/lab/networks.ts';
import { listenersOf } from '../../../src/steps/listeners.ts';
import { type Intruder, intruder, type LabNetworkName } from './intruder.ts';
import { listeners, type OnNode, printed } from './node.ts';

const EVERY_PORT = ['1-65535'];
/** Number of the node `control1`. */
const NODE = 11;
const own = nodeAddresses(NODE);
const VIP = '192.168.21.100';

/** What often listens on UDP: DNS, DHCP, TFTP, ONC RPC, NTP, SNMP, chrony, IKE, SSDP, Galera, VXLAN, mDNS, Geneve, memcached. */
const KNOWN_DATAGRAMS = [53, 67, 69, 111, 123, 161, 323, 500, 1900, 4567, 4789, 5353, 6081, 11_211];

/** UDP ports to try: those on which the node listens, and those on which machines often do. */
export async function datagramPorts(on: OnNode): Promise<readonly number[]> {
  const open = await listeners(on, 'udp');
  return [...new Set([...open.map(({ port }) => port), ...KNOWN_DATAGRAMS])];
}

/** What only the hosts of the cloud may reach. */
const PRIVATE_PORTS = {
  memcached: 11_211,
  epmd: 4369,
  'distribution of RabbitMQ': 25_672,
  RabbitMQ: 5671,
  'OVN northbound': 6641,
  'OVN southbound': 6642,
  'OVN southbound for control hosts': 16_642,
};

/** What an all-in-one cloud on `control1` answers to a machine that belongs to nobody. */
export function firewall(
  lab: LabLocation,
  on: OnNode,
  file: () => string,
  apply: () => Promise<readonly string[]>,
): void {
  describe('the firewall', () => {
    const machines = new Map<LabNetworkName, Intruder>();
    let listening: readonly number[] = [];
    let datagrams: readonly number[] = [];
    const from = (name: LabNetworkName): Intruder => machines.get(name) ?? expect.fail(`nobody on ${name}`);

    beforeAll(async () => {
      for (const { name } of LAB_NETWORKS)
        machines.set(name, await intruder(lab, name, NODE, [...Object.values(own), VIP]));
      const open = await listeners(on);
      listening = [...new Set(open.map(({ port }) => port))];
      expect(listening).toEqual(expect.arrayContaining([22, 3306, 5671, 6641, 8774, 11_211]));
      datagrams = await datagramPorts(on);
    });

    it('keeps what hosts say to one another on the management network', async () => {
      const open = await listeners(on);
      const addresses = (port: number): readonly string[] =>
        open.filter((listener) => listener.port === port).map(({ address }) => address);
      for (const [what, port] of Object.entries(PRIVATE_PORTS)) {
        expect(addresses(port), what).toContain(own.management);
        expect(
          addresses(port).filter((address) => ![own.management, '127.0.0.1', '::1'].includes(address)),
          what,
        ).toEqual([]);
      }
      const everywhere = open.filter(({ address }) => ['0.0.0.0', '*', '::'].includes(address));
      expect(everywhere.filter(({ port }) => port === 4369 || port === 25672)).toEqual([]);
    });

    it.each(['service', 'provider', 'overlay', 'storage'] as const)(
      'answers nothing on the %s network',
      async (name) => {
        const machine = from(name);
        const address = name === 'provider' ? own.management : own[name];
        expect(await machine.open(address, EVERY_PORT)).toEqual([]);
        // Each of these waits for silence, and sends little.
        await Promise.all(
          [...Object.values(own), VIP].map(async (other) => {
            const [open, pinged] = await Promise.all([machine.open(other, listening), machine.ping(other)]);
            expect({ other, open, pinged }).toEqual({ other, open: [], pinged: false });
          }),
        );
      },
    );

    it('answers on the management network what docs/security.md says to machines that belong to nobody', async () => {
      const { cloud } = parseDescription(readFileSync(file(), 'utf8'), {
        file: file(),
        folder: '/',
        home: '/root',
      });
      const offered = listenersOf(cloud as Cloud)
        .filter(
          ({ network, virtual, from: askers }) =>
            network === 'management' && virtual && typeof askers === 'string',
        )
        .flatMap(({ ports }) => ports.map(Number));
      const machine = from('management');
      // One after the other: the bridge in user space loses packets of two such scans at once.
      expect(await machine.open(own.management, EVERY_PORT)).toEqual([22]);
      const virtual = await machine.open(VIP, EVERY_PORT);
      expect(virtual).toEqual([...new Set([22, ...offered])].toSorted((a, b) => a - b));
      expect(await machine.ping(own.management)).toBe(true);
    });

    it('answers datagrams for the time on the management network, and no others on any', async () => {
      const said = await Promise.all(
        LAB_NETWORKS.flatMap(({ name }) =>
          [...Object.values(own), VIP].map(async (address) => ({
            name,
            address,
            answers: await from(name).datagrams(address, datagrams),
          })),
        ),
      );
      for (const { name, address, answers } of said) {
        // The table lets the time out on every address there; the daemon answers at the host's own.
        const time = name === 'management' && (address === own.management || answers.length > 0);
        expect(answers, `${address} to the ${name} network`).toEqual(time ? ['123 answer'] : []);
      }
    });

    it('has no address of the host on interfaces of instances, and lets packets of other networks in nowhere', async () => {
      for (const device of ['br-ex', 'br-int', 'eth2']) {
        expect(await printed(on, `ip -o address show dev ${device}`), device).toBe('');
        expect(await printed(on, `cat /proc/sys/net/ipv4/conf/${device}/rp_filter`), device).toBe('1');
      }
      expect(await printed(on, 'cat /proc/sys/net/ipv4/conf/all/arp_ignore')).toBe('1');
    });

    it('is what keeps them out: with one rule more they are in, until the next apply', async () => {
      await printed(on, 'nft insert rule inet cloudwright input accept');
      const storage = from('storage');
      expect(await storage.open(own.management, listening)).toEqual(
        expect.arrayContaining([3306, 5671, 11_211]),
      );
      // An ICMP error for each port would be more than the kernel sends to one asker.
      expect(await storage.datagrams(own.management, [123, 161])).toEqual(['123 answer', '161 closed']);
      expect(await apply()).toEqual(['control1/firewall:rules']);
      expect(await storage.open(own.management, listening)).toEqual([]);
    });

    it('comes back with the host, before its network', async () => {
      await printed(on, 'nft delete table inet cloudwright; systemctl restart cloudwright-firewall');
      expect(await from('storage').open(own.management, listening)).toEqual([]);
      const order = await printed(on, 'systemctl show -p Before,UnitFileState --value cloudwright-firewall');
      expect(order).toContain('network-pre.target');
      expect(order).toContain('enabled');
    });
  });
}
