import { describe, expect, test } from 'vitest';
import type { Member } from '../../../src/engine/resource.ts';
import { decideOvnDatabase } from '../../../src/infrastructure/ovn/decide.ts';
import type { OvnDatabaseDesired } from '../../../src/infrastructure/ovn/desired.ts';
import type { OvnDatabaseState, RaftServer, RaftStatus } from '../../../src/infrastructure/ovn/state.ts';
import { orders, outcome, reachable, unreachable } from '../outcome.ts';

type M = Member<OvnDatabaseState>;
const C = 'cccccccc-0000-4000-8000-000000000001';
const OTHER = 'dddddddd-0000-4000-8000-000000000002';
const addresses: Record<string, string> = { a: '10.0.0.1', b: '10.0.0.2', c: '10.0.0.3', d: '10.0.0.4' };
const raft = (host: string) => `ssl:${addresses[host]}:6643`;

function desired(hosts: readonly string[]): OvnDatabaseDesired {
  return {
    database: 'OVN_Northbound',
    members: hosts.map((host) => ({ host, address: addresses[host] ?? '' })),
    wish: 'converge',
    raftPort: 6643,
    electionTimer: 10_000,
    platform: {
      unit: 'nb.service',
      file: '/nb.db',
      schema: '/nb.schema',
      control: '/nb.ctl',
      stamp: '/stamps/nb',
    },
  };
}

function member(state: Partial<OvnDatabaseState> = {}): M {
  return reachable({
    complete: true,
    installed: true,
    service: 'inactive',
    file: 'none',
    cid: undefined,
    sid: undefined,
    local: undefined,
    rows: undefined,
    answers: false,
    raft: undefined,
    ...state,
  });
}

/** The id of a member's server is its letter, four times; `generation` changes when it was reinstalled. */
const sid = (host: string, generation = '0') => `${host}${host}${host}${generation}`;

/** As a leader lists them; the first is the leader itself. */
function servers(hosts: string, silent: Record<string, number> = {}): readonly RaftServer[] {
  const [self] = hosts;
  return [...hosts].map((host) => ({
    sid: sid(host),
    address: raft(host),
    silentMilliseconds: host === self ? undefined : (silent[host] ?? 300),
  }));
}

function serving(host: string, status: Partial<RaftStatus> = {}, state: Partial<OvnDatabaseState> = {}): M {
  return member({
    service: 'active',
    file: 'clustered',
    cid: C,
    sid: `${sid(host)}-0000`,
    local: raft(host),
    answers: true,
    raft: {
      status: 'cluster member',
      role: 'follower',
      leader: 'bbb0',
      electionTimer: 10_000,
      unapplied: 0,
      servers: servers('abc'),
      ...status,
    },
    ...state,
  });
}

const leading = (host: string, status: Partial<RaftStatus> = {}) =>
  serving(host, { role: 'leader', leader: 'self', ...status });
const leaderless = (host: string) => serving(host, { role: 'candidate', leader: 'unknown' });
const stopped = (host: string, state: Partial<OvnDatabaseState> = {}) =>
  member({ file: 'clustered', cid: C, sid: `${sid(host)}-0000`, local: raft(host), ...state });
const blank = member();
const standalone = (rows: number | undefined) =>
  member({ service: 'active', answers: true, file: 'standalone', rows });
const joining = member({
  service: 'active',
  answers: true,
  file: 'clustered',
  sid: 'eee0',
  raft: {
    status: 'joining cluster',
    role: 'unknown',
    leader: 'unknown',
    electionTimer: 1000,
    unapplied: 0,
    servers: [],
  },
});

const title = 'OVN northbound database';
interface Case {
  readonly title: string;
  readonly a: M;
  readonly b: M;
  readonly c: M;
  readonly expected: string;
}

const cases: readonly Case[] = [
  // Forming.
  {
    title: 'no database anywhere: form',
    a: blank,
    b: blank,
    c: blank,
    expected: `act a: form the cluster of the ${title} on a`,
  },
  {
    title: 'an unreachable member may have a cluster',
    a: blank,
    b: blank,
    c: unreachable,
    expected: 'refuse CLUSTER_MEMBER_UNREACHABLE c',
  },
  {
    title: 'an empty member does not form while the first is unreachable',
    a: unreachable,
    b: blank,
    c: blank,
    expected: 'refuse CLUSTER_MEMBER_UNREACHABLE a',
  },
  {
    title: 'one host grows to three: its rows are the cluster',
    a: blank,
    b: blank,
    c: standalone(4),
    expected: `act c: form the cluster of the ${title} from the rows of c`,
  },
  {
    title: 'rows that could not be counted are kept',
    a: blank,
    b: standalone(undefined),
    c: blank,
    expected: `act b: form the cluster of the ${title} from the rows of b`,
  },
  {
    title: 'empty standalone databases are worth nothing',
    a: standalone(0),
    b: standalone(0),
    c: blank,
    expected: `act a: form the cluster of the ${title} on a`,
  },
  {
    title: 'a used standalone database and an unreachable member',
    a: blank,
    b: unreachable,
    c: standalone(4),
    expected: 'refuse CLUSTER_MEMBER_UNREACHABLE b',
  },
  {
    title: 'two used standalone databases',
    a: standalone(2),
    b: standalone(4),
    c: blank,
    expected: 'refuse CLUSTER_DIFFERENT_DATA a',
  },
  // Joining.
  {
    title: 'the others join one after another',
    a: leading('a', { servers: servers('a') }),
    b: blank,
    c: blank,
    expected: `act b: join b to the cluster of the ${title}`,
  },
  {
    title: 'one joins at a time',
    a: leading('a', { servers: servers('a') }),
    b: joining,
    c: blank,
    expected: `wait: b to join the cluster of the ${title}`,
  },
  {
    // Read in a run: the leader was asked a moment before, and the member a moment after.
    title: 'a member that follows a leader which did not list it yet has just joined',
    a: leading('a', { servers: servers('a') }),
    b: serving('b', { leader: 'aaa0' }),
    c: blank,
    expected: `wait: the leader of the ${title} to list b`,
  },
  {
    title: 'the reinstalled first host is removed under its old id',
    a: blank,
    b: leading('b'),
    c: serving('c'),
    expected: `act b: remove the server ${raft('a')} from the cluster of the ${title}`,
  },
  {
    title: 'then it joins',
    a: blank,
    b: leading('b', { servers: servers('bc') }),
    c: serving('c', { servers: servers('bc') }),
    expected: `act a: join a to the cluster of the ${title}`,
  },
  {
    title: 'an empty standalone database joins',
    a: standalone(0),
    b: leading('b', { servers: servers('bc') }),
    c: serving('c', { servers: servers('bc') }),
    expected: `act a: join a to the cluster of the ${title}`,
  },
  {
    title: 'a used standalone database is not given up',
    a: standalone(2),
    b: leading('b', { servers: servers('bc') }),
    c: serving('c'),
    expected: 'refuse CLUSTER_DIFFERENT_DATA a',
  },
  {
    title: 'unreachable members do not hinder a cluster with a leader',
    a: unreachable,
    b: leading('b', { servers: servers('ab') }),
    c: blank,
    expected: `act c: join c to the cluster of the ${title}`,
  },
  {
    title: 'a member that was removed while it was down joins again',
    a: serving('a', { status: 'disconnected from the cluster (election timeout)', leader: 'unknown' }),
    b: leading('b', { servers: servers('bc') }),
    c: serving('c', { servers: servers('bc') }),
    expected: `act a: join a to the cluster of the ${title}`,
  },
  // Coming back.
  {
    title: 'a stopped member starts',
    a: stopped('a'),
    b: leading('b'),
    c: serving('c'),
    expected: `act a: start the ${title} on a`,
  },
  {
    title: 'a failed member starts',
    a: stopped('a', { service: 'failed' }),
    b: leading('b'),
    c: serving('c'),
    expected: `act a: start the ${title} on a`,
  },
  {
    title: 'all stopped: they start',
    a: stopped('a'),
    b: stopped('b'),
    c: stopped('c'),
    expected: `act a: start the ${title} on a`,
  },
  {
    title: 'a wiped member and two stopped: the stopped ones start first',
    a: blank,
    b: stopped('b'),
    c: stopped('c'),
    expected: `act b: start the ${title} on b`,
  },
  {
    title: 'all run, an election is under way',
    a: leaderless('a'),
    b: leaderless('b'),
    c: leaderless('c'),
    expected: `wait: the ${title} to have a leader that can be reached`,
  },
  {
    title: 'the leader cannot be reached',
    a: unreachable,
    b: serving('b', { leader: 'aaa0' }),
    c: serving('c', { leader: 'aaa0' }),
    expected: `wait: the ${title} to have a leader that can be reached`,
  },
  {
    title: 'two members that were started a moment ago may still meet',
    a: leaderless('a'),
    b: member({ file: 'clustered', service: 'active', answers: true, cid: C }),
    c: member({ file: 'clustered', service: 'active', answers: true, cid: C }),
    expected: `wait: the ${title} to have a leader that can be reached`,
  },
  {
    title: 'two lost members take the majority with them',
    a: leaderless('a'),
    b: unreachable,
    c: unreachable,
    expected: 'refuse CLUSTER_NO_QUORUM b',
  },
  {
    title: 'two wiped members take the majority with them: no second cluster',
    a: leaderless('a'),
    b: blank,
    c: blank,
    expected: 'refuse CLUSTER_NO_QUORUM b',
  },
  {
    title: 'a leader that has not noticed yet that its followers are gone',
    a: blank,
    b: leading('b', { servers: servers('bac', { a: 12_000, c: 12_000 }) }),
    c: blank,
    expected: `wait: the leader of the ${title} to hear from a majority`,
  },
  {
    title: 'a member that has not heard from the leader yet',
    a: serving('a', { leader: 'unknown' }),
    b: leading('b'),
    c: serving('c'),
    expected: `wait: the ${title} on a to have what the leader has`,
  },
  {
    title: 'a member that has not applied all entries yet',
    a: serving('a', { unapplied: 4 }),
    b: leading('b'),
    c: serving('c'),
    expected: `wait: the ${title} on a to have what the leader has`,
  },
  {
    title: 'a listed member that is not connected',
    a: serving('a', { status: 'disconnected from the cluster' }),
    b: leading('b'),
    c: serving('c'),
    expected: `wait: the ${title} on a to have what the leader has`,
  },
  // Refused or waiting.
  {
    title: 'two clusters',
    a: leading('a', { servers: servers('a') }),
    b: serving('b', {}, { cid: OTHER }),
    c: serving('c', {}, { cid: OTHER }),
    expected: 'refuse CLUSTER_DIFFERENT_DATA a',
  },
  {
    title: 'a cluster without TLS: no server joins it, none starts, no other cluster is formed',
    a: stopped('a', { local: 'tcp:10.0.0.1:6643' }),
    b: blank,
    c: serving('c', {}, { local: 'tcp:10.0.0.3:6643' }),
    expected: 'refuse CLUSTER_NOT_ENCRYPTED a',
  },
  {
    title: 'a damaged file',
    a: member({ file: 'damaged' }),
    b: leading('b'),
    c: serving('c'),
    expected: 'refuse CLUSTER_STATE_UNREADABLE a',
  },
  {
    title: 'a state that was cut',
    a: member({ complete: false }),
    b: leading('b'),
    c: serving('c'),
    expected: 'refuse CLUSTER_STATE_UNREADABLE a',
  },
  {
    title: 'a server that does not answer',
    a: stopped('a', { service: 'active' }),
    b: leading('b'),
    c: serving('c'),
    expected: `wait: the ${title} on a to answer`,
  },
  {
    title: 'a server that stops',
    a: stopped('a', { service: 'stopping' }),
    b: leading('b'),
    c: serving('c'),
    expected: `wait: the ${title} on a to stop`,
  },
  {
    title: 'every file waits to join nobody',
    a: member({ file: 'clustered' }),
    b: member({ file: 'clustered' }),
    c: member({ file: 'clustered' }),
    expected: 'refuse CLUSTER_NO_QUORUM a',
  },
  // Upkeep.
  {
    title: 'the election timer doubles',
    a: leading('a', { electionTimer: 1000 }),
    b: serving('b'),
    c: serving('c'),
    expected: `act a: set the election timer of the ${title} to 2000 ms`,
  },
  {
    title: 'the election timer ends at its value',
    a: leading('a', { electionTimer: 8000 }),
    b: serving('b'),
    c: serving('c'),
    expected: `act a: set the election timer of the ${title} to 10000 ms`,
  },
  {
    title: 'a dead server that is not described is removed',
    a: leading('a', { servers: servers('abcd', { d: 90_000 }) }),
    b: serving('b'),
    c: serving('c'),
    expected: `act a: remove the server ${raft('d')} from the cluster of the ${title}`,
  },
  {
    title: 'a living server that is not described stays',
    a: leading('a', { servers: servers('abcd', { d: 900 }) }),
    b: serving('b'),
    c: serving('c'),
    expected: 'nothing',
  },
  {
    title: 'a dead server that is described stays',
    a: leading('a', { servers: servers('abc', { c: 900_000 }) }),
    b: serving('b'),
    c: unreachable,
    expected: 'nothing',
  },
  { title: 'all as described', a: leading('a'), b: serving('b'), c: serving('c'), expected: 'nothing' },
];

describe('three members', () => {
  test.each(cases)('$title', ({ a, b, c, expected }) => {
    const members = new Map([
      ['a', a],
      ['b', b],
      ['c', c],
    ]);
    expect(outcome(decideOvnDatabase(desired(['a', 'b', 'c']), members))).toBe(expected);
  });

  test('no order of the description lets an empty member form beside anything', () => {
    const others = [
      unreachable,
      standalone(3),
      stopped('b'),
      leaderless('b'),
      leading('b', { servers: servers('b') }),
    ];
    for (const other of others) {
      for (const order of orders(['a', 'b', 'c'])) {
        const members = new Map([
          ['a', blank],
          ['b', other],
          ['c', blank],
        ]);
        const decision = decideOvnDatabase(desired(order), members);
        const forms = decision.do === 'act' && decision.change.summary.startsWith('form');
        expect(forms && decision.host !== 'b', outcome(decision)).toBe(false);
      }
    }
  });

  test('a member joins through every server of the cluster', () => {
    const members = new Map([
      ['a', blank],
      ['b', leading('b', { servers: servers('bc') })],
      ['c', serving('c', { servers: servers('bc') })],
    ]);
    const decision = decideOvnDatabase(desired(['a', 'b', 'c']), members);
    expect(decision.do === 'act' && decision.change.script).toContain(`${raft('b')}' '${raft('c')}`);
  });
});

describe('one member', () => {
  test.each([
    ['no database: create', blank, `act a: create the ${title} on a`],
    ['a stopped database starts', member({ file: 'standalone', rows: 3 }), `act a: start the ${title} on a`],
    ['a running database stays', standalone(3), 'nothing'],
    ['an unreachable host', unreachable, 'refuse CLUSTER_MEMBER_UNREACHABLE a'],
  ] as const)('%s', (_, a, expected) => {
    expect(outcome(decideOvnDatabase(desired(['a']), new Map([['a', a]])))).toBe(expected);
  });
});
