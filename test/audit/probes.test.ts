import { createServer, type Server } from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import {
  OUTSIDE,
  type Probe,
  probeLimit,
  probeScript,
  probesOf,
  READ_ADDRESSES,
} from '../../src/audit/probes.ts';
import type { Surroundings } from '../../src/audit/reach.ts';
import { answersOf } from '../../src/audit/reached.ts';
import type { Socket } from '../../src/audit/sockets.ts';
import { listenersOf } from '../../src/steps/listeners.ts';
import { rehearsal, scratch, sh } from '../resources/sh.ts';
import { allInOne, type CloudContext, threeControls } from '../steps/clouds.ts';

const around = ({ cloud, facts }: CloudContext): Surroundings => ({
  cloud,
  facts,
  listeners: listenersOf(cloud),
});
const ALL = ['1-65535'];
const OPTIONS = {
  sockets: new Map<string, readonly Socket[]>(),
  all: true,
  outside: ['192.0.2.250', '198.51.100.250'],
};
const isFull = ({ ports }: Probe) => ports.join() === ALL.join();

const interfaces = [{ name: 'eth1', up: true, mtu: 1500, addresses: ['192.0.2.11/24', '192.0.2.100/24'] }];

describe('what is probed', () => {
  it('is every address of a host that stands alone, and every virtual one, from outside', () => {
    const probes = probesOf(around(allInOne('', { interfaces })), OPTIONS);
    expect(probes.map(({ from, network, address }) => `${from} ${network} ${address}`)).toEqual([
      'outside management 192.0.2.11',
      'outside management 192.0.2.100',
      'outside overlay 198.51.100.11',
    ]);
    expect(probes.every(isFull)).toBe(true);
  });

  it('is what is described alone in networks in which the place outside does not stand', () => {
    const far = probesOf(around(allInOne('', { interfaces })), { ...OPTIONS, outside: ['192.0.2.250'] });
    expect(far.filter(isFull).map(({ network }) => network)).toEqual(['management', 'management']);
    expect(far.filter((probe) => !isFull(probe)).map(({ network }) => network)).toEqual(['overlay']);
  });

  it('is nothing of a host that stands alone with nobody outside, but a virtual address that it lacks', () => {
    const inside = { ...OPTIONS, outside: undefined };
    expect(probesOf(around(allInOne('', { interfaces })), inside)).toEqual([]);
    const probes = probesOf(around(allInOne()), inside);
    expect(probes.map(({ from, address }) => `${from} ${address}`)).toEqual(['one 192.0.2.100']);
  });

  it('is every other host in each network that both stand in, all ports of each from one of them', () => {
    const probes = probesOf(around(threeControls()), OPTIONS);
    const between = probes.filter(({ from, host }) => from !== OUTSIDE && host !== undefined);
    expect(between.filter(({ from, host }) => from === host?.name)).toEqual([]);
    const management = between.filter(({ network }) => network === 'management');
    expect(management).toHaveLength(8 * 7);
    expect(management.find(({ from }) => from === 'compute2')?.source).toBe('192.0.2.22');
    for (const network of ['service', 'management', 'overlay', 'storage'] as const) {
      const full = between.filter((probe) => probe.network === network && isFull(probe));
      const targets = between.filter((probe) => probe.network === network).map(({ address }) => address);
      expect(full.map(({ address }) => address).sort()).toEqual([...new Set(targets)].sort());
    }
    const outside = probes.filter(({ from, host }) => from === OUTSIDE && host !== undefined);
    expect(outside.filter(isFull)).toEqual([]);
  });

  it('asks for what is described and for what listens', () => {
    const sockets = new Map<string, readonly Socket[]>([
      [
        'one',
        [
          { protocol: 'tcp', address: '0.0.0.0', port: 8888, process: 'x' },
          { protocol: 'tcp', address: '127.0.0.1', port: 7777, process: 'x' },
        ],
      ],
    ]);
    const [probe] = probesOf(around(allInOne()), { sockets, all: false, outside: ['192.0.2.250'] });
    expect(probe?.ports).toEqual(expect.arrayContaining(['22', '5000', '8888']));
    expect(probe?.ports).not.toContain('7777');
    expect(probe && isFull(probe)).toBe(false);
  });
});

describe('the program that probes', () => {
  const servers: Server[] = [];
  afterAll(() => {
    for (const server of servers) server.close();
  });
  const listen = async (): Promise<number> =>
    await new Promise((resolve) => {
      const server = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1', () => {
        const address = server.address();
        resolve(typeof address === 'object' && address ? address.port : 0);
      });
      servers.push(server);
    });
  const probe = (address: string, ports: readonly string[], source?: string): Probe => ({
    from: 'here',
    source,
    network: 'management',
    address,
    host: undefined,
    ports,
  });

  it('finds what takes connections, and says how much it tried from where', async () => {
    const [first, second] = [await listen(), await listen()];
    const probes = [
      probe('127.0.0.1', [String(first), `${second}-${second}`, '1-3']),
      probe('127.0.0.2', [String(first)], '127.0.0.1'),
    ];
    const { stdout, stderr, code } = sh(probeScript(probes));
    expect([code, stderr]).toEqual([0, '']);
    expect(answersOf(stdout, probes)).toEqual([
      { probe: probes[0], open: expect.arrayContaining([first, second]), tried: 5, source: '127.0.0.1' },
      { probe: probes[1], open: [], tried: 1, source: '127.0.0.1' },
    ]);
  });

  it('says where there is no way', () => {
    // An address for documentation, which is none of this machine's: nothing is sent.
    const probes = [probe('127.0.0.1', ['1-9'], '192.0.2.7')];
    const { stdout } = sh(probeScript(probes));
    expect(answersOf(stdout, probes)).toMatchObject([
      { open: [], source: undefined, reason: expect.stringContaining('assign') },
    ]);
  });

  it('has no answer where it was cut', () => {
    const probes = [probe('127.0.0.1', ['1'])];
    expect(answersOf('open 0 1\n', probes)).toBeUndefined();
    expect(answersOf('end\n', probes)).toBeUndefined();
    expect(answersOf('tried 0 1 127.0.0.1\nend\n', probes)).toHaveLength(1);
  });

  it('knows the addresses of the machine', () => {
    const { run } = rehearsal(scratch(), {
      ip: `[ "$*" = '-o -4 addr show' ] || unexpected
printf '%s\\n' '1: lo    inet 127.0.0.1/8 scope host lo' '2: eth0    inet 192.0.2.250/24 brd 192.0.2.255 scope global eth0'`,
    });
    expect(run(READ_ADDRESSES).stdout).toBe('127.0.0.1\n192.0.2.250\n');
  });

  it('has longer for more', () => {
    expect(probeLimit([probe('x', ALL), probe('y', ALL)])).toBeGreaterThan(probeLimit([probe('x', ALL)]));
  });
});
