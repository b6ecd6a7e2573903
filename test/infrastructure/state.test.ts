import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { monitorKind } from '../../src/infrastructure/ceph/kind.ts';
import { parseMonitorState } from '../../src/infrastructure/ceph/state.ts';
import { galeraKind } from '../../src/infrastructure/galera/kind.ts';
import { parseGaleraState } from '../../src/infrastructure/galera/state.ts';
import { fieldsOf, serviceStateOf } from '../../src/infrastructure/members.ts';
import { ovnDatabaseKind } from '../../src/infrastructure/ovn/kind.ts';
import { parseOvnDatabaseState } from '../../src/infrastructure/ovn/state.ts';
import { rabbitmqKind } from '../../src/infrastructure/rabbitmq/kind.ts';
import stateScript from '../../src/infrastructure/rabbitmq/state.sh';
import { parseRabbitmqState } from '../../src/infrastructure/rabbitmq/state.ts';
import { shellProgram } from '../../src/resources/program.ts';
import { rehearsal, scratch, sh } from '../resources/sh.ts';

const nowhere = '/nonexistent/cloudwright';
const members = [{ host: 'a', address: '10.0.0.1' }];
const stamp = `${nowhere}/stamp`;
const folder = scratch();
let states = 0;

describe('a bare host', () => {
  test('Galera', () => {
    const { stdout, code } = sh(
      galeraKind.read(
        {
          members,
          wish: 'converge',
          platform: { unit: 'no-such.service', data: nowhere, position: `${nowhere}/position`, stamp },
          transfer: { account: 'sst' },
          transferLimitSeconds: 60,
        },
        'a',
      ),
    );
    expect(code).toBe(0);
    expect(parseGaleraState(stdout)).toMatchObject({
      complete: true,
      service: 'inactive',
      uuid: undefined,
      databases: [],
      view: undefined,
      server: undefined,
    });
  });

  test('RabbitMQ', () => {
    const platform = {
      unit: 'no-such.service',
      user: 'nobody',
      data: nowhere,
      stamp,
      connections: [nowhere],
    };
    const { stdout, code } = sh(rabbitmqKind.read({ members, wish: 'converge', platform }, 'a'));
    expect(code).toBe(0);
    expect(parseRabbitmqState(stdout)).toMatchObject({ complete: true, service: 'inactive', known: [] });
  });

  test('OVN', () => {
    const { stdout, code } = sh(
      ovnDatabaseKind.read(
        {
          database: 'OVN_Southbound',
          members,
          wish: 'converge',
          raftPort: 6644,
          electionTimer: 10_000,
          platform: { unit: 'no-such.service', file: nowhere, schema: nowhere, control: nowhere, stamp },
        },
        'a',
      ),
    );
    expect(code).toBe(0);
    expect(parseOvnDatabaseState(stdout)).toMatchObject({
      complete: true,
      service: 'inactive',
      file: 'none',
    });
  });

  test('Ceph', () => {
    const { stdout, code } = sh(
      monitorKind.read(
        {
          fsid: 'f',
          members,
          wish: 'converge',
          keyring: nowhere,
          platform: { unit: 'no-such', data: nowhere, user: 'ceph', sockets: nowhere, stamps: nowhere },
        },
        'a',
      ),
    );
    expect(code).toBe(0);
    expect(parseMonitorState(stdout)).toMatchObject({ complete: true, service: 'inactive', store: 'none' });
  });
});

describe('Galera', () => {
  const running = (status: string) =>
    parseGaleraState(
      `ActiveState=active\nSubState=running\nwsrep_on=1\nwsrep_cluster_status=${status}\nwsrep_incoming_addresses=10.0.0.1:3306,10.0.0.2:3306\nwsrep_local_state_comment=Synced\ntransfer_account=0\nend=yes\n`,
    );

  test('non-Primary is not Primary', () => {
    expect(running('Primary').server).toMatchObject({ primary: true, transferAccount: false });
    expect(running('non-Primary').server?.primary).toBe(false);
  });

  test('addresses lose their ports', () => {
    expect(running('Primary').server?.incoming).toEqual(['10.0.0.1', '10.0.0.2']);
  });

  test('an undefined uuid and an unknown position are nothing', () => {
    const none = '00000000-0000-0000-0000-000000000000';
    expect(parseGaleraState(`uuid=${none}\nseqno=-1\nsafe=1\nend=yes\n`)).toMatchObject({
      uuid: undefined,
      seqno: undefined,
    });
  });

  test('a position found later counts only for the same cluster', () => {
    expect(parseGaleraState('uuid=u\nseqno=-1\nposition=u:12\n').seqno).toBe(12);
    expect(parseGaleraState('uuid=u\nseqno=-1\nposition=v:12\n').seqno).toBeUndefined();
    expect(parseGaleraState('uuid=u\nseqno=7\nposition=u:12\n').seqno).toBe(7);
  });

  test('the last view', () => {
    expect(parseGaleraState('own=a\nview=a b \n').view).toEqual({ own: 'a', members: ['a', 'b'] });
  });
});

describe('OVN', () => {
  test('servers of a leader', () => {
    const state = parseOvnDatabaseState(
      'file=clustered\ncid=c\nlocal=ssl:10.0.0.1:6643\nsid=e84cb515-3dc0\nanswers=yes\nstatus=cluster member\nrole=leader\nleader=self\ntimer=5000\nunapplied=2\nserver=e84c ssl:10.0.0.1:6643\nserver=1ce7 ssl:10.0.0.2:6643 120\nend=yes\n',
    );
    expect(state.local).toBe('ssl:10.0.0.1:6643');
    expect(state.raft).toEqual({
      status: 'cluster member',
      role: 'leader',
      leader: 'self',
      electionTimer: 5000,
      unapplied: 2,
      servers: [
        { sid: 'e84c', address: 'ssl:10.0.0.1:6643', silentMilliseconds: undefined },
        { sid: '1ce7', address: 'ssl:10.0.0.2:6643', silentMilliseconds: 120 },
      ],
    });
  });
});

describe('RabbitMQ', () => {
  /** What a node that runs since yesterday is taken for, when a question to it ends in `status`. */
  function outdated(status: number, written: 'certificate' | 'cookie' | 'neither'): boolean {
    states += 1;
    const place = `${folder}/${states}`;
    mkdirSync(place);
    const cookie = `${place}/cookie`;
    const certificate = `${place}/certificate`;
    const yesterday = new Date(Date.now() - 86_400_000);
    for (const [name, path] of Object.entries({ cookie, certificate })) {
      writeFileSync(path, '');
      if (name !== written) utimesSync(path, new Date(0), new Date(0));
    }
    const tools = rehearsal(place, {
      systemctl: `case "$*" in
  'show -p ActiveState -p SubState '*) printf 'ActiveState=active\nSubState=running\n' ;;
  'is-active '*) echo active ;;
  'show -p ActiveEnterTimestamp --value '*) echo '${yesterday.toUTCString()}' ;;
  *) unexpected "$@" ;;
esac`,
      rabbitmqctl: 'unexpected "$@"',
    });
    const ask = `ask_node() { cat >/dev/null; return ${status}; }`;
    const parameters = { unit: 'broker.service', data: place, node: 'rabbit@a', certificate };
    return parseRabbitmqState(tools.run(shellProgram([ask, stateScript], parameters, [cookie])).stdout)
      .outdated;
  }

  // A slow broker was restarted outside its turn after each renewal of its certificate.
  test('a node that is slow after a renewal of its certificate is not outdated, one that refuses is', () => {
    expect(outdated(124, 'certificate')).toBe(false);
    expect(outdated(1, 'certificate')).toBe(false);
    expect(outdated(3, 'certificate')).toBe(true);
    expect(outdated(3, 'neither')).toBe(false);
    expect(outdated(1, 'cookie')).toBe(true);
  });

  test('a node that started before the files by which it is reached', () => {
    expect(parseRabbitmqState('outdated=yes\nend=yes\n')).toMatchObject({ outdated: true });
    expect(parseRabbitmqState('end=yes\n')).toMatchObject({ outdated: false });
  });

  test('a running node', () => {
    const answer = {
      running: ['rabbit@a'],
      members: ['rabbit@a', 'rabbit@b'],
      partitions: [],
      application: true,
      queues: 2,
      users: ['openstack'],
      replicas: [['rabbit@a']],
    };
    expect(parseRabbitmqState(`answer=${JSON.stringify(answer)}\nend=yes\n`).broker).toEqual({
      running: ['rabbit@a'],
      members: ['rabbit@a', 'rabbit@b'],
      partitioned: false,
      application: true,
      queues: 2,
      users: ['openstack'],
      replicas: [['rabbit@a']],
    });
  });
});

describe('Ceph', () => {
  test('the quorum is given by ranks', () => {
    const answer = {
      state: 'peon',
      quorum: [0, 2],
      monmap: {
        fsid: 'f',
        epoch: 3,
        mons: [
          { rank: 0, name: 'a' },
          { rank: 1, name: 'b' },
          { rank: 2, name: 'c' },
        ],
      },
    };
    expect(parseMonitorState(`answer=${JSON.stringify(answer)}\nend=yes\n`).status).toEqual({
      fsid: 'f',
      state: 'peon',
      epoch: 3,
      monitors: ['a', 'b', 'c'],
      quorum: ['a', 'c'],
    });
  });
});

describe('any output', () => {
  test('parsers do not throw, and a cut output is incomplete', () => {
    const line = fc.oneof(
      fc.string(),
      fc.constantFrom(
        'end=yes',
        'answer={',
        'answer=[]',
        'answer=null',
        'server=',
        'uuid=',
        'file=clustered',
      ),
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const output = lines.join('\n');
        const states = [
          parseGaleraState(output),
          parseRabbitmqState(output),
          parseOvnDatabaseState(output),
          parseMonitorState(output),
        ];
        const complete = fieldsOf(output).get('end') === 'yes';
        expect(states.every((state) => state.complete === complete)).toBe(true);
      }),
    );
  });
});

test('a service that systemd starts again and again has failed', () => {
  expect(serviceStateOf('activating', 'auto-restart')).toBe('failed');
  expect(serviceStateOf('activating', 'start')).toBe('starting');
  expect(serviceStateOf(undefined, undefined)).toBe('inactive');
});
