import { describe, expect, it } from 'vitest';
import type { OvnDatabaseDesired } from '../../src/infrastructure/ovn/desired.ts';
import { ovn } from '../../src/infrastructure/ovn.ts';
import { allInOne, allResources, content, threeControls } from '../steps/clouds.ts';

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
        '--ovn-northd-nb-db=tcp:192.0.2.11:6641,tcp:192.0.2.12:6641,tcp:192.0.2.13:6641',
      );
    }
    expect(content(allInOne(), 'one', OPTIONS)).toContain('--ovn-northd-sb-db=tcp:192.0.2.11:6642"\n');
  });

  // O9: on all addresses, everybody on the service network could rewrite the cloud's flows.
  it.each(['control1', 'control2', 'control3'])(
    'listen on the management address of %s and nowhere else',
    (host) => {
      const address = context.cloud.hosts.find(({ name }) => name === host)?.addresses.management;
      for (const [short, port] of [
        ['nb', 6641],
        ['sb', 6642],
      ] as const) {
        const { remotes } = JSON.parse(content(context, host, `/etc/ovn/cloudwright-${short}.json`));
        expect(Object.keys(remotes)).toEqual([
          `punix:/run/ovn/ovn${short}_db.sock`,
          `ptcp:${port}:${address}`,
        ]);
      }
    },
  );

  // H7: nothing in the description of a cluster may depend on a host's place in it.
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

  // H9: all three at the same moment would be an outage of every network change.
  it('restart one member at a time, and the next when this one serves again', () => {
    for (const host of ['control1', 'control2', 'control3']) {
      for (const [unit, group] of [
        ['ovn-ovsdb-server-nb', 'ovn-nb'],
        ['ovn-ovsdb-server-sb', 'ovn-sb'],
      ]) {
        const server = resource(`${host}/service:${unit}`);
        expect(server.turn?.group).toBe(group);
        expect(server.turn?.gate?.script).toContain(`tcp:192.0.2.1${host.at(-1)}`);
        expect(server.watches).toContain(`${host}/file:${OPTIONS}`);
      }
    }
  });

  it('are served on every member, clustered where there are several', () => {
    const check = ovn.checks(context).find(({ id }) => id === 'ovn-sb-control2');
    if (check?.via !== 'shell') throw new Error('a shell check is expected');
    const judge = (stdout: string, exitCode = 0) => check.judge({ exitCode, stdout, stderr: '' }).ok;
    expect(judge('"connected":true,"leader":false,"model":"clustered"')).toBe(true);
    expect(judge('"connected":true,"leader":true,"model":"standalone"')).toBe(false);
    expect(judge('"connected":false,"leader":false,"model":"clustered"')).toBe(false);
    expect(judge('', 124)).toBe(false);
  });
});
