import { describe, expect, test } from 'vitest';
import type { Member } from '../../../src/engine/resource.ts';
import { decideGalera } from '../../../src/infrastructure/galera/decide.ts';
import type { GaleraDesired } from '../../../src/infrastructure/galera/desired.ts';
import type { GaleraServer, GaleraState } from '../../../src/infrastructure/galera/state.ts';
import { orders, outcome, reachable, unreachable } from '../outcome.ts';

const U = 'aaaaaaaa-0000-11f0-8000-000000000001';
const OTHER = 'bbbbbbbb-0000-11f0-8000-000000000002';
const address: Record<string, string> = { a: '10.0.0.1', b: '10.0.0.2', c: '10.0.0.3' };

function desired(hosts: readonly string[], wish: GaleraDesired['wish'] = 'converge'): GaleraDesired {
  return {
    members: hosts.map((host) => ({ host, address: address[host] ?? '' })),
    wish,
    platform: { unit: 'mariadb.service', data: '/data', position: '/run/position', stamp: '/stamps/mariadb' },
    transfer: { account: 'sst' },
    transferLimitSeconds: 7200,
  };
}

function member(state: Partial<GaleraState> = {}): Member<GaleraState> {
  return reachable({
    complete: true,
    installed: true,
    service: 'inactive',
    age: 0,
    restarts: 0,
    uuid: undefined,
    seqno: undefined,
    safeToBootstrap: false,
    databases: [],
    copying: false,
    view: undefined,
    server: undefined,
    ...state,
  });
}

const serverDefaults: GaleraServer = {
  replicates: true,
  primary: true,
  clusterUuid: U,
  size: 3,
  localState: 'Synced',
  incoming: Object.values(address),
  transferAccount: true,
};

function primary(server: Partial<GaleraServer> = {}, state: Partial<GaleraState> = {}) {
  return member({
    service: 'active',
    uuid: U,
    databases: ['nova'],
    server: { ...serverDefaults, ...server },
    ...state,
  });
}

const empty = member();
const data = { uuid: U, databases: ['nova'] };
/** Stopped in order. */
const stopped = (seqno: number, safeToBootstrap = false) => member({ ...data, seqno, safeToBootstrap });
/** Lost its power; the position is not known. */
const crashed = (view?: GaleraState['view']) => member({ ...data, view });
const view = (own: string, members = ['va', 'vb', 'vc']) => ({ own, members });
const plain = (databases: readonly string[]) =>
  member({
    service: 'active',
    databases,
    server: { ...serverDefaults, replicates: false, primary: false, clusterUuid: '', incoming: [] },
  });

const onlySees = (...hosts: string[]) => ({
  incoming: hosts.map((host) => address[host] ?? ''),
  size: hosts.length,
});

interface Case {
  readonly title: string;
  readonly a: Member<GaleraState>;
  readonly b: Member<GaleraState>;
  readonly c: Member<GaleraState>;
  readonly wish?: GaleraDesired['wish'];
  readonly expected: string;
}

const join = (host: string) => `act ${host}: join MariaDB on ${host} to the cluster`;

const cases: readonly Case[] = [
  // Forming.
  {
    title: 'three empty members: form',
    a: empty,
    b: empty,
    c: empty,
    expected: 'act a: form the Galera cluster on a',
  },
  {
    title: 'an unreachable member may hold data',
    a: empty,
    b: empty,
    c: unreachable,
    expected: 'refuse CLUSTER_MEMBER_UNREACHABLE c',
  },
  {
    title: 'the first described host is unreachable',
    a: unreachable,
    b: empty,
    c: empty,
    expected: 'refuse CLUSTER_MEMBER_UNREACHABLE a',
  },
  {
    title: 'nobody can be reached',
    a: unreachable,
    b: unreachable,
    c: unreachable,
    expected: 'refuse CLUSTER_MEMBER_UNREACHABLE a',
  },
  {
    title: 'an empty member does not form beside stopped members with data',
    a: empty,
    b: stopped(7),
    c: stopped(9),
    expected: 'act c: form the Galera cluster from the data of c (transaction 9)',
  },
  {
    title: 'a member that was started without replication may have been written to alone',
    a: stopped(7),
    b: stopped(9),
    c: member({
      ...data,
      service: 'active',
      server: { ...serverDefaults, replicates: false, primary: false, clusterUuid: '', incoming: [] },
    }),
    expected: 'refuse CLUSTER_DIFFERENT_DATA a',
  },
  {
    title: 'an interrupted copy is no data',
    a: member({ copying: true, databases: ['nova'], uuid: U }),
    b: empty,
    c: stopped(4),
    expected: 'act c: form the Galera cluster from the data of c',
  },
  {
    title: 'a plain server with databases is the data of new members',
    a: empty,
    b: plain(['nova']),
    c: empty,
    expected: 'act b: form the Galera cluster from the data of b',
  },
  {
    title: 'a stopped plain server with databases too',
    a: empty,
    b: empty,
    c: member({ databases: ['nova'] }),
    expected: 'act c: form the Galera cluster from the data of c',
  },
  {
    title: 'a plain server with databases that finds no cluster',
    a: empty,
    b: empty,
    c: member({ databases: ['nova'], service: 'starting', restarts: 3, age: 4 }),
    expected: 'act c: form the Galera cluster from the data of c',
  },
  {
    title: 'plain servers without databases are empty',
    a: plain([]),
    b: plain([]),
    c: plain([]),
    expected: 'act a: form the Galera cluster on a',
  },
  {
    title: 'a plain server with databases and an unreachable member',
    a: plain(['nova']),
    b: empty,
    c: unreachable,
    expected: 'refuse CLUSTER_MEMBER_UNREACHABLE c',
  },
  {
    title: 'two plain servers with databases',
    a: plain(['nova']),
    b: plain(['nova']),
    c: empty,
    expected: 'refuse CLUSTER_DIFFERENT_DATA a',
  },
  {
    title: 'a plain server with databases beside stopped clustered data',
    a: plain(['nova']),
    b: stopped(3),
    c: empty,
    expected: 'refuse CLUSTER_DIFFERENT_DATA a',
  },
  // Joining a living component.
  {
    title: 'a living member and two empty ones: one joins',
    a: empty,
    b: primary(onlySees('b')),
    c: empty,
    expected: join('a'),
  },
  {
    title: 'the copy account comes first',
    a: empty,
    b: primary({ ...onlySees('b'), transferAccount: false }),
    c: empty,
    expected: 'act b: create the account that copies data to joining members on b',
  },
  {
    title: 'unreachable members do not hinder a living cluster',
    a: unreachable,
    b: primary(onlySees('b')),
    c: empty,
    expected: join('c'),
  },
  {
    title: 'one joins at a time',
    a: member({ service: 'starting' }),
    b: primary(onlySees('b')),
    c: empty,
    expected: 'wait: MariaDB on a to be Synced (now: joining)',
  },
  {
    title: 'the files of a member that receives a copy are in between',
    a: member({ service: 'starting', databases: ['nova'] }),
    b: primary({ ...onlySees('b'), localState: 'Donor/Desynced' }),
    c: empty,
    expected: 'wait: MariaDB on a to be Synced (now: joining)',
  },
  {
    title: 'a long copy is waited for',
    a: primary({ localState: 'Joiner' }),
    b: primary({ localState: 'Donor/Desynced' }),
    c: empty,
    expected: 'wait: MariaDB on a to be Synced (now: Joiner)',
  },
  {
    title: 'the only donor is busy',
    a: empty,
    b: primary({ ...onlySees('b'), localState: 'Donor/Desynced' }),
    c: unreachable,
    expected: 'wait: a member that is Synced and can give its data',
  },
  {
    title: 'a stopped member with the same data rejoins',
    a: primary(onlySees('a', 'b')),
    b: primary(onlySees('a', 'b')),
    c: stopped(3),
    expected: join('c'),
  },
  {
    title: 'a crashed member rejoins',
    a: primary(onlySees('a', 'b')),
    b: primary(onlySees('a', 'b')),
    c: crashed(view('vc')),
    expected: join('c'),
  },
  {
    title: 'a failed member rejoins',
    a: primary(onlySees('a', 'b')),
    b: primary(onlySees('a', 'b')),
    c: member({ ...data, service: 'failed', restarts: 9 }),
    expected: join('c'),
  },
  {
    title: 'the reinstalled first host joins',
    a: empty,
    b: primary(onlySees('b', 'c')),
    c: primary(onlySees('b', 'c')),
    expected: join('a'),
  },
  {
    title: 'a plain server without databases joins',
    a: plain([]),
    b: primary(onlySees('b', 'c')),
    c: primary(onlySees('b', 'c')),
    expected: join('a'),
  },
  {
    title: 'a plain server with databases is not overwritten',
    a: plain(['nova']),
    b: primary(onlySees('b', 'c')),
    c: primary(onlySees('b', 'c')),
    expected: 'refuse CLUSTER_DIFFERENT_DATA a',
  },
  {
    title: 'data of another cluster is not overwritten',
    a: member({ uuid: OTHER, seqno: 5 }),
    b: primary(onlySees('b', 'c')),
    c: primary(onlySees('b', 'c')),
    expected: 'refuse CLUSTER_DIFFERENT_DATA a',
  },
  {
    title: 'two living clusters',
    a: primary({ ...onlySees('a'), clusterUuid: OTHER }),
    b: primary(onlySees('b', 'c')),
    c: primary(onlySees('b', 'c')),
    expected: 'refuse CLUSTER_DIFFERENT_DATA a',
  },
  {
    title: 'two halves of one cluster, both primary',
    a: primary(onlySees('a')),
    b: primary(onlySees('b', 'c')),
    c: primary(onlySees('b', 'c')),
    expected: 'wait: the primary members a and b and c to see each other',
  },
  {
    title: 'a member outside the primary component comes back by itself',
    a: primary({ primary: false, localState: 'Initialized' }),
    b: primary(onlySees('b', 'c')),
    c: primary(onlySees('b', 'c')),
    expected: 'wait: MariaDB on a to reach the primary component',
  },
  {
    title: 'a member that does not answer is left alone',
    a: member({ ...data, service: 'active' }),
    b: primary(onlySees('a', 'b', 'c')),
    c: primary(onlySees('a', 'b', 'c')),
    expected: 'wait: MariaDB on a to answer',
  },
  {
    title: 'a member that stops',
    a: member({ ...data, service: 'stopping' }),
    b: primary(),
    c: primary(),
    expected: 'wait: MariaDB on a to stop',
  },
  { title: 'all synced', a: primary(), b: primary(), c: primary(), expected: 'nothing' },
  {
    title: 'a member of the cluster that the description no longer names is ignored',
    a: primary({ incoming: [...Object.values(address), '10.0.0.9'], size: 4 }),
    b: primary({ incoming: [...Object.values(address), '10.0.0.9'], size: 4 }),
    c: primary({ incoming: [...Object.values(address), '10.0.0.9'], size: 4 }),
    expected: 'nothing',
  },
  {
    title: 'the reached members are synced, another is unreachable',
    a: primary(onlySees('a', 'b')),
    b: primary(onlySees('a', 'b')),
    c: unreachable,
    expected: 'nothing',
  },
  // No living component.
  {
    title: 'a silent server may be primary',
    a: member({ ...data, service: 'active' }),
    b: stopped(9),
    c: stopped(8),
    expected: 'wait: MariaDB on a to answer',
  },
  {
    title: 'after a power cut the members start',
    a: crashed(view('va')),
    b: crashed(view('vb')),
    c: crashed(view('vc')),
    expected: 'act a: start MariaDB on a',
  },
  {
    title: 'after a power cut the members re-form by themselves',
    a: member({ ...data, service: 'starting', age: 3, view: view('va') }),
    b: member({ ...data, service: 'starting', view: view('vb') }),
    c: member({ ...data, service: 'starting', view: view('vc') }),
    expected: 'wait: a, b, c to re-form the Galera cluster',
  },
  {
    title: 'the last view was two members; both are here, the third is not',
    a: crashed(view('va', ['va', 'vb'])),
    b: member({ ...data, service: 'starting', view: view('vb', ['va', 'vb']) }),
    c: unreachable,
    expected: 'act a: start MariaDB on a',
  },
  {
    title: 'a member of the last view is unreachable',
    a: crashed(view('va')),
    b: crashed(view('vb')),
    c: unreachable,
    expected: 'refuse CLUSTER_MEMBER_UNREACHABLE c',
  },
  {
    title: 'a member of the last view is unreachable, others have just begun to look for it',
    a: member({ ...data, service: 'starting', age: 4, view: view('va') }),
    b: crashed(view('vb')),
    c: unreachable,
    expected: 'wait: MariaDB on a to find its cluster',
  },
  {
    title: 'the operator accepts the loss of the unreachable member',
    a: crashed(view('va')),
    b: stopped(9),
    c: unreachable,
    wish: 'recover',
    expected: 'act a: stop MariaDB on a and find how far its data is',
  },
  {
    title: 'a wiped member makes the last view incomplete: positions first',
    a: empty,
    b: crashed(view('vb')),
    c: crashed(view('vc')),
    expected: 'act b: stop MariaDB on b and find how far its data is',
  },
  {
    title: 'a member that looks for an incomplete view again and again is stopped',
    a: empty,
    b: member({ ...data, service: 'starting', age: 20, restarts: 2, view: view('vb') }),
    c: stopped(9),
    expected: 'act b: stop MariaDB on b and find how far its data is',
  },
  {
    title: 'a running member without a primary component is stopped before another forms',
    a: primary({ primary: false }, { view: view('va'), seqno: undefined }),
    b: empty,
    c: stopped(9),
    expected: 'act a: stop MariaDB on a and find how far its data is',
  },
  {
    title: 'the furthest data forms',
    a: stopped(7, true),
    b: stopped(12),
    c: stopped(9),
    expected: 'act b: form the Galera cluster from the data of b (transaction 12)',
  },
  {
    title: 'of equal data the member that stopped last',
    a: stopped(12),
    b: stopped(12, true),
    c: stopped(9),
    expected: 'act b: form the Galera cluster from the data of b (transaction 12)',
  },
  {
    title: 'stopped data of two clusters',
    a: stopped(7),
    b: member({ uuid: OTHER, seqno: 99 }),
    c: empty,
    expected: 'refuse CLUSTER_DIFFERENT_DATA a',
  },
  {
    title: 'a fresh grastate marked safe is no data',
    a: member({ safeToBootstrap: true }),
    b: stopped(3),
    c: empty,
    expected: 'act b: form the Galera cluster from the data of b',
  },
  {
    title: 'a state that was cut',
    a: member({ complete: false }),
    b: primary(),
    c: primary(),
    expected: 'refuse CLUSTER_STATE_UNREADABLE a',
  },
];

describe('three members', () => {
  test.each(cases)('$title', ({ a, b, c, wish, expected }) => {
    expect(
      outcome(
        decideGalera(
          desired(['a', 'b', 'c'], wish),
          new Map([
            ['a', a],
            ['b', b],
            ['c', c],
          ]),
        ),
      ),
    ).toBe(expected);
  });

  test('which member forms from data does not depend on the order of the description', () => {
    for (const order of orders(['a', 'b', 'c'])) {
      const members = new Map([
        ['a', empty],
        ['b', stopped(12)],
        ['c', stopped(9, true)],
      ]);
      expect(outcome(decideGalera(desired(order), members))).toMatch(/^act b: form/);
    }
  });

  test('an empty member never forms a cluster while any member has data or is unreachable', () => {
    const others = [unreachable, stopped(3), crashed(), crashed(view('vb')), plain(['nova']), primary()];
    for (const other of others) {
      for (const order of orders(['a', 'b', 'c'])) {
        const decision = decideGalera(
          desired(order),
          new Map([
            ['a', empty],
            ['b', other],
            ['c', empty],
          ]),
        );
        const forms = decision.do === 'act' && decision.change.summary.startsWith('form');
        expect(forms && decision.host !== 'b', outcome(decision)).toBe(false);
      }
    }
  });

  test('the copy may take as long as it needs', () => {
    const members = new Map([
      ['a', member({ service: 'starting' })],
      ['b', primary(onlySees('b'))],
      ['c', empty],
    ]);
    expect(decideGalera(desired(['a', 'b', 'c']), members)).toMatchObject({ do: 'wait', limitSeconds: 7200 });
  });

  test('the account that copies has no password: only the local user of its name is let in', () => {
    const members = new Map([
      ['a', primary({ ...onlySees('a'), transferAccount: false })],
      ['b', empty],
    ]);
    const decision = decideGalera(desired(['a', 'b']), members);
    const script = decision.do === 'act' ? decision.change.script : '';
    expect(script).toContain("create user if not exists 'sst'@'localhost' identified via unix_socket;");
  });
});

describe('one member', () => {
  test.each([
    ['a stopped server starts', empty, 'act a: start MariaDB on a'],
    ['a running plain server stays', plain(['nova']), 'nothing'],
    ['a server that starts', member({ service: 'starting' }), 'wait: MariaDB on a to start'],
    ['a busy server is not restarted', member({ service: 'active' }), 'wait: MariaDB on a to answer'],
    ['a former cluster member starts with its data', stopped(9), 'act a: start MariaDB on a'],
    ['an unreachable host', unreachable, 'refuse CLUSTER_MEMBER_UNREACHABLE a'],
  ] as const)('%s', (_, a, expected) => {
    expect(outcome(decideGalera(desired(['a']), new Map([['a', a]])))).toBe(expected);
  });
});
