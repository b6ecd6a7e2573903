import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import health from '../../../src/infrastructure/database/health.sh';
import { scratch } from '../../resources/sh.ts';
import { allResources, content, iniSection, threeControls } from '../../steps/clouds.ts';

const root = scratch();
const REQUEST = 'GET / HTTP/1.0\r\nHost: 192.0.2.11\r\n\r\n';

/** Asks the program as haproxy does, where `mariadb` and `timeout` are these shell bodies. */
function ask(mariadb: string, timeout = 'shift; exec "$@"', request = REQUEST) {
  const place = mkdtempSync(join(root, 'host-'));
  mkdirSync(join(place, 'bin'));
  const program = join(place, 'health');
  writeFileSync(program, health);
  const strict = `[ "$1 $2 $3 $4 $5 $6" = '--no-defaults --skip-ssl --user=cloudwright-health -N -B -e' ] && [ $# -eq 7 ] || {
  echo "unexpected: $*" >&2; exit 99; }
case $7 in *@@wsrep_on*wsrep_cluster_status*wsrep_local_state*) ;; *) echo "unexpected: $7" >&2; exit 99 ;; esac`;
  for (const [name, body] of [
    ['mariadb', `${strict}\n${mariadb}`],
    ['timeout', timeout],
  ] as const) {
    writeFileSync(join(place, 'bin', name), `#!/bin/dash\n${body}\n`);
    chmodSync(join(place, 'bin', name), 0o755);
  }
  const { stdout, stderr, status } = spawnSync('dash', [program], {
    input: request,
    encoding: 'utf8',
    env: { ...process.env, PATH: `${join(place, 'bin')}:${process.env.PATH}` },
  });
  const [head = '', body = ''] = stdout.split('\r\n\r\n');
  const length = Number(/Content-Length: (\d+)/.exec(head)?.[1]);
  return { code: head.split('\r\n')[0], body, length, stderr, status };
}

const OK = 'HTTP/1.1 200 OK';
const UNAVAILABLE = 'HTTP/1.1 503 Service Unavailable';

describe('the health of a database member', () => {
  it.each([
    ['a lone server', 'echo "0 none none"', OK, 'writable'],
    ['a synced member', 'echo "1 Primary 4"', OK, 'writable'],
    ['a member that takes two seconds', 'sleep 2; echo "1 Primary 4"', OK, 'writable'],
    ['a donor', 'echo "1 Primary 2"', UNAVAILABLE, 'not writable: 1 Primary 2'],
    ['a joining member', 'echo "1 Primary 1"', UNAVAILABLE, 'not writable: 1 Primary 1'],
    // The text contains `Primary` too.
    ['a member in the minority', 'echo "1 non-Primary 4"', UNAVAILABLE, 'not writable: 1 non-Primary 4'],
    ['a member without a cluster', 'echo "1 Disconnected 0"', UNAVAILABLE, 'not writable: 1 Disconnected 0'],
    ['a dead server', 'echo "ERROR 2002 (HY000)" >&2; exit 1', UNAVAILABLE, 'not writable: no answer'],
    [
      'a missing account',
      `echo "ERROR 1698 (28000): Access denied for user 'x'@'localhost'" >&2; exit 1`,
      UNAVAILABLE,
      'not writable: no answer',
    ],
    [
      'a server whose clients have all connections',
      'echo "ERROR 1040 (08004): Too many connections" >&2; exit 1',
      OK,
      'writable: all connections are in use',
    ],
  ])('%s', (_name, mariadb, code, body) => {
    expect(ask(mariadb)).toEqual({ code, body, length: body.length, stderr: '', status: 0 });
  });

  it('may take long, up to a limit', () => {
    // A `timeout` whose time has passed.
    const late = ask(
      'echo "1 Primary 4"',
      'case $2 in mariadb) [ "$1" -ge 15 ] && exit 124; exit 99 ;; esac; shift; exec "$@"',
    );
    expect(late).toMatchObject({ code: UNAVAILABLE, body: 'not writable: no answer' });
  });

  it('is not given to a caller whose request does not end within its limit, and the database is not asked', () => {
    const silent = ask(
      'exit 99',
      '[ "$1" -le 5 ] && [ "$2" = sed ] && exit 124; exit 99',
      'GET / HTTP/1.0\r\n',
    );
    expect(silent).toMatchObject({ code: '', body: '', stderr: '', status: 0 });
  });

  it('is answered at the empty line, which a client that keeps its connection open sends', () => {
    const { code, status } = ask('echo "1 Primary 4"', undefined, `${REQUEST}more\r\n`);
    expect({ code, status }).toEqual({ code: OK, status: 0 });
  });

  it('is offered on the management address of each member, for as many questions as haproxy has', () => {
    const socket = content(
      threeControls(),
      'control2',
      '/etc/systemd/system/cloudwright-database-health.socket',
    );
    expect(socket).toContain('ListenStream=192.0.2.12:9200\n');
    expect(socket).toContain('TriggerLimitIntervalSec=0\n');
    const services = allResources(threeControls()).filter(({ id }) =>
      id.endsWith('cloudwright-database-health.socket'),
    );
    expect(services.filter(({ id }) => id.includes('/service:'))).toHaveLength(3);
  });

  // A caller who connected and said nothing took every place, and haproxy took all members for dead.
  it('has places left for haproxy whatever one caller does, and ends a question that is never asked', () => {
    const unit = (ending: string) =>
      content(threeControls(), 'control2', `/etc/systemd/system/cloudwright-database-health${ending}`);
    const limit = (name: string, section: readonly string[]) =>
      Number(section.find((line) => line.startsWith(`${name}=`))?.slice(name.length + 1));
    const socket = iniSection(unit('.socket'), 'Socket');
    const callers = limit('MaxConnectionsPerSource', socket);
    // haproxy of each control host, with an answer on its way and the next question.
    expect(callers).toBeGreaterThanOrEqual(2);
    expect(callers * 3).toBeLessThan(limit('MaxConnections', socket));
    // Each is a process on the host and a client of its database.
    expect(limit('MaxConnections', socket)).toBeLessThanOrEqual(128);
    const longest = limit('RuntimeMaxSec', iniSection(unit('@.service'), 'Service'));
    const limits = [...health.matchAll(/timeout (\d+) /g)].map((found) => Number(found[1]));
    expect(limits).toHaveLength(2);
    expect(longest).toBeGreaterThan(limits.reduce((sum, seconds) => sum + seconds, 0));
    expect(longest).toBeLessThanOrEqual(30);
  });

  it('is answered by a user without rights, and only to the balancers', () => {
    const unit = (ending: string) =>
      content(threeControls(), 'control2', `/etc/systemd/system/cloudwright-database-health${ending}`);
    expect(iniSection(unit('@.service'), 'Service')).toEqual(
      expect.arrayContaining(['User=cloudwright-health', 'Group=cloudwright-health']),
    );
    const socket = iniSection(unit('.socket'), 'Socket');
    expect(socket).toContain('IPAddressDeny=any');
    expect(socket).toContain('IPAddressAllow=192.0.2.11 192.0.2.12 192.0.2.13 192.0.2.100');
  });

  // Without it, the new program answers that the member is down, and haproxy cuts all clients off.
  it('has its user and its account before anything of it is written', () => {
    const resources = allResources(threeControls());
    const accounts = resources.filter(({ id }) => id.endsWith('/mysql-user:cloudwright-health@localhost'));
    expect(accounts).toMatchObject([{ cloudWide: true }]);
    expect(accounts[0]?.after).toContain('control1/service:mariadb');
    const written = resources.filter(({ id }) =>
      /^control2\/(file|service):.*cloudwright-database-health/.test(id),
    );
    expect(written).toHaveLength(4);
    for (const { after } of written) {
      expect(after).toEqual(
        expect.arrayContaining([
          accounts[0]?.id,
          'control2/service:mariadb',
          'control2/command:database-health-user',
        ]),
      );
    }
  });
});
