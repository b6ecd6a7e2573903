import { describe, expect, test } from 'vitest';
import {
  judgeOsdDevice,
  osdDeviceGuard,
  osdDeviceState,
  parseOsdDeviceState,
} from '../../../src/infrastructure/ceph/osdDevices.ts';
import { sh } from '../../resources/sh.ts';

const UUID = '0a1b2c3d-0000-4000-a000-000000000001';
const OTHER = '0a1b2c3d-0000-4000-a000-000000000002';

/** The verdict on one device of which the state script printed these lines. */
function verdict(...lines: readonly string[]): string | undefined {
  const output = ['device=/dev/vdb', ...lines, 'end=yes', ''].join('\n');
  const [state] = parseOsdDeviceState(output);
  return state && judgeOsdDevice('storage1', state, UUID)?.what;
}

describe('a device', () => {
  test.each([
    ['an empty device', []],
    ['the own OSD', ['signatures=ceph_bluestore', `osd=${UUID}`]],
  ])('%s may be taken', (_, lines) => {
    expect(verdict(...lines)).toBeUndefined();
  });

  test.each([
    ['a file system', ['signatures=ext4'], 'holds a signature of ext4.'],
    ['LVM', ['signatures=LVM2_member'], 'holds a signature of LVM2_member.'],
    ['ZFS', ['signatures=zfs_member'], 'holds a signature of zfs_member.'],
    ['RAID', ['signatures=linux_raid_member'], 'holds a signature of linux_raid_member.'],
    ['a partition table', ['signatures=gpt PMBR'], 'holds a signature of gpt PMBR.'],
    ['a mounted file system', ['mounted=/srv', 'signatures=ext4'], 'holds a mounted file system (/srv).'],
    ['volumes', ['children=vg-data (lvm)', 'signatures=LVM2_member'], 'holds other devices (vg-data (lvm)).'],
    [
      'another OSD',
      ['signatures=ceph_bluestore', `osd=${OTHER}`],
      `holds an OSD of another cluster or host (${OTHER}).`,
    ],
    [
      'an OSD whose label cannot be read',
      ['signatures=ceph_bluestore'],
      'holds a signature of ceph_bluestore.',
    ],
    [
      'a device that is locked',
      ['unreadable=wipefs: busy'],
      'holds content that cannot be read (wipefs: busy).',
    ],
    [
      'the own OSD, mounted by something',
      [`osd=${UUID}`, 'mounted=/srv'],
      'holds a mounted file system (/srv).',
    ],
  ])('%s is refused', (_, lines, found) => {
    expect(verdict(...lines)).toBe(`Block device /dev/vdb of host storage1 ${found}`);
  });
});

test('several devices keep their order; a missing one is said to be missing', () => {
  const { code, stdout } = sh(osdDeviceState(['/nonexistent/one', '/nonexistent/two']));
  expect(code).toBe(0);
  expect(parseOsdDeviceState(stdout)).toMatchObject([
    { device: '/nonexistent/one', missing: true },
    { device: '/nonexistent/two', missing: true },
  ]);
});

test('an answer that was cut is no answer', () => {
  expect(() => parseOsdDeviceState('device=/dev/vdb\n')).toThrow('incomplete');
});

test('the guard fails on what is no block device', () => {
  const { code, stderr } = sh(osdDeviceGuard('/nonexistent/one', UUID));
  expect([code, stderr.trim()]).toEqual([1, '/nonexistent/one is no block device; nothing was changed']);
});
