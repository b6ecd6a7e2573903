import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { computeIdentity } from '../../../src/infrastructure/hypervisor/computeIdentity.ts';
import { debian13 } from '../../../src/platform/debian-13/table.ts';
import type { CommandDesired } from '../../../src/resources/command.ts';
import { reveal } from '../../../src/secrets/confidential.ts';
import { rehearsal, scratch } from '../../resources/sh.ts';
import { threeControls } from '../../steps/clouds.ts';

const root = scratch();
const { cloud } = threeControls();

/** A host whose /var/lib/nova is a folder of the test. */
function compute(name: string) {
  const described = cloud.hosts.find((host) => host.name === name);
  if (!described) throw new Error(`no host ${name}`);
  const place = mkdtempSync(join(root, 'host-'));
  const file = join(place, 'compute_id');
  const { unless, script } = computeIdentity(cloud, described, debian13).desired as CommandDesired;
  const here = (text: typeof script) => reveal(text).replaceAll('/var/lib/nova/compute_id', file);
  const fake = rehearsal(place, { chown: `[ "$*" = '-h -- nova:nova ./new' ] || unexpected "$@"` });
  return {
    file,
    isThere: () => fake.run(here(unless)).code === 0,
    make: () => fake.run(here(script)),
    uuid: () => readFileSync(file, 'utf8'),
  };
}

describe('the uuid of a compute node', () => {
  // Nova refuses to start on a host whose record has a uuid that the host has lost.
  it('is the same again on a host that was reinstalled, and another on every host', () => {
    const [first, again, other] = [compute('compute1'), compute('compute1'), compute('compute2')];
    for (const host of [first, again, other]) {
      expect(host.isThere()).toBe(false);
      expect(host.make()).toMatchObject({ code: 0, stderr: '' });
      expect(host.isThere()).toBe(true);
      expect(existsSync(host.file.replace('compute_id', '.compute_id.cloudwright-new'))).toBe(false);
    }
    expect(first.uuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}\n$/);
    expect(again.uuid()).toBe(first.uuid());
    expect(other.uuid()).not.toBe(first.uuid());
  });

  it('stays where Nova has made one up before', () => {
    const host = compute('compute1');
    writeFileSync(host.file, 'its own\n');
    expect(host.isThere()).toBe(true);
  });
});
