import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { CommandDesired } from '../../../src/resources/command.ts';
import { reveal } from '../../../src/secrets/confidential.ts';
import { rehearsal, scratch } from '../../resources/sh.ts';
import { allResources, threeControls } from '../../steps/clouds.ts';

const root = scratch();
const resource = allResources(threeControls()).find(({ id }) => id === 'control1/command:balancer-addresses');
const desired = resource?.desired as CommandDesired;

/** A host on which processes listen: address, process id, unit. Units `known` have a drop-in of ours. */
function host(listening: readonly (readonly [string, number, string])[], known: readonly string[]) {
  const place = mkdtempSync(join(root, 'host-'));
  for (const [, pid, unit] of listening) {
    mkdirSync(join(place, 'proc', String(pid)), { recursive: true });
    writeFileSync(join(place, 'proc', String(pid), 'cgroup'), `0::/system.slice/${unit}\n`);
  }
  for (const unit of known) {
    mkdirSync(join(place, 'etc/systemd/system', `${unit}.d`), { recursive: true });
    writeFileSync(join(place, 'etc/systemd/system', `${unit}.d`, 'cloudwright.conf'), '');
  }
  const lines = listening.map(
    ([address, pid]) => `LISTEN 0 100 ${address} 0.0.0.0:* users:(("name",pid=${pid},fd=3))`,
  );
  const fake = rehearsal(place, {
    ss: `[ "$*" = -Hltnp ] || unexpected "$@"\ncat <<'END'\n${lines.join('\n')}\nEND`,
    haproxy: `[ "$1 $2 $3" = '-c -q -f' ] || unexpected "$@"\n[ ! -e '${place}/refused' ]`,
    systemctl: `case "$*" in 'stop -- '*) ;; *) unexpected "$@" ;; esac`,
  });
  const inPlace = (script: string) => script.replaceAll('/proc/$pid', `${place}/proc/$pid`);
  return {
    compare: () => fake.run(inPlace(reveal(desired.unless))).code,
    stop: () => fake.run(inPlace(reveal(desired.script))),
    refuse: () => writeFileSync(join(place, 'refused'), ''),
    stopped: () => fake.calls().filter((call) => call.startsWith('systemctl')),
  };
}

it('stops what listens where haproxy will end TLS, and nothing else', () => {
  const before = host(
    [
      ['192.0.2.11:5000', 11, 'keystone.service'],
      ['192.0.2.11:8081', 12, 'apache2.service'],
      ['192.0.2.11:11211', 13, 'memcached.service'],
      ['192.0.2.11:3306', 14, 'mariadb.service'],
      ['192.0.2.100:5000', 15, 'haproxy.service'],
      ['192.0.2.11:9292', 16, 'monitoring.service'],
      ['127.0.0.1:8774', 17, 'nova-api.service'],
    ],
    ['keystone.service', 'mariadb.service', 'haproxy.service', 'nova-api.service'],
  );
  expect(before.compare()).not.toBe(0);
  expect(before.stop()).toMatchObject({ code: 0, stderr: '' });
  // A unit that is not ours stays: haproxy then says that the address is taken.
  expect(before.stopped()).toEqual([
    'systemctl stop -- apache2.service',
    'systemctl stop -- keystone.service',
    'systemctl stop -- memcached.service',
  ]);
});

it('stops nothing for a configuration that haproxy refuses', () => {
  const before = host([['192.0.2.11:5000', 11, 'keystone.service']], ['keystone.service']);
  before.refuse();
  expect(before.stop().code).not.toBe(0);
  expect(before.stopped()).toEqual([]);
});

it('finds nothing to stop where haproxy listens already, or nobody', () => {
  const now = host([['192.0.2.11:5000', 11, 'haproxy.service']], ['haproxy.service']);
  expect(now.compare()).toBe(0);
  expect(host([], []).compare()).toBe(0);
});

it('is done before haproxy reads its configuration', () => {
  const haproxy = allResources(threeControls()).find(({ id }) => id === 'control1/service:haproxy');
  expect(haproxy?.after).toContain('control1/command:balancer-addresses');
});
