import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CommandDesired } from '../../../src/resources/command.ts';
import { rehearsal, scratch } from '../../resources/sh.ts';
import { allResources, threeControls } from '../../steps/clouds.ts';

const root = scratch();
const WANTED = [
  '.rgw.root',
  'default.rgw.control',
  'default.rgw.meta',
  'default.rgw.log',
  'default.rgw.buckets.non-ec',
  'default.rgw.buckets.index',
  'default.rgw.buckets.data',
];

/** A monitor's host whose cluster has these pools, each with its tag or none. */
function host(pools: Readonly<Record<string, string>>) {
  const place = mkdtempSync(join(root, 'host-'));
  const list = join(place, 'pools');
  writeFileSync(
    list,
    Object.entries(pools)
      .map(
        ([name, tag], number) =>
          `pool ${number} '${name}' replicated size 3${tag && ` application ${tag}`}\n`,
      )
      .join(''),
  );
  const fake = rehearsal(place, {
    python3: `[ "$1 $2 $4 $5" = "-I -c osd pool ls detail=detail" ] || unexpected "$4" "$5"\ncat '${list}'`,
    ceph: `case "$*" in
'osd pool ls detail') cat '${list}' ;;
'osd pool create .rgw.root '*' replicated --yes-i-really-mean-it') echo "pool 9 '.rgw.root' replicated" >>'${list}' ;;
'osd pool create .'*) unexpected "$@" ;;
'osd pool create '*' replicated') echo "pool 9 '$4' replicated" >>'${list}' ;;
'osd pool application enable '*' rgw') sed -i "s/'$5' .*/& application rgw/" '${list}' ;;
*) unexpected "$@" ;;
esac`,
    timeout: 'shift; exec "$@"',
  });
  const made = allResources(threeControls()).find(({ id }) => id === 'storage1/command:ceph-gateway-pools');
  if (!made) throw new Error('no command for the pools');
  const { script, unless } = made.desired as CommandDesired;
  return {
    create: () => fake.run(script),
    created: () => fake.run(unless).code === 0,
    calls: (verb: string) =>
      fake.calls().flatMap((call) => new RegExp(`^ceph osd pool ${verb} (\\S+)`).exec(call)?.[1] ?? []),
  };
}

describe('the pools of the object gateway', () => {
  it('are made and tagged before the gateway starts, and once', () => {
    const fake = host({ volumes: 'rbd' });
    expect(fake.created()).toBe(false);
    expect(fake.create()).toMatchObject({ code: 0, stderr: '' });
    expect(fake.calls('create')).toEqual(WANTED);
    expect(fake.calls('application enable')).toEqual(WANTED);
    expect(fake.created()).toBe(true);
    expect(fake.create()).toMatchObject({ code: 0 });
    expect(fake.calls('create')).toEqual(WANTED);
  });

  it('of an earlier gateway are tagged, and no others', () => {
    const fake = host({
      '.rgw.root': 'rgw',
      'default.rgw.log': '',
      'other.rgw.log': '',
      theirs: '',
      '.mgr': '',
    });
    expect(fake.create()).toMatchObject({ code: 0, stderr: '' });
    expect(fake.calls('create')).toEqual(
      WANTED.filter((name) => !['.rgw.root', 'default.rgw.log'].includes(name)),
    );
    const tagged = fake.calls('application enable');
    expect(tagged).toEqual(expect.arrayContaining(['default.rgw.log', 'other.rgw.log']));
    for (const name of ['.rgw.root', 'theirs', '.mgr', 'volumes']) expect(tagged).not.toContain(name);
    expect(fake.created()).toBe(true);
  });
});
