import { describe, expect, test } from 'vitest';
import type { Member } from '../../../src/engine/resource.ts';
import { decideRabbitmq } from '../../../src/infrastructure/rabbitmq/decide.ts';
import type { RabbitmqDesired } from '../../../src/infrastructure/rabbitmq/desired.ts';
import type { RabbitmqBroker, RabbitmqState } from '../../../src/infrastructure/rabbitmq/state.ts';
import { orders, outcome, reachable, unreachable } from '../outcome.ts';

function desired(hosts: readonly string[]): RabbitmqDesired {
  return {
    members: hosts.map((host) => ({ host, address: host })),
    wish: 'converge',
    platform: {
      unit: 'rabbitmq-server.service',
      user: 'rabbitmq',
      data: '/data',
      stamp: '/stamps/rabbitmq',
      connections: ['/data/.erlang.cookie'],
    },
  };
}

type M = Member<RabbitmqState>;
const node = (host: string) => `rabbit@${host}`;
const nodes = (hosts: string) => [...hosts].map(node);

function member(state: Partial<RabbitmqState> = {}): M {
  return reachable({
    complete: true,
    installed: true,
    service: 'inactive',
    known: [],
    outdated: false,
    broker: undefined,
    ...state,
  });
}

/** A running broker that counts `members` as its cluster, written as letters. */
function broker(members: string, state: Partial<RabbitmqBroker> = {}): M {
  return member({
    service: 'active',
    known: nodes(members),
    broker: {
      application: true,
      members: nodes(members),
      running: nodes(members),
      partitioned: false,
      queues: 4,
      users: ['openstack'],
      replicas: [nodes('abc')],
      ...state,
    },
  });
}

const blank = member();
const stored = (members: string, service: RabbitmqState['service'] = 'inactive') =>
  member({ known: nodes(members), service });
const unused = { queues: 0, users: ['guest'], replicas: [] };
const seen = (running: string) => ({ running: nodes(running) });

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
    title: 'three empty members: form',
    a: blank,
    b: blank,
    c: blank,
    expected: 'act a: form the RabbitMQ cluster on a',
  },
  {
    title: 'an unreachable member may have the cluster',
    a: blank,
    b: unreachable,
    c: blank,
    expected: 'refuse CLUSTER_MEMBER_UNREACHABLE b',
  },
  {
    title: 'the first starts',
    a: member({ service: 'starting' }),
    b: blank,
    c: blank,
    expected: 'wait: RabbitMQ on a to start',
  },
  {
    title: 'formed: the second joins',
    a: broker('a', unused),
    b: blank,
    c: blank,
    expected: 'act b: join RabbitMQ on b to the cluster of rabbit@a',
  },
  {
    title: 'a cluster that is still empty waits for all members',
    a: broker('a', unused),
    b: blank,
    c: unreachable,
    expected: 'refuse CLUSTER_MEMBER_UNREACHABLE c',
  },
  {
    title: 'lone brokers that the package started are joined',
    a: broker('a', unused),
    b: broker('b', unused),
    c: broker('c', unused),
    expected: 'act b: join RabbitMQ on b to the cluster of rabbit@a',
  },
  {
    title: 'two of three formed',
    a: broker('ab', { ...unused, ...seen('ab') }),
    b: broker('ab', { ...unused, ...seen('ab') }),
    c: broker('c', unused),
    expected: 'act c: join RabbitMQ on c to the cluster of rabbit@a',
  },
  {
    title: 'one host grows to three: the used broker is the cluster',
    a: blank,
    b: blank,
    c: broker('c'),
    expected: 'act a: join RabbitMQ on a to the cluster of rabbit@c',
  },
  {
    title: 'a used broker and an unreachable member',
    a: blank,
    b: unreachable,
    c: broker('c'),
    expected: 'act a: join RabbitMQ on a to the cluster of rabbit@c',
  },
  {
    title: 'half joined: the application is missing',
    a: broker('a', unused),
    b: member({
      service: 'active',
      known: nodes('b'),
      broker: {
        application: false,
        members: nodes('b'),
        running: [],
        partitioned: false,
        queues: 0,
        users: [],
        replicas: [],
      },
    }),
    c: blank,
    expected: 'act b: join RabbitMQ on b to the cluster of rabbit@a',
  },
  // Coming back.
  {
    title: 'a stopped member starts',
    a: broker('abc', seen('ab')),
    b: broker('abc', seen('ab')),
    c: stored('abc'),
    expected: 'act c: start RabbitMQ on c',
  },
  {
    title: 'a failed member starts',
    a: broker('abc', seen('ab')),
    b: broker('abc', seen('ab')),
    c: stored('abc', 'failed'),
    expected: 'act c: start RabbitMQ on c',
  },
  {
    title: 'a starting member is waited for',
    a: broker('abc', seen('ab')),
    b: broker('abc', seen('ab')),
    c: stored('abc', 'starting'),
    expected: 'wait: RabbitMQ on c to start',
  },
  {
    title: 'after a power cut all start',
    a: stored('abc', 'starting'),
    b: stored('abc'),
    c: stored('abc', 'starting'),
    expected: 'act b: start RabbitMQ on b',
  },
  {
    title: 'after a power cut with one host lost',
    a: stored('abc'),
    b: unreachable,
    c: stored('abc', 'starting'),
    expected: 'act a: start RabbitMQ on a',
  },
  {
    title: 'all wait for one another',
    a: stored('abc', 'starting'),
    b: stored('abc', 'starting'),
    c: stored('abc', 'starting'),
    expected: 'wait: RabbitMQ on a to start',
  },
  {
    title: 'paused without a majority',
    a: member({
      service: 'active',
      known: nodes('abc'),
      broker: {
        application: false,
        members: nodes('abc'),
        running: [],
        partitioned: false,
        queues: 0,
        users: [],
        replicas: [],
      },
    }),
    b: unreachable,
    c: unreachable,
    expected: 'wait: RabbitMQ on a to see a majority of its cluster',
  },
  {
    title: 'a member whose application stopped',
    a: broker('abc', seen('ab')),
    b: broker('abc', seen('ab')),
    c: member({
      service: 'active',
      known: nodes('abc'),
      broker: {
        application: false,
        members: nodes('abc'),
        running: [],
        partitioned: false,
        queues: 0,
        users: [],
        replicas: [],
      },
    }),
    expected: 'act c: restart RabbitMQ on c',
  },
  // Reinstalled members.
  {
    title: 'a reinstalled member is forgotten first',
    a: blank,
    b: broker('abc', seen('bc')),
    c: broker('abc', seen('bc')),
    expected: 'act b: remove the reinstalled member rabbit@a from the RabbitMQ cluster',
  },
  {
    title: 'then it joins',
    a: blank,
    b: broker('bc'),
    c: broker('bc'),
    expected: 'act a: join RabbitMQ on a to the cluster of rabbit@b',
  },
  {
    title: 'a reinstalled member that runs alone and empty is stopped first',
    a: broker('a', unused),
    b: broker('abc'),
    c: broker('abc'),
    expected: 'act a: stop the empty broker on a',
  },
  {
    title: 'stopped, it is forgotten',
    a: stored('a'),
    b: broker('abc', seen('bc')),
    c: broker('abc', seen('bc')),
    expected: 'act b: remove the reinstalled member rabbit@a from the RabbitMQ cluster',
  },
  {
    title: 'forgotten, it says whether it is empty',
    a: stored('a'),
    b: broker('bc'),
    c: broker('bc'),
    expected: 'act a: start RabbitMQ on a',
  },
  {
    title: 'empty, it joins',
    a: broker('a', unused),
    b: broker('bc'),
    c: broker('bc'),
    expected: 'act a: join RabbitMQ on a to the cluster of rabbit@b',
  },
  {
    title: 'a member that the cluster has forgotten joins again',
    a: stored('abc'),
    b: broker('bc'),
    c: broker('bc'),
    expected: 'act a: join RabbitMQ on a to the cluster of rabbit@b',
  },
  {
    title: 'after a power cut nobody waits for a wiped member',
    a: blank,
    b: stored('abc', 'starting'),
    c: stored('abc'),
    expected: 'act b: start RabbitMQ on b without waiting for a',
  },
  {
    title: 'an unreachable member may have the newest tables',
    a: blank,
    b: stored('abc'),
    c: unreachable,
    expected: 'act b: start RabbitMQ on b',
  },
  {
    title: 'a reinstalled member that is stopped is not started before the others',
    a: stored('a'),
    b: stored('abc'),
    c: stored('abc', 'starting'),
    expected: 'act b: start RabbitMQ on b without waiting for a',
  },
  {
    title: 'a reinstalled member does not run while others start',
    a: broker('a', unused),
    b: broker('abc', seen('b')),
    c: stored('abc'),
    expected: 'act a: stop the empty broker on a',
  },
  {
    title: 'a reinstalled broker in use is not the cluster of the stopped ones',
    a: broker('a'),
    b: stored('abc'),
    c: stored('abc'),
    expected: 'refuse CLUSTER_DIFFERENT_DATA b',
  },
  {
    title: 'an empty broker that started first is not the cluster',
    a: broker('a', unused),
    b: stored('abc'),
    c: stored('abc'),
    expected: 'act a: stop the empty broker on a',
  },
  // Refused.
  {
    title: 'two used clusters',
    a: broker('a'),
    b: broker('bc', seen('bc')),
    c: broker('bc', seen('bc')),
    expected: 'refuse CLUSTER_DIFFERENT_DATA a',
  },
  {
    title: 'a used lone broker whose name the cluster knows',
    a: broker('a'),
    b: broker('abc'),
    c: broker('abc'),
    expected: 'refuse CLUSTER_DIFFERENT_DATA a',
  },
  {
    title: 'a state that was cut',
    a: member({ complete: false }),
    b: broker('abc'),
    c: broker('abc'),
    expected: 'refuse CLUSTER_STATE_UNREADABLE a',
  },
  // Waiting.
  {
    title: 'a broker that does not answer',
    a: member({ service: 'active', known: nodes('abc') }),
    b: broker('abc', seen('bc')),
    c: broker('abc', seen('bc')),
    expected: 'wait: RabbitMQ on a to answer',
  },
  {
    title: 'a broker that runs with another cookie',
    a: member({ service: 'active', known: nodes('a'), outdated: true }),
    b: blank,
    c: blank,
    expected: 'act a: restart RabbitMQ on a with its present cookie and TLS settings',
  },
  {
    title: 'a cluster that was deployed without TLS: restarted first',
    a: stored('abc', 'starting'),
    b: member({ service: 'active', known: nodes('abc'), outdated: true }),
    c: member({ service: 'active', known: nodes('abc'), outdated: true }),
    expected: 'act b: restart RabbitMQ on b with its present cookie and TLS settings',
  },
  {
    title: 'restarted one after another, they wait for one another',
    a: stored('abc', 'starting'),
    b: stored('abc', 'starting'),
    c: stored('abc', 'starting'),
    expected: 'wait: RabbitMQ on a to start',
  },
  {
    title: 'a broker that stops',
    a: stored('abc', 'stopping'),
    b: broker('abc', seen('bc')),
    c: broker('abc', seen('bc')),
    expected: 'wait: RabbitMQ on a to stop',
  },
  {
    title: 'a reported partition',
    a: broker('abc', { partitioned: true }),
    b: broker('abc'),
    c: broker('abc'),
    expected: 'wait: the partition seen by a to heal',
  },
  {
    title: 'members that do not see each other',
    a: broker('abc', seen('a')),
    b: broker('abc', seen('bc')),
    c: broker('abc', seen('bc')),
    expected: 'wait: the other brokers to see RabbitMQ on a',
  },
  // Replicas.
  {
    title: 'queues of one replica grow to the new members',
    a: broker('abc', { replicas: [nodes('a')] }),
    b: broker('abc'),
    c: broker('abc'),
    expected: 'act b: add replicas of the queues on b',
  },
  {
    title: 'then to the third',
    a: broker('abc', { replicas: [nodes('ab'), nodes('abc')] }),
    b: broker('abc'),
    c: broker('abc'),
    expected: 'act c: add replicas of the queues on c',
  },
  {
    title: 'with one of three lost, two replicas are all there can be',
    a: broker('abc', { replicas: [nodes('ab')], ...seen('ab') }),
    b: broker('abc', { replicas: [nodes('ab')], ...seen('ab') }),
    c: unreachable,
    expected: 'nothing',
  },
  { title: 'all as described', a: broker('abc'), b: broker('abc'), c: broker('abc'), expected: 'nothing' },
  {
    title: 'a member that the description no longer names is ignored',
    a: broker('abcd', seen('abc')),
    b: broker('abcd', seen('abc')),
    c: broker('abcd', seen('abc')),
    expected: 'nothing',
  },
];

describe('three members', () => {
  test.each(cases)('$title', ({ a, b, c, expected }) => {
    const members = new Map([
      ['a', a],
      ['b', b],
      ['c', c],
    ]);
    expect(outcome(decideRabbitmq(desired(['a', 'b', 'c']), members))).toBe(expected);
  });

  test('the used cluster is joined wherever it stands in the description', () => {
    for (const order of orders(['a', 'b', 'c'])) {
      const members = new Map([
        ['a', blank],
        ['b', broker('b')],
        ['c', blank],
      ]);
      expect(outcome(decideRabbitmq(desired(order), members))).toMatch(/^act [ac]: join .* rabbit@b$/);
    }
  });

  test('a store is put aside only when the living cluster has forgotten it', () => {
    const moves = cases.filter(({ a, b, c }) => {
      const decision = decideRabbitmq(
        desired(['a', 'b', 'c']),
        new Map([
          ['a', a],
          ['b', b],
          ['c', c],
        ]),
      );
      return decision.do === 'act' && String(decision.change.script).includes('aside=yes');
    });
    expect(moves.map(({ title }) => title)).toEqual(['a member that the cluster has forgotten joins again']);
  });
});

describe('one member', () => {
  test.each([
    ['an empty broker starts', blank, 'act a: start RabbitMQ on a'],
    ['a stopped broker starts', stored('a'), 'act a: start RabbitMQ on a'],
    ['a running broker stays', broker('a', { replicas: [nodes('a')] }), 'nothing'],
    ['a running empty broker stays', broker('a', unused), 'nothing'],
    ['an unreachable host', unreachable, 'refuse CLUSTER_MEMBER_UNREACHABLE a'],
  ] as const)('%s', (_, a, expected) => {
    expect(outcome(decideRabbitmq(desired(['a']), new Map([['a', a]])))).toBe(expected);
  });
});
