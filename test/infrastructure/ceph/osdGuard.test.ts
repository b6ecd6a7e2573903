import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import guard from '../../../src/infrastructure/ceph/osdGuard.sh';
import { shellProgram } from '../../../src/resources/index.ts';
import { rehearsal, scratch } from '../../resources/sh.ts';

const root = scratch();
const OWN = '11111111-2222-4333-a444-555555555555';
const OTHER = '11111111-2222-4333-a444-666666666666';

interface Device {
  readonly content?: string;
  readonly mount?: string;
  readonly names?: string;
  readonly signature?: string;
}

function guarded({ content = '', mount = '', names = 'sdb', signature = '' }: Device) {
  const place = mkdtempSync(join(root, 'host-'));
  const device = join(place, 'device');
  writeFileSync(device, content);
  const fake = rehearsal(place, {
    lsblk: `case "$*" in '-nro MOUNTPOINTS ${device}') echo '${mount}' ;; '-nro NAME ${device}') printf '%s\\n' ${names} ;; *) unexpected "$@" ;; esac`,
    wipefs: `[ "$*" = '-n --noheadings -O TYPE ${device}' ] || unexpected "$@"\nprintf %s '${signature}'`,
  });
  // A test has no block device: a file stands for one.
  const { code, stderr } = fake.run(shellProgram(guard.replace('[ -b', '[ -f'), { device, uuid: OWN }));
  return [code, stderr.replace(device, 'it')];
}

const labelled = (uuid: string): string => `bluestore block device\n${uuid}\n`;

describe('a device for an OSD', () => {
  it('is taken when it is empty, or has this OSD already', () => {
    expect(guarded({})).toEqual([0, '']);
    expect(guarded({ content: labelled(OWN), signature: 'ceph_bluestore' })).toEqual([0, '']);
  });

  it.each<[string, Device]>([
    [`belongs to the OSD ${OTHER}`, { content: labelled(OTHER) }],
    ['is mounted', { mount: '/srv' }],
    ['has partitions or other devices on it', { names: 'sdb sdb1' }],
    ['has a signature of ext4', { signature: 'ext4' }],
  ])('is left alone when it %s', (reason, device) => {
    expect(guarded(device)).toEqual([1, `it ${reason}; nothing was changed\n`]);
  });
});
