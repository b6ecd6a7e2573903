import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cloud } from '../../../src/cloud/cloud.ts';
import { parseDescription } from '../../../src/cloud/read.ts';
import { fabricNamespace, type LabLocation } from '../../../src/lab/names.ts';
import { nodeAddresses } from '../../../src/lab/networks.ts';
import { listenersOf } from '../../../src/steps/listeners.ts';
import { script } from '../../../src/system/command.ts';
import { waitFor } from '../../../src/system/wait.ts';
import { datagramPorts } from './firewall.ts';
import { type Guests, makeGuests, removeGuests } from './guest.ts';
import { listeners, type OnNode, printed } from './node.ts';
import type { TunnelledCloud } from './tunnel.ts';

const own = nodeAddresses(11);
const VIP = '192.168.21.100';
/** UDP; the kernel says so, though to one asker not often. */
const CLOSED_PORT = 161;
const METADATA = '169.254.169.254';

/** What an all-in-one cloud on `control1` answers to its tenants’ instances. */
export function instances(
  place: () => LabLocation & { readonly on: OnNode },
  file: () => string,
  open: () => TunnelledCloud,
  apply: () => Promise<readonly string[]>,
): void {
  describe('the hosts of a cloud, seen from an instance', () => {
    const addresses = [...Object.values(own), VIP];
    const names = ['tenant', 'provider'] as const;
    let lab: ReturnType<typeof place>;
    const on: OnNode = (line, limit) => lab.on(line, limit);
    let cloud: TunnelledCloud;
    let guests: Guests;
    let listening: readonly number[] = [];
    let datagrams: readonly number[] = [];

    /** Ports of the virtual address for anybody: without a service network users come to this one. */
    const offered = (): readonly number[] => {
      const source = { file: file(), folder: '/', home: '/root' };
      const { cloud: described } = parseDescription(readFileSync(file(), 'utf8'), source);
      const found = listenersOf(described as Cloud).filter(
        ({ network, virtual, from }) => network === 'management' && virtual && from === 'anybody',
      );
      return [...new Set(found.flatMap(({ ports }) => ports.map(Number)))].toSorted((a, b) => a - b);
    };

    beforeAll(async () => {
      lab = place();
      cloud = open();
      guests = await makeGuests(lab, on, cloud.client, 'external');
      listening = [...new Set((await listeners(on)).map(({ port }) => port))];
      datagrams = await datagramPorts(on);
      const bridge = await printed(on, 'cat /sys/class/net/br-ex/address');
      // What a data centre has: a router between its networks. The tenant's packets for a host go there.
      await script(
        [
          `ip netns exec ${fabricNamespace(lab.name)} sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'`,
          // And what an instance may try on the provider network: the host's own bridge as the next hop.
          ...addresses.flatMap((address) => [
            `ip -n ${guests.provider.namespace} route replace ${address}/32 dev eth0`,
            `ip -n ${guests.provider.namespace} neighbour replace ${address} lladdr ${bridge} dev eth0`,
          ]),
        ].join('\n'),
        { doing: 'connect the networks of the lab' },
      );
    });
    afterAll(async () => {
      try {
        await script(
          `ip netns exec ${fabricNamespace(lab.name)} sh -c 'echo 0 >/proc/sys/net/ipv4/ip_forward'`,
          {
            doing: 'part the networks of the lab',
          },
        );
        await removeGuests(lab, on, cloud.client);
      } finally {
        cloud.close();
      }
    });

    it('give it metadata at one port', async () => {
      for (const name of names) {
        const { open: scan, metadataAddress } = guests[name];
        await waitFor(
          `metadata on the ${name} network`,
          async () => (await scan(METADATA, [80])).length > 0,
          120,
          { everyMilliseconds: 500 },
        );
        expect(await scan(METADATA, ['1-1024', ...listening]), name).toEqual([80]);
        expect(await scan(metadataAddress, ['1-1024', ...listening]), name).toEqual([]);
      }
    });

    it('answer what the table says to anybody whom a router leads to the management network, and nothing else', async () => {
      const found = await Promise.all(
        names.flatMap((name) =>
          addresses.map(async (address) => {
            const { open: scan, datagrams: send, ping } = guests[name];
            const answers = [scan(address, listening), send(address, datagrams), ping(address)];
            return { from: name, address, answers: await Promise.all(answers) };
          }),
        ),
      );
      for (const { from, address, answers } of found) {
        // The table lets anybody in there by ssh, and anybody ping; `firewall.ssh` limits the former.
        const routed = from === 'tenant' && [own.management, VIP].includes(address);
        const tcp = [...(routed ? [22] : []), ...(routed && address === VIP ? offered() : [])];
        expect(answers, `${from} → ${address}`).toEqual([tcp, [], routed]);
      }
    });

    it('would answer without the firewall, and without the filter of sources on the bridge', async () => {
      const filter = '/proc/sys/net/ipv4/conf/br-ex/rp_filter';
      const reached = async (name: (typeof names)[number]) => {
        const { open: scan, datagrams: send } = guests[name];
        const [tcp, udp] = await Promise.all([
          scan(own.management, listening),
          send(own.management, [CLOSED_PORT]),
        ]);
        return [...tcp, ...udp];
      };
      const everything = expect.arrayContaining([22, 3306, 5671, 6641, 11_211, `${CLOSED_PORT} closed`]);
      await printed(on, 'nft insert rule inet cloudwright input accept');
      try {
        expect(await reached('tenant')).toEqual(everything);
        expect(await reached('provider')).toEqual([]);
        await printed(on, `echo 0 >${filter}`);
        expect(await reached('provider')).toEqual(everything);
        expect(await apply()).toContain('control1/firewall:rules');
        expect(await reached('provider')).toEqual([]);
        expect(await reached('tenant')).toEqual([22]);
      } finally {
        await printed(on, `echo 1 >${filter}`);
      }
    });
  });
}
