import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memoryTarget, poolResources } from '../../../src/infrastructure/ceph/pools.ts';
import type { CommandDesired } from '../../../src/resources/command.ts';
import { type Rehearsal, rehearsal, scratch } from '../../resources/sh.ts';
import { allInOne, allResources, content, threeControls } from '../../steps/clouds.ts';

const root = scratch();
const { cloud } = threeControls();
const [monitor] = cloud.hosts;
if (!monitor) throw new Error('a cloud has hosts');
const at = monitor;

function desiredOf(
  ceph: Partial<typeof cloud.ceph> = {},
  names: readonly string[] = ['images', 'vms'],
): CommandDesired {
  const wanted = { ...cloud, ceph: { ...cloud.ceph, poolSize: 3, poolMinSize: 2, pgNum: 32, ...ceph } };
  return poolResources(wanted, at, names, [])[0]?.desired as CommandDesired;
}

const line = (name: string, size: number, least: number, groups: number, application = ' application rbd') =>
  `pool 1 '${name}' replicated size ${size} min_size ${least} crush_rule 0 object_hash rjenkins pg_num ${groups} pgp_num ${groups} autoscale_mode off last_change 9${application} read_balance_score 1.00`;

/** A cluster with these pools, one for each line of `ceph osd pool ls detail`. */
function cluster(pools: readonly string[], marked = true): Rehearsal & { readonly marked: () => boolean } {
  const place = mkdtempSync(join(root, 'host-'));
  const state = join(place, 'var', 'lib', 'cloudwright', 'ceph');
  mkdirSync(state, { recursive: true });
  if (marked) writeFileSync(join(state, 'pools'), '');
  writeFileSync(join(place, 'pools'), `${pools.join('\n')}\n`);
  const ceph = `case "$*" in
'osd pool ls detail') cat '${place}/pools' ;;
'osd pool create '*) ;;
'osd pool set '*' size 1' | 'osd pool set '*' size 1 ') echo 'Error EPERM: configuring pool size as 1 is disabled by default.' >&2; exit 1 ;;
'osd pool set '*) ;;
'osd pool get '*' pg_num') sed -n "s/.*'$4'.* pg_num \\([0-9]*\\) .*/pg_num: \\1/p" '${place}/pools' | grep . || echo 'pg_num: 32' ;;
'osd pool application enable '*' rbd') ;;
*) unexpected "$@" ;;
esac`;
  const python3 = `[ "$1 $2 $4 $5" = "-I -c osd pool ls detail=detail" ] || unexpected "$4" "$5"\ncat '${place}/pools'`;
  const fake = rehearsal(place, {
    ceph,
    python3,
    timeout: '[ "$1" = 10 ] || unexpected "$@"\nshift\nexec "$@"',
  });
  return { ...fake, marked: () => existsSync(join(state, 'pools')) };
}

const changes = (fake: Rehearsal) =>
  fake.calls().filter((call) => /^ceph osd pool (set|create|application)/.test(call));

// O11: only names were compared: a changed size, minimum or number of placement groups showed no plan and did nothing.
describe('the pools of the services', () => {
  const desired = desiredOf();

  it.each([
    ['as wanted', [line('images', 3, 2, 32), line('vms', 3, 2, 32)], 0],
    [
      'with more placement groups than wanted, which are never made fewer',
      [line('images', 3, 2, 64), line('vms', 3, 2, 32)],
      0,
    ],
    ['with another size', [line('images', 2, 2, 32), line('vms', 3, 2, 32)], 1],
    ['with another minimum', [line('images', 3, 2, 32), line('vms', 3, 1, 32)], 1],
    [
      'with more copies than wanted, which are never made fewer',
      [line('images', 4, 3, 32), line('vms', 3, 2, 32)],
      0,
    ],
    ['with fewer placement groups', [line('images', 3, 2, 16), line('vms', 3, 2, 32)], 1],
    ['without an application', [line('images', 3, 2, 32), line('vms', 3, 2, 32, '')], 1],
    ['one of them missing', [line('images', 3, 2, 32)], 1],
    ['a longer name in its place', [line('images', 3, 2, 32), line('old-vms', 3, 2, 32)], 1],
  ])('%s', (_name, pools, code) => {
    const fake = cluster(pools);
    expect(fake.run(desired.unless)).toMatchObject({ code, stderr: '' });
    expect(changes(fake)).toEqual([]);
  });

  it('are not asked for where there is no cluster yet: every question would wait', () => {
    const fake = cluster([], false);
    expect(fake.run(desired.unless).code).toBe(1);
    expect(fake.calls()).toEqual([]);
  });

  it('are created, and those that differ are changed, and no other', () => {
    const fake = cluster([line('images', 3, 2, 32), line('vms', 2, 2, 16)], false);
    expect(fake.run(desiredOf({}, ['images', 'vms', 'volumes']).script)).toMatchObject({
      code: 0,
      stderr: '',
    });
    expect(changes(fake).map((call) => call.trimEnd())).toEqual([
      'ceph osd pool create vms 32',
      'ceph osd pool set vms size 3',
      'ceph osd pool set vms pg_num 32',
      'ceph osd pool set vms pgp_num 32',
      'ceph osd pool application enable vms rbd',
      'ceph osd pool create volumes 32',
      'ceph osd pool set volumes size 3',
      'ceph osd pool set volumes min_size 2',
      'ceph osd pool application enable volumes rbd',
    ]);
    expect(fake.marked()).toBe(true);
  });

  it('keep their copies when a smaller number is described: fewer of them are a decision about data', () => {
    const fake = cluster([line('images', 3, 2, 16)]);
    const fewer = desiredOf({ poolSize: 1, poolMinSize: 1 }, ['images']);
    expect(fake.run(fewer.script)).toMatchObject({ code: 0, stderr: '' });
    expect(changes(fake).filter((call) => call.includes('size'))).toEqual([]);
  });

  it('confirm that one copy is meant', () => {
    const fake = cluster([], false);
    expect(fake.run(desiredOf({ poolSize: 1, poolMinSize: 1 }, ['images']).script).code).toBe(0);
    expect(changes(fake)).toContain('ceph osd pool set images size 1 --yes-i-really-mean-it');
  });

  it('are not taken for made when Ceph refuses', () => {
    const fake = cluster([], false);
    const refused = desiredOf({ poolSize: 3 }, ['images']);
    const broken = {
      ...refused,
      script: String(refused.script).replace("size='3'", "size='1'").replace('--yes-i-really-mean-it', ''),
    };
    expect(fake.run(broken.script).code).not.toBe(0);
    expect(fake.marked()).toBe(false);
  });

  it('say what they would be: a plan shows the numbers', () => {
    expect(desired.doing).toBe(
      'create or change the pools images, vms: 3 copies, at least 2, 32 placement groups',
    );
  });
});

// O11: a changed osd_memory restarted the monitors, and never reached an OSD.
describe('the memory of OSDs', () => {
  it('is a setting of the cluster, which running OSDs follow', () => {
    const place = mkdtempSync(join(root, 'memory-'));
    mkdirSync(join(place, 'var', 'lib', 'cloudwright', 'ceph'), { recursive: true });
    const fake = rehearsal(place, {
      ceph: `[ "$*" = 'config set osd osd_memory_target 2147483648' ] || unexpected "$@"`,
    });
    const wanted = { ...cloud, ceph: { ...cloud.ceph, osdMemory: 2_147_483_648 } };
    const desired = memoryTarget(wanted, at, []).desired as CommandDesired;
    expect(fake.run(desired.unless).code).not.toBe(0);
    expect(fake.run(desired.script).code).toBe(0);
    expect(fake.run(desired.unless).code).toBe(0);
    const more = { ...cloud, ceph: { ...cloud.ceph, osdMemory: 4_294_967_296 } };
    expect(fake.run((memoryTarget(more, at, []).desired as CommandDesired).unless).code).not.toBe(0);
  });

  it('is not in ceph.conf, where it would win and restart the monitors', () => {
    for (const context of [allInOne(), threeControls()]) {
      const [host] = context.cloud.hosts;
      expect(content(context, host?.name ?? '', '/etc/ceph/ceph.conf')).not.toContain('osd_memory_target');
      expect(allResources(context).some(({ id }) => id.endsWith('/command:ceph-osd-memory'))).toBe(true);
    }
  });
});
