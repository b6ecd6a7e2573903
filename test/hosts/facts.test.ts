import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import factsScript from '../../src/hosts/facts.sh';
import { parseFacts, readFacts } from '../../src/hosts/facts.ts';
import { openLocal } from '../../src/hosts/local.ts';

const ANSWER = `== clock
1000.250000000
== hostname
control1
== os-release
PRETTY_NAME="Debian GNU/Linux 13 (trixie)"
VERSION_CODENAME=trixie
VERSION_ID="13"
ID=debian
== kernel
6.12.0-amd64
== cpus
8
== memory
MemTotal:       16384000 kB
max
== disk
Filesystem     1024-blocks    Used Available Capacity Mounted on
/dev/vda1        104857600 1048576  52428800      50% /
== openvswitch
loadable
== kvm
yes
== container
none
== addresses
1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever
2: eth0    inet 192.0.2.11/24 brd 192.0.2.255 scope global eth0\\       valid_lft forever preferred_lft forever
2: eth0    inet6 fe80::1/64 scope link \\       valid_lft forever preferred_lft forever
== links
1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN mode DEFAULT group default qlen 1000\\    link/loopback
2: eth0@if7: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 qdisc noqueue state UP mode DEFAULT group default\\    link/ether
3: eth1: <BROADCAST,MULTICAST> mtu 1500 qdisc noop state DOWN mode DEFAULT group default qlen 1000\\    link/ether
== routes
default via 192.0.2.1 dev eth0
== devices
/dev/vda 209715200 yes
/dev/vdb 41943040 no
== end
`;

it('reads everything out of one answer', () => {
  expect(parseFacts('control1', ANSWER, 1000)).toEqual({
    hostname: 'control1',
    codename: 'trixie',
    distribution: 'debian',
    versionId: '13',
    kernel: '6.12.0-amd64',
    cpus: 8,
    memoryMiB: 16000,
    rootDiskGiB: 100,
    rootFreeGiB: 50,
    openvswitchModule: true,
    kvm: true,
    container: false,
    clockOffsetSeconds: 0.25,
    interfaces: [
      { name: 'lo', up: true, addresses: ['127.0.0.1/8'], mtu: 65536 },
      { name: 'eth0', up: true, addresses: ['192.0.2.11/24', 'fe80::1/64'], mtu: 1450 },
      { name: 'eth1', up: false, addresses: [], mtu: 1500 },
    ],
    blockDevices: [
      { path: '/dev/vda', sizeGiB: 100, inUse: true },
      { path: '/dev/vdb', sizeGiB: 20, inUse: false },
    ],
    defaultGateway: true,
  });
});

it('takes the memory that a control group allows', () => {
  const limited = ANSWER.replace('\nmax\n', `\n${4 * 1024 ** 3}\n`);
  expect(parseFacts('one', limited, 1000).memoryMiB).toBe(4096);
});

it('reads the id of the cloud that the host belongs to', () => {
  const member = ANSWER.replace(
    '== addresses',
    '== cloud-id\n5f0c2a6e-1111-4222-8333-abcdefabcdef\n\n== addresses',
  );
  expect(parseFacts('one', member, 1000).cloudId).toBe('5f0c2a6e-1111-4222-8333-abcdefabcdef');
  expect(parseFacts('one', ANSWER, 1000)).not.toHaveProperty('cloudId');
});

it('says whether the host was changed by a run before', () => {
  const managed = ANSWER.replace('== addresses', '== managed\nyes\n\n== addresses');
  expect(parseFacts('one', managed, 1000).managed).toBe(true);
  expect(parseFacts('one', ANSWER, 1000)).not.toHaveProperty('managed');
});

it('refuses an answer that was cut', () => {
  expect(() => parseFacts('one', ANSWER.slice(0, 200), 1000)).toThrow(/HOST_FACTS_UNREADABLE/);
});

it('reads this machine', async () => {
  const here = await openLocal('here');
  const facts = await readFacts(here);
  await here.close();
  expect(facts.cpus).toBeGreaterThan(0);
  expect(facts.memoryMiB).toBeGreaterThan(0);
  expect(facts.distribution).not.toBe('');
  expect(Math.abs(facts.clockOffsetSeconds)).toBeLessThan(5);
});

it('takes a device for used that has partitions, a holder, a mount or swap', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cw-facts-'));
  const put = (path: string, content = ''): void => {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), content);
  };
  for (const name of ['sda', 'sdb', 'sdc', 'sdd', 'sde']) put(`sys/block/${name}/size`, '2097152\n');
  put('sys/block/sda/sda1/partition', '1\n');
  put('sys/block/sdb/holders/dm-0');
  put('proc/mounts', '/dev/sdc /srv ext4 rw 0 0\n');
  put('proc/swaps', '/dev/sdd partition 1048572 0 -2\n');
  const script = factsScript
    .replaceAll('/sys/block', `${folder}/sys/block`)
    .replace('/proc/mounts /proc/swaps', `${folder}/proc/mounts ${folder}/proc/swaps`)
    .replace('[ -b "/dev/$name" ]', 'true')
    .replace('command -v blkid', 'false');
  const { stdout } = spawnSync('sh', ['-c', script], { encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  const found = parseFacts('one', stdout, Date.now() / 1000).blockDevices;
  expect(found.map(({ path, inUse }) => [path, inUse])).toEqual([
    ['/dev/sda', true],
    ['/dev/sdb', true],
    ['/dev/sdc', true],
    ['/dev/sdd', true],
    ['/dev/sde', false],
  ]);
});
