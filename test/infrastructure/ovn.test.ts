import { describe, expect, it } from 'vitest';
import { infrastructureListeners } from '../../src/infrastructure/listeners.ts';
import type { OvnDatabaseDesired } from '../../src/infrastructure/ovn/desired.ts';
import { ovn } from '../../src/infrastructure/ovn.ts';
import { preflight } from '../../src/infrastructure/preflight.ts';
import { allInOne, allResources, content, files, threeControls } from '../steps/clouds.ts';

const OPTIONS = '/etc/default/ovn-central';
const context = threeControls();

function resource(id: string) {
  const found = allResources(context).find((candidate) => candidate.id === id);
  if (!found) throw new Error(`no resource ${id}`);
  return found;
}

describe('OVN’s databases', () => {
  it('take their addresses from a file on each member', () => {
    for (const host of ['control1', 'control3']) {
      const options = content(context, host, OPTIONS);
      expect(options).toContain('--db-nb-config-file=/etc/ovn/cloudwright-nb.json');
      expect(options).toContain('--db-sb-use-remote-in-db=no');
      expect(options).toContain(
        '--ovn-northd-nb-db=ssl:192.0.2.11:6641,ssl:192.0.2.12:6641,ssl:192.0.2.13:6641',
      );
    }
    // northd writes what a chassis may not.
    expect(content(allInOne(), 'one', OPTIONS)).toContain('--ovn-northd-sb-db=ssl:192.0.2.11:16642 ');
  });

  it.each(['ovn-nb-db', 'ovn-sb-db', 'ovn-northd'])('give %s the certificate of the host', (daemon) => {
    for (const host of ['control1', 'control2']) {
      const options = content(context, host, OPTIONS);
      expect(options).toContain(` --${daemon}-ssl-key=/etc/cloudwright/tls/ovn/key.pem `);
      expect(options).toContain(` --${daemon}-ssl-cert=/etc/cloudwright/tls/ovn/certificate.pem `);
      expect(options).toMatch(new RegExp(` --${daemon}-ssl-ca-cert=/etc/cloudwright/tls/ovn/ca.pem[ "]`));
    }
    // They look at the certificate only when the key has changed.
    expect(resource('control1/file:/etc/cloudwright/tls/ovn/key.pem').after).toContain(
      'control1/file:/etc/cloudwright/tls/ovn/certificate.pem',
    );
    const keys = files(context).filter(({ path }) => path === '/etc/cloudwright/tls/ovn/key.pem');
    expect(keys.map(({ host, mode, group }) => `${host} ${mode} ${group}`)).toEqual(
      ['control1', 'control2', 'control3', 'compute1', 'compute2'].map((host) => `${host} 0600 root`),
    );
  });

  // On all addresses, everybody on the service network could rewrite the cloud's flows.
  it.each(['control1', 'control2', 'control3'])(
    'listen on the management address of %s and nowhere else',
    (host) => {
      const address = context.cloud.hosts.find(({ name }) => name === host)?.addresses.management;
      const remotes = (short: string) =>
        JSON.parse(content(context, host, `/etc/ovn/cloudwright-${short}.json`)).remotes;
      const open = { 'inactivity-probe': 60_000 };
      expect(remotes('nb')).toEqual({ 'punix:/run/ovn/ovnnb_db.sock': {}, [`pssl:6641:${address}`]: open });
      expect(remotes('sb')).toEqual({
        'punix:/run/ovn/ovnsb_db.sock': {},
        [`pssl:6642:${address}`]: { ...open, role: 'ovn-controller' },
        [`pssl:16642:${address}`]: open,
      });
    },
  );

  it('let chassis reach the port of their role alone', () => {
    const { cloud } = context;
    const reach = (port: number) =>
      infrastructureListeners
        .filter(({ ports }) => ports.includes(String(port)))
        .map(({ from }) => (typeof from === 'string' ? from : from(cloud).map(({ name }) => name)));
    const controls = ['control1', 'control2', 'control3'];
    expect(reach(6642)).toEqual([[...controls, 'compute1', 'compute2']]);
    expect([reach(6641), reach(16642)]).toEqual([[controls], [controls]]);
  });

  // Nothing in the description of a cluster may depend on a host's place in it.
  it.each([
    ['nb', 'OVN_Northbound'],
    ['sb', 'OVN_Southbound'],
  ])('form the cluster %s by a decision over all members', (short, database) => {
    const cluster = resource(`cluster/ovn-database:${short}`);
    expect(cluster.members).toEqual(['control1', 'control2', 'control3']);
    const desired = cluster.desired as OvnDatabaseDesired;
    expect(desired).toMatchObject({ database, electionTimer: 10_000 });
    for (const host of ['control1', 'control2', 'control3'])
      expect(content(context, host, OPTIONS)).not.toMatch(/cluster-(remote|local)-addr/);
  });

  // All three at the same moment would be an outage of every network change.
  it('restart one member at a time, and the next when this one serves again', () => {
    for (const host of ['control1', 'control2', 'control3']) {
      for (const [unit, group] of [
        ['ovn-ovsdb-server-nb', 'ovn-nb'],
        ['ovn-ovsdb-server-sb', 'ovn-sb'],
      ]) {
        const server = resource(`${host}/service:${unit}`);
        expect(server.turn?.group).toBe(group);
        expect(server.turn?.gate?.script).toContain(`ssl:192.0.2.1${host.at(-1)}`);
        expect(server.watches).toContain(`${host}/file:${OPTIONS}`);
      }
    }
  });

  it('are served on every member, clustered where there are several', () => {
    const check = ovn.checks(context).find(({ id }) => id === 'ovn-sb-control2');
    if (check?.via !== 'shell') throw new Error('a shell check is expected');
    const judge = (first: string, second = first, exitCode = 0) =>
      check.judge({ exitCode, stdout: `${first}\n${second}\n`, stderr: '' }).ok;
    const serving = '"connected":true,"leader":false,"model":"clustered"';
    expect(check.script).toContain('in ssl:192.0.2.12:6642 ssl:192.0.2.12:16642;');
    expect(check.script).toContain(
      '--private-key=/etc/cloudwright/tls/ovn/key.pem --certificate=/etc/cloudwright/tls/ovn/certificate.pem --ca-cert=/etc/cloudwright/tls/ovn/ca.pem',
    );
    expect(judge(serving)).toBe(true);
    expect(judge('"connected":true,"leader":true,"model":"standalone"')).toBe(false);
    expect(judge('"connected":false,"leader":false,"model":"clustered"')).toBe(false);
    expect(judge(serving, '')).toBe(false);
    expect(judge(serving, serving, 124)).toBe(false);
  });

  it('are what the controllers of all chassis are connected to', () => {
    const checks = ovn.checks(context).filter(({ id }) => id.startsWith('ovn-controller-'));
    expect(checks.map(({ host }) => host)).toEqual([
      'control1',
      'control2',
      'control3',
      'compute1',
      'compute2',
    ]);
    const [check] = checks;
    if (check?.via !== 'shell') throw new Error('a shell check is expected');
    expect(check.judge({ exitCode: 0, stdout: 'connected\n', stderr: '' }).ok).toBe(true);
    expect(check.judge({ exitCode: 0, stdout: 'not connected\n', stderr: '' }).ok).toBe(false);
    expect(check.judge({ exitCode: 1, stdout: '', stderr: 'no socket' }).ok).toBe(false);
  });

  it('are never members of a cluster without TLS when anything is changed', () => {
    const check = preflight.checks(context).find(({ id }) => id === 'ovn-plain-control2');
    if (check?.via !== 'shell') throw new Error('a shell check is expected');
    const judge = (stdout: string, exitCode = 0) => check.judge({ exitCode, stdout, stderr: '' }).ok;
    expect(check.script).toContain('for file in /var/lib/ovn/ovnnb_db.db /var/lib/ovn/ovnsb_db.db;');
    expect(judge('')).toBe(true);
    expect(judge('ssl:192.0.2.12:6643\nssl:192.0.2.12:6644\n')).toBe(true);
    expect(judge('ssl:192.0.2.12:6643\ntcp:192.0.2.12:6644\n')).toBe(false);
    expect(judge('', 1)).toBe(false);
  });
});
