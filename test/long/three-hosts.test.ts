import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCapture } from '../e2e/support/capture.ts';
import { secretNeedles } from '../e2e/support/secrets.ts';
import { tunnelledCloud } from '../e2e/support/tunnel.ts';
import { expectUnreadable, wires } from '../e2e/support/wire.ts';
import { identities, type Restart, restarts } from './support/clusters.ts';
import {
  begin,
  end,
  folder,
  hosts,
  labCommand,
  labName,
  on,
  onAll,
  printTable,
  reinstall,
  row,
  sshConfig,
  timed,
} from './support/threeHosts.ts';
import { watchApis } from './support/watch.ts';

/*
 * examples/compact.yaml on a lab: three hosts, each control, network, compute and storage, from bare Debian to a
 * verified cloud; then what happens to a cloud that lives: hosts die, come back, are reinstalled, configuration changes
 * while it is used. Needs root on Linux, 24 GiB and about an hour; prints the table of docs/long-tests.md at its end.
 */
const HOUR = 3_600_000;
const LIMITS = '/etc/security/limits.d/60-cloudwright.conf';
const spoil = `sed -i s/65536/1024/ ${LIMITS}`;

beforeAll(begin, HOUR);
afterAll(async () => {
  printTable();
  await end();
}, HOUR);

/** Members of one cloud agree about what they belong to. */
async function identityOfAll() {
  const [first, ...others] = await identities();
  for (const other of others) expect(other).toEqual(first);
  return first;
}

function unreachable(run: Awaited<ReturnType<typeof timed>>): readonly string[] {
  return run.events.flatMap((event) => {
    if (event.type !== 'host-unreachable') return [];
    // sshd of a machine without power is silent; that of a lab's machine refuses.
    expect(['HOST_UNREACHABLE', 'HOST_REFUSED']).toContain(event.problem.code);
    return [event.host];
  });
}

describe('three hosts that are everything', () => {
  it(
    'become a cloud that passes every check and the acceptance test, of which nobody on a network reads anything',
    async () => {
      const apply = await timed('first `apply`, from bare hosts', ['apply']);
      expect(apply.code, apply.output.slice(-6000)).toBe(0);
      const verify = await timed('`verify`', ['verify']);
      expect(verify.code, verify.output.slice(-6000)).toBe(0);
      const capture = await startCapture(
        wires(
          labName,
          hosts.map((name, index) => ({ name, number: 11 + index })),
        ),
        await secretNeedles(folder),
      );
      const test = await timed('acceptance test', ['test']);
      expect(test.code, test.output.slice(-6000)).toBe(0);
      await expectUnreadable(capture);
      const identity = await identityOfAll();
      expect(identity?.galera).toMatch(/\b3\b/);
      for (const host of hosts) expect(identity?.rabbitmq).toContain(`rabbit@${host}`);
    },
    HOUR,
  );

  it(
    'change nothing in a second run',
    async () => {
      const again = await timed('`apply` without a difference', ['apply']);
      expect(again.code, again.output.slice(-6000)).toBe(0);
      expect(again.changed).toEqual([]);
    },
    HOUR,
  );

  it(
    'restart the database and the broker one host at a time, while the APIs answer',
    async () => {
      const files = {
        mariadb: '/etc/mysql/mariadb.conf.d/90-cloudwright.cnf',
        'rabbitmq-server': '/etc/rabbitmq/rabbitmq.conf',
      };
      const before = new Map<string, readonly Restart[]>();
      for (const [unit, file] of Object.entries(files)) {
        before.set(unit, await restarts(unit));
        // Other content than described: the run writes the file on every host, and each daemon must read it again.
        await onAll(`echo '# changed by hand' >>${file}`);
      }
      const watch = watchApis(join(folder, 'ca.pem'));
      const apply = await timed('rolling restart of database and broker', ['apply']);
      const { answers, failures } = await watch.stop();
      expect(apply.code, apply.output.slice(-6000)).toBe(0);
      for (const unit of Object.keys(files)) {
        const after = await restarts(unit);
        for (const { host, up } of after) {
          const earlier = before.get(unit)?.find((restart) => restart.host === host);
          expect(up, `${unit} on ${host}`).toBeGreaterThan(earlier?.up ?? Number.POSITIVE_INFINITY);
        }
        for (const [index, { host, down, up }] of after.entries()) {
          expect(up, `${unit} on ${host}`).toBeGreaterThan(down);
          const next = after[index + 1];
          if (next) expect(next.down, `${unit} on ${next.host} after ${host}`).toBeGreaterThan(up);
        }
      }
      // A client whose server is gone and who is not told so waits for ever.
      const forgotten = `echo show sess all | socat - /run/haproxy/admin.sock | grep -A12 frontend=database | grep -c 'scb=.*state=CLO' || :`;
      expect(await onAll(forgotten)).toEqual(['0', '0', '0']);
      row('API answers during the rolling restart', undefined, `${answers}, ${failures.length} failed`);
      expect(answers).toBeGreaterThan(40);
      expect(failures).toEqual([]);
    },
    HOUR,
  );

  it(
    'take a run while a host is dead, and repair it when it comes back',
    async () => {
      await onAll(spoil);
      await labCommand('cut', 'control3');

      const narrow = await timed('`apply --host control1`, control3 dead', ['apply', '--host', 'control1']);
      expect(unreachable(narrow)).toEqual(['control3']);
      expect(narrow.changed).toContain(`control1/file:${LIMITS}`);
      expect(narrow.changed).not.toContain(`control2/file:${LIMITS}`);

      const degraded = await timed('`apply`, control3 dead', ['apply']);
      expect(degraded.code, degraded.output.slice(-6000)).toBe(1);
      expect(unreachable(degraded)).toEqual(['control3']);
      expect(degraded.changed).toContain(`control2/file:${LIMITS}`);
      expect(await on('control2', `grep -c 65536 ${LIMITS}`)).not.toBe('0');

      await labCommand('heal', 'control3');
      const repaired = await timed('`apply`, control3 back', ['apply']);
      expect(repaired.code, repaired.output.slice(-6000)).toBe(0);
      expect(repaired.changed).toContain(`control3/file:${LIMITS}`);
      expect(unreachable(repaired)).toEqual([]);
      const again = await timed('`apply` after the repair', ['apply']);
      expect(again.code, again.output.slice(-6000)).toBe(0);
      expect(again.changed).toEqual([]);
      await identityOfAll();
    },
    HOUR,
  );

  it(
    'take a reinstalled first host into their clusters, and keep what they had',
    async () => {
      const cloud = tunnelledCloud(join(folder, 'clouds.yaml'), sshConfig, 'control2');
      try {
        const before = await identityOfAll();
        const users = await cloud.client.list<{ name: string }>('identity', '/users', 'users');
        await reinstall('control1');
        expect(await on('control1', 'test -e /var/lib/mysql && echo there || echo bare')).toBe('bare');

        const apply = await timed('`apply`, control1 reinstalled', ['apply']);
        expect(apply.code, apply.output.slice(-6000)).toBe(0);
        expect(await identityOfAll()).toEqual(before);
        expect(await cloud.client.list<{ name: string }>('identity', '/users', 'users')).toEqual(users);
        const again = await timed('`apply` after the reinstallation', ['apply']);
        expect(again.code, again.output.slice(-6000)).toBe(0);
        expect(again.changed).toEqual([]);
      } finally {
        cloud.close();
      }
      const test = await timed('acceptance test after the reinstallation', ['test']);
      expect(test.code, test.output.slice(-6000)).toBe(0);
    },
    HOUR,
  );
});
