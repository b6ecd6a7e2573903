import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeCloud } from '../../src/app/describe.ts';
import { parseDescription, readCloud } from '../../src/cloud/read.ts';
import { VALID } from './broken/case.ts';

const place = { file: 'cloud.yaml', folder: '/srv/cloud', home: '/home/me' };

const SMALL = `cloud: trial
networks:
  management: { interface: eth1, cidr: 192.168.21.0/24, vip: 192.168.21.100 }
  provider: { interface: eth2 }
  overlay: { interface: eth3, cidr: 192.168.23.0/24 }
hosts:
  control1: { address: 192.168.21.11, roles: [control, compute, storage], devices: ["file:/var/lib/osd0.img:20G"] }
`;

describe('parseDescription', () => {
  it('fills in every default of a small description', () => {
    const { cloud, problems, derived } = parseDescription(SMALL, place);
    expect(problems).toEqual([]);
    expect(derived).toEqual([{ host: 'control1', network: 'overlay', address: '192.168.23.11' }]);
    expect(cloud).toMatchObject({
      release: '2025.1',
      region: 'RegionOne',
      ssh: { user: 'root', port: 22, sudo: false },
      ha: { level: 'moderato', interval: 5, timeout: 3, rise: 1, fall: 2 },
      virtualRouterId: 51,
      backends: [{ type: 'ceph', name: 'ceph', options: {} }],
      ceph: { poolSize: 1, poolMinSize: 1, pgNum: 8, osdMemory: 2 ** 30 },
      physicalNetworks: [{ name: 'external', bridge: 'br-ex', vlans: [] }],
      network: { mechanism: 'ovn', datapath: 'auto', tenantTypes: ['geneve'] },
      dashboardPort: 31000,
      objectStoreUser: 'cloudpc',
      clockTolerance: 60,
    });
    expect([...(cloud?.services ?? [])].sort()).toEqual([
      'dashboard',
      'key-manager',
      'object-store',
      'orchestration',
    ]);
  });

  it('falls back to the control hosts where nobody has the network role', () => {
    const roles = parseDescription(SMALL, place).cloud?.hosts[0]?.roles;
    expect([...(roles ?? [])].sort()).toEqual(['compute', 'control', 'mgr', 'mon', 'network', 'osd', 'rgw']);
    const withOwn = parseDescription(
      VALID.replace('[control, network]', '[control]').replace('[compute]', '[compute, network]'),
      place,
    );
    expect(withOwn.cloud?.hosts[0]?.roles.has('network')).toBe(false);
    expect(withOwn.cloud?.hosts[3]?.roles.has('network')).toBe(true);
  });

  it('expands ranges, counts addresses up and puts hosts into the networks of their roles', () => {
    const { cloud } = parseDescription(VALID, place);
    expect(cloud?.hosts.map((host) => `${host.name} ${host.addresses.management}`)).toEqual([
      'control1 192.168.21.11',
      'control2 192.168.21.12',
      'control3 192.168.21.13',
      'compute1 192.168.21.21',
      'storage1 192.168.21.31',
      'storage2 192.168.21.32',
      'storage3 192.168.21.33',
    ]);
    expect(cloud?.hosts[1]?.addresses).toEqual({
      management: '192.168.21.12',
      service: '192.168.20.12',
      overlay: '192.168.23.12',
      storage: '192.168.24.12',
    });
    // A compute host is no part of the service network, a storage host no part of overlay and provider.
    expect(Object.keys(cloud?.hosts[3]?.interfaces ?? {}).sort()).toEqual([
      'management',
      'overlay',
      'provider',
      'storage',
    ]);
    expect(Object.keys(cloud?.hosts[4]?.interfaces ?? {}).sort()).toEqual([
      'management',
      'service',
      'storage',
    ]);
    expect(cloud?.ceph).toMatchObject({ poolSize: 3, poolMinSize: 2 });
  });

  it('is frozen all the way down', () => {
    const { cloud } = parseDescription(VALID, place);
    expect(Object.isFrozen(cloud)).toBe(true);
    expect(Object.isFrozen(cloud?.hosts[0]?.addresses)).toBe(true);
    expect(Object.isFrozen(cloud?.networks.management)).toBe(true);
  });

  it('does without an overlay network', () => {
    const text = SMALL.replace('overlay: { interface: eth3, cidr: 192.168.23.0/24 }', 'overlay: null');
    const { cloud, problems } = parseDescription(text, place);
    expect(problems).toEqual([]);
    expect(cloud?.networks.overlay).toBeUndefined();
    expect(cloud?.network.tenantTypes).toEqual([]);
  });

  it('takes paths from the folder of the description and from home', () => {
    const { cloud } = parseDescription(
      `${SMALL}ssh: { user: me, config: ./ssh_config, key: ~/.ssh/id }\n`,
      place,
    );
    expect(cloud?.ssh).toEqual({
      user: 'me',
      port: 22,
      sudo: true,
      configFile: '/srv/cloud/ssh_config',
      identityFile: '/home/me/.ssh/id',
    });
  });

  it('lowers minimum sizes for one role or for all storage roles', () => {
    const { cloud } = parseDescription(
      `${SMALL}minimums: { control: { cpus: 2 }, storage: { device_gib: 5 }, rgw: { cpus: 1 } }\n`,
      place,
    );
    expect(cloud?.minimums.control).toEqual({ cpus: 2, memoryGiB: 16, diskGiB: 50 });
    expect(cloud?.minimums.osd).toEqual({ cpus: 4, memoryGiB: 8, diskGiB: 50, deviceGiB: 5 });
    expect(cloud?.minimums.rgw).toMatchObject({ cpus: 1 });
  });

  it('reads a network with host bits as the network, with a warning', () => {
    const { cloud, problems } = parseDescription(SMALL.replace('192.168.23.0/24', '192.168.23.7/24'), place);
    expect(problems.map((p) => [p.code, p.severity])).toEqual([['CLOUD_CIDR_HOST_BITS', 'warning']]);
    expect(cloud?.networks.overlay?.cidr).toBe('192.168.23.0/24');
  });

  it('says in the summary what was derived and where the dashboard is', () => {
    const { cloud, derived } = parseDescription(SMALL, place);
    const lines = cloud ? describeCloud(cloud, derived) : [];
    expect(lines[0]).toBe('Cloud trial: OpenStack 2025.1, region RegionOne, 1 host');
    expect(lines).toContain(
      'Addresses derived from the management addresses: control1 192.168.23.11 (overlay)',
    );
    expect(lines).toContain('Dashboard: https://192.168.21.100:31000/');
    expect(lines.join('\n')).not.toMatch(/undefined|\[object/);
  });
});

describe('readCloud', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cloudwright-read-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('reads a file, and takes its folder', async () => {
    const file = join(folder, 'cloud.yaml');
    await writeFile(file, SMALL);
    const { cloud, problems } = await readCloud(file);
    expect(problems).toEqual([]);
    expect(cloud?.folder).toBe(folder);
  });

  it('reports a missing file, a folder and of bytes that are not text', async () => {
    const bad = join(folder, 'bad.yaml');
    await writeFile(bad, Buffer.from([0x63, 0xff, 0xfe]));
    const codes = [];
    for (const file of [join(folder, 'none.yaml'), folder, bad]) {
      const { cloud, problems } = await readCloud(file);
      expect(cloud).toBeUndefined();
      codes.push(problems.map((p) => p.code));
    }
    expect(codes).toEqual([['CLOUD_FILE_MISSING'], ['CLOUD_FILE_UNREADABLE'], ['CLOUD_FILE_UNREADABLE']]);
  });

  // Nothing could end the wait for its other end, not even Ctrl-C.
  it('refuses a named pipe in place of waiting for it', async () => {
    const file = join(folder, 'pipe');
    execFileSync('mkfifo', [file]);
    expect((await readCloud(file)).problems).toMatchObject([
      { code: 'CLOUD_FILE_UNREADABLE', what: expect.stringContaining('named pipe') },
    ]);
  });
});
