import { describe, expect, it } from 'vitest';
import type { Cloud } from '../../../src/cloud/cloud.ts';
import { parseDescription } from '../../../src/cloud/read.ts';
import type { HostFacts } from '../../../src/hosts/connection.ts';
import { preflightRequirements } from '../../../src/infrastructure/preflight/requirements.ts';

const description = `
cloud: trial
networks:
  management: { interface: eth1, cidr: 192.0.2.0/24, vip: 192.0.2.100 }
  provider: { interface: eth2 }
  overlay: { interface: eth3, cidr: 198.51.100.0/24 }
hosts:
  one: { address: 192.0.2.11, roles: [control, network, compute, storage], devices: [/dev/sdb] }
minimums: { osd: { cpus: 1, memory_gib: 4, disk_gib: 10, device_gib: 50 } }
`;

function cloud(): Cloud {
  const read = parseDescription(description, { file: 'cloud.yaml', folder: '/tmp', home: '/root' });
  if (!read.cloud) throw new Error(JSON.stringify(read.problems));
  return read.cloud as Cloud;
}

const good: HostFacts = {
  hostname: 'one',
  codename: 'trixie',
  distribution: 'debian',
  versionId: '13',
  kernel: '6.12',
  cpus: 32,
  memoryMiB: 65536,
  rootDiskGiB: 200,
  rootFreeGiB: 100,
  openvswitchModule: true,
  kvm: true,
  container: false,
  clockOffsetSeconds: 0.2,
  interfaces: [
    { name: 'eth1', up: true, addresses: ['192.0.2.11/24'], mtu: 1500 },
    { name: 'eth2', up: true, addresses: [], mtu: 1500 },
    { name: 'eth3', up: true, addresses: ['198.51.100.11/24'], mtu: 1500 },
  ],
  blockDevices: [{ path: '/dev/sdb', sizeGiB: 100, inUse: false }],
  defaultGateway: true,
};

function codes(change: Partial<HostFacts>): readonly string[] {
  const facts = new Map([['one', { ...good, ...change }]]);
  return [...new Set(preflightRequirements({ cloud: cloud(), facts }).map((found) => found.code))];
}

describe('what preflight requires of the hosts', () => {
  it('finds nothing on a host that fits', () => {
    expect(codes({})).toEqual([]);
  });

  it.each<[string, Partial<HostFacts>, readonly string[]]>([
    ['another release', { codename: 'bookworm' }, ['PREFLIGHT_RELEASE']],
    [
      'another name than it was deployed under',
      { hostname: 'two', managed: true },
      ['PREFLIGHT_HOST_RENAMED'],
    ],
    ['its own name with a domain', { hostname: 'one.example.org', managed: true }, []],
    ['another name before it was deployed', { hostname: 'debian' }, []],
    ['too few CPUs', { cpus: 1 }, ['PREFLIGHT_CPUS']],
    ['too little memory', { memoryMiB: 2048 }, ['PREFLIGHT_MEMORY']],
    ['a small root file system', { rootDiskGiB: 8 }, ['PREFLIGHT_DISK']],
    ['a wrong clock', { clockOffsetSeconds: -400 }, ['PREFLIGHT_CLOCK']],
    ['no such device', { blockDevices: [] }, ['PREFLIGHT_DEVICE_MISSING']],
    [
      'a device in use',
      { blockDevices: [{ path: '/dev/sdb', sizeGiB: 100, inUse: true }] },
      ['PREFLIGHT_DEVICE_IN_USE'],
    ],
    [
      'a small device',
      { blockDevices: [{ path: '/dev/sdb', sizeGiB: 20, inUse: false }] },
      ['PREFLIGHT_DEVICE_SMALL'],
    ],
    ['a missing interface', { interfaces: good.interfaces.slice(0, 2) }, ['PREFLIGHT_INTERFACE_MISSING']],
    [
      'an interface that is down',
      { interfaces: good.interfaces.map((one) => (one.name === 'eth2' ? { ...one, up: false } : one)) },
      ['PREFLIGHT_INTERFACE_DOWN'],
    ],
    [
      'an interface that carries too little',
      { interfaces: good.interfaces.map((one) => (one.name === 'eth3' ? { ...one, mtu: 1400 } : one)) },
      ['PREFLIGHT_MTU'],
    ],
    [
      'an address on the provider interface',
      {
        interfaces: good.interfaces.map((one) =>
          one.name === 'eth2' ? { ...one, addresses: ['203.0.113.7/24'] } : one,
        ),
      },
      ['PREFLIGHT_PROVIDER_ADDRESS'],
    ],
    [
      'a missing overlay address',
      { interfaces: good.interfaces.map((one) => (one.name === 'eth3' ? { ...one, addresses: [] } : one)) },
      ['PREFLIGHT_ADDRESS_MISSING'],
    ],
  ])('finds %s', (_name, change, expected) => {
    expect(codes(change)).toEqual(expected);
  });

  it('accepts the overlay address on the bridge that it moved to', () => {
    const interfaces = [
      ...good.interfaces.slice(0, 2),
      { name: 'eth3', up: true, addresses: [], mtu: 1500 },
      { name: 'br-overlay', up: true, addresses: ['198.51.100.11/24'], mtu: 1500 },
    ];
    expect(codes({ interfaces })).toEqual([]);
  });

  it('names host, found and needed in words', () => {
    const facts = new Map([['one', { ...good, cpus: 1 }]]);
    const [first] = preflightRequirements({ cloud: cloud(), facts });
    expect(first?.what).toMatch(/Host one has 1 CPUs/);
    expect(first?.what).not.toMatch(/[{}]/);
  });
});
