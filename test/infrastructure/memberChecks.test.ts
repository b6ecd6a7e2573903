import { describe, expect, test } from 'vitest';
import {
  galeraCheck,
  monitorCheck,
  ovnDatabaseCheck,
  rabbitmqCheck,
} from '../../src/infrastructure/memberChecks.ts';

const members = ['a', 'b', 'c'].map((host, index) => ({ host, address: `10.0.0.${index + 1}` }));
const wish = 'converge' as const;

describe('Galera', () => {
  const desired = {
    members,
    wish,
    platform: { unit: 'mariadb.service', data: '/data', position: '/position', stamp: '/stamp' },
    transfer: { account: 'mysql' },
    transferLimitSeconds: 7200,
  };
  const judge = (lines: string, count = 3) =>
    galeraCheck({ ...desired, members: members.slice(0, count) }, 'a').judge({
      exitCode: 0,
      stdout: `${lines}\nend=yes\n`,
      stderr: '',
    });
  const server = (status: string, state: string, size: number) =>
    `wsrep_on=1\nwsrep_cluster_status=${status}\nwsrep_local_state_comment=${state}\nwsrep_cluster_size=${size}`;

  test.each([
    [server('Primary', 'Synced', 3), true, '3 of 3 members, this one Synced'],
    [server('non-Primary', 'Synced', 3), false, '3 of 3 members, this one not primary, Synced'],
    [server('Primary', 'Donor/Desynced', 3), false, '3 of 3 members, this one Donor/Desynced'],
    [server('Primary', 'Synced', 2), false, '2 of 3 members, this one Synced'],
    ['', false, 'MariaDB does not answer'],
  ])('%j', (lines, ok, sentence) => {
    expect(judge(lines)).toEqual({ ok, sentence });
  });

  test('a lone server only has to answer', () => {
    expect(judge('wsrep_on=0', 1).ok).toBe(true);
    expect(judge('', 1).ok).toBe(false);
  });

  test('a restart may include a copy of all data', () => {
    expect(galeraCheck(desired, 'a').limitSeconds).toBe(7200);
  });
});

test.each([
  [
    { application: true, running: ['rabbit@a', 'rabbit@b', 'rabbit@c'], partitions: [] },
    true,
    '3 of 3 members run',
  ],
  [{ application: true, running: ['rabbit@a'], partitions: [] }, false, '1 of 3 members run'],
  [
    { application: true, running: ['rabbit@a', 'rabbit@b', 'rabbit@c'], partitions: ['rabbit@b'] },
    false,
    '3 of 3 members run, a partition is reported',
  ],
  [{ application: false, running: [], partitions: [] }, false, 'RabbitMQ does not run'],
])('RabbitMQ: %j', (answer, ok, sentence) => {
  const platform = { unit: 'rabbitmq-server.service', data: '/data', stamp: '/stamp' };
  const check = rabbitmqCheck({ members, wish, platform }, 'a');
  const stdout = `answer=${JSON.stringify(answer)}\nend=yes\n`;
  expect(check.judge({ exitCode: 0, stdout, stderr: '' })).toEqual({ ok, sentence });
});

describe('OVN', () => {
  const desired = {
    database: 'OVN_Southbound' as const,
    members,
    wish,
    protocol: 'tcp' as const,
    raftPort: 6644,
    electionTimer: 10_000,
    platform: { unit: 'sb.service', file: '/file', schema: '/schema', control: '/control', stamp: '/stamp' },
  };
  const servers =
    'server=aaaa tcp:10.0.0.1:6644\nserver=bbbb tcp:10.0.0.2:6644\nserver=cccc tcp:10.0.0.3:6644';

  test.each([
    [
      `answers=yes\nstatus=cluster member\nrole=follower\nleader=bbbb\n${servers}`,
      true,
      'cluster member, follower, 3 of 3 servers',
    ],
    [
      `answers=yes\nstatus=cluster member\nrole=candidate\nleader=unknown\n${servers}`,
      false,
      'cluster member, without a leader, 3 of 3 servers',
    ],
    [
      'answers=yes\nstatus=joining cluster\nrole=follower\nleader=unknown',
      false,
      'joining cluster, without a leader, 0 of 3 servers',
    ],
    ['answers=yes', false, 'the database is not clustered'],
    ['', false, 'the database does not answer'],
  ])('%j', (lines, ok, sentence) => {
    const check = ovnDatabaseCheck(desired, 'a');
    expect(check.judge({ exitCode: 0, stdout: `${lines}\nend=yes\n`, stderr: '' })).toEqual({ ok, sentence });
  });
});

test.each([
  ['peon', true],
  ['leader', true],
  ['probing', false],
])('a Ceph monitor that is %s', (state, ok) => {
  const check = monitorCheck(
    {
      fsid: 'f',
      members,
      wish,
      keyring: '/keyring',
      platform: { unit: 'ceph-mon', data: '/mon', user: 'ceph', stamps: '/stamps' },
    },
    'a',
  );
  const answer = { state, quorum: [0], monmap: { fsid: 'f', epoch: 1, mons: [{ rank: 0, name: 'a' }] } };
  const stdout = `answer=${JSON.stringify(answer)}\nend=yes\n`;
  expect(check.judge({ exitCode: 0, stdout, stderr: '' })).toEqual({
    ok,
    sentence: `${state}, 1 in the quorum`,
  });
});
