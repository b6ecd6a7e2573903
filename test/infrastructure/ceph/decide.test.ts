import { describe, expect, test } from 'vitest';
import type { Member } from '../../../src/engine/resource.ts';
import { decideMonitors } from '../../../src/infrastructure/ceph/decide.ts';
import type { MonitorDesired } from '../../../src/infrastructure/ceph/desired.ts';
import type { MonitorState, MonitorStatus } from '../../../src/infrastructure/ceph/state.ts';
import { orders, outcome, reachable, unreachable } from '../outcome.ts';

type M = Member<MonitorState>;
const FSID = '11111111-2222-4333-8444-555555555555';

function desired(hosts: readonly string[]): MonitorDesired {
  return {
    fsid: FSID,
    members: hosts.map((host, index) => ({ host, address: `10.0.0.${index + 1}` })),
    wish: 'converge',
    keyring: '[mon.]',
    platform: { unit: 'ceph-mon', data: '/mon', sockets: '/run', user: 'ceph', stamps: '/stamps' },
  };
}

function member(state: Partial<MonitorState> = {}): M {
  return reachable({
    complete: true,
    installed: true,
    service: 'inactive',
    store: 'none',
    status: undefined,
    ...state,
  });
}

function running(state: string, monitors: string, status: Partial<MonitorStatus> = {}): M {
  return member({
    service: 'active',
    store: 'present',
    status: { fsid: FSID, state, epoch: 3, monitors: [...monitors], quorum: [], ...status },
  });
}

const blank = member();
const stopped = member({ store: 'present' });
const created = running('probing', 'abc', { epoch: 0 });

interface Case {
  readonly title: string;
  readonly a: M;
  readonly b: M;
  readonly c: M;
  readonly expected: string;
}

const create = (host: string) => `act ${host}: create the Ceph monitor on ${host}`;
const join = (host: string) => `${create(host)} and join it to the cluster`;
const start = (host: string) => `act ${host}: start the Ceph monitor on ${host}`;

const cases: readonly Case[] = [
  // Forming.
  { title: 'no store anywhere: form', a: blank, b: blank, c: blank, expected: create('a') },
  {
    title: 'an unreachable member may be in a quorum',
    a: blank,
    b: blank,
    c: unreachable,
    expected: 'refuse CLUSTER_MEMBER_UNREACHABLE c',
  },
  {
    title: 'the first described host is unreachable',
    a: unreachable,
    b: blank,
    c: blank,
    expected: 'refuse CLUSTER_MEMBER_UNREACHABLE a',
  },
  {
    title: 'created, never in a quorum: the next one',
    a: created,
    b: blank,
    c: blank,
    expected: create('b'),
  },
  { title: 'created and stopped by a cut: it starts', a: stopped, b: blank, c: blank, expected: start('a') },
  {
    title: 'a store whose creation was cut is made again',
    a: created,
    b: member({ store: 'incomplete' }),
    c: blank,
    expected: create('b'),
  },
  {
    title: 'all created: they elect',
    a: created,
    b: created,
    c: created,
    expected: 'wait: the Ceph monitors of a, b, c to be in the quorum',
  },
  {
    title: 'two of the first three are a quorum: the third joins',
    a: running('leader', 'abc'),
    b: running('peon', 'abc'),
    c: blank,
    expected: join('c'),
  },
  // Joining.
  { title: 'one host grows to three', a: blank, b: blank, c: running('leader', 'c'), expected: join('a') },
  {
    title: 'one joins at a time',
    a: running('synchronizing', 'c', { epoch: 3 }),
    b: blank,
    c: running('leader', 'c'),
    expected: 'wait: the Ceph monitors of a to be in the quorum',
  },
  {
    title: 'the reinstalled first host joins',
    a: blank,
    b: running('leader', 'abc'),
    c: running('peon', 'abc'),
    expected: join('a'),
  },
  {
    title: 'an incomplete store beside a quorum is made again',
    a: member({ store: 'incomplete' }),
    b: running('leader', 'abc'),
    c: running('peon', 'abc'),
    expected: join('a'),
  },
  {
    title: 'unreachable members do not hinder a quorum',
    a: unreachable,
    b: running('leader', 'bc'),
    c: blank,
    expected: join('c'),
  },
  // Coming back.
  {
    title: 'a stopped monitor starts',
    a: running('leader', 'abc'),
    b: running('peon', 'abc'),
    c: stopped,
    expected: start('c'),
  },
  {
    title: 'a failed monitor starts',
    a: running('leader', 'abc'),
    b: running('peon', 'abc'),
    c: member({ store: 'present', service: 'failed' }),
    expected: start('c'),
  },
  {
    title: 'a wiped host and two stopped monitors: the stopped ones start first',
    a: blank,
    b: stopped,
    c: stopped,
    expected: start('b'),
  },
  {
    title: 'two of three elect',
    a: unreachable,
    b: running('electing', 'abc'),
    c: running('electing', 'abc'),
    expected: 'wait: the Ceph monitors of b, c to be in the quorum',
  },
  {
    title: 'a leader that has not noticed yet that two of three are gone',
    a: blank,
    b: running('leader', 'abc', { quorum: ['a', 'b', 'c'] }),
    c: blank,
    expected: 'wait: the quorum to notice that a, c left it',
  },
  {
    title: 'a monitor outside the quorum',
    a: running('probing', 'abc'),
    b: running('leader', 'abc'),
    c: running('peon', 'abc'),
    expected: 'wait: the Ceph monitors of a to be in the quorum',
  },
  // Refused.
  {
    title: 'one of three monitors alone, two unreachable',
    a: running('probing', 'abc'),
    b: unreachable,
    c: unreachable,
    expected: 'refuse CLUSTER_NO_QUORUM b',
  },
  {
    title: 'one of three monitors alone, two wiped: no second cluster',
    a: running('probing', 'abc'),
    b: blank,
    c: blank,
    expected: 'refuse CLUSTER_NO_QUORUM b',
  },
  {
    title: 'another cluster',
    a: running('leader', 'a', { fsid: 'other' }),
    b: blank,
    c: blank,
    expected: 'refuse CLUSTER_FOREIGN a',
  },
  {
    title: 'another cluster beside the quorum',
    a: running('leader', 'a', { fsid: 'other' }),
    b: running('leader', 'bc'),
    c: running('peon', 'bc'),
    expected: 'refuse CLUSTER_FOREIGN a',
  },
  {
    title: 'a state that was cut',
    a: member({ complete: false }),
    b: blank,
    c: blank,
    expected: 'refuse CLUSTER_STATE_UNREADABLE a',
  },
  // Waiting.
  {
    title: 'a monitor that does not answer yet',
    a: member({ service: 'active', store: 'present' }),
    b: running('leader', 'abc'),
    c: running('peon', 'abc'),
    expected: 'wait: the Ceph monitor on a to answer',
  },
  {
    title: 'a monitor that stops',
    a: member({ service: 'stopping', store: 'present' }),
    b: running('leader', 'abc'),
    c: running('peon', 'abc'),
    expected: 'wait: the Ceph monitor on a to stop',
  },
  // Nothing.
  {
    title: 'all in the quorum',
    a: running('peon', 'abc'),
    b: running('leader', 'abc'),
    c: running('peon', 'abc'),
    expected: 'nothing',
  },
  {
    title: 'a monitor that the description no longer names is ignored',
    a: running('peon', 'abcd'),
    b: running('leader', 'abcd'),
    c: running('peon', 'abcd'),
    expected: 'nothing',
  },
];

describe('three monitors', () => {
  test.each(cases)('$title', ({ a, b, c, expected }) => {
    const members = new Map([
      ['a', a],
      ['b', b],
      ['c', c],
    ]);
    expect(outcome(decideMonitors(desired(['a', 'b', 'c']), members))).toBe(expected);
  });

  test('no order of the description creates a second cluster', () => {
    const others = [unreachable, stopped, running('probing', 'abc'), running('leader', 'b')];
    for (const other of others) {
      for (const order of orders(['a', 'b', 'c'])) {
        const decision = decideMonitors(
          desired(order),
          new Map([
            ['a', blank],
            ['b', other],
            ['c', blank],
          ]),
        );
        expect(
          decision.do === 'act' && String(decision.change.script).includes('--addv'),
          outcome(decision),
        ).toBe(false);
      }
    }
  });

  test('the first monitors are created with the map of all', () => {
    const decision = decideMonitors(
      desired(['a', 'b']),
      new Map([
        ['a', blank],
        ['b', blank],
      ]),
    );
    expect(decision.do === 'act' && decision.change.script).toContain(
      "set -- '--addv' 'a' '[v2:10.0.0.1:3300,v1:10.0.0.1:6789]' '--addv' 'b' '[v2:10.0.0.2:3300,v1:10.0.0.2:6789]'",
    );
  });

  test('no complete store is ever replaced', () => {
    for (const { a, b, c } of cases) {
      const members = new Map([
        ['a', a],
        ['b', b],
        ['c', c],
      ]);
      const decision = decideMonitors(desired(['a', 'b', 'c']), members);
      if (decision.do !== 'act' || !decision.change.summary.startsWith('create')) continue;
      const target = members.get(decision.host);
      expect(target?.reachable && target.state.store).not.toBe('present');
    }
  });
});
