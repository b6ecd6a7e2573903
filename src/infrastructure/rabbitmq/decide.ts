import type { Decision, Member } from '../../engine/resource.ts';
import { nothing, refuse, survey, wait } from '../members.ts';
import { forgetOn, growOn, joinOn, startAloneOn, startOn, stopOn } from './actions.ts';
import {
  type Cluster,
  clustersOf,
  isActive,
  isKnown,
  isLost,
  isReinstalled,
  isRunning,
  isStopped,
  isUsed,
  knowsMain,
  largest,
  names,
  type Reached,
} from './clusters.ts';
import { nodeOf, type RabbitmqDesired } from './desired.ts';
import type { RabbitmqState } from './state.ts';

const CLUSTER = 'RabbitMQ';
const START_LIMIT_SECONDS = 300;
const HEAL_LIMIT_SECONDS = 120;
/** RabbitMQ gives a new quorum queue three replicas. */
const REPLICAS = 3;

/** What to do next about the brokers. A node's store is kept unless the node itself says that it is empty. */
export function decideRabbitmq(
  desired: RabbitmqDesired,
  members: ReadonlyMap<string, Member<RabbitmqState>>,
): Decision {
  const { reached, unreachable } = survey(desired.members, members);
  const unread = reached.filter(({ state }) => !state.complete);
  if (unread.length > 0) return refuse('CLUSTER_STATE_UNREADABLE', names(unread), { cluster: CLUSTER });
  const missing = desired.wish === 'recover' ? [] : unreachable;
  const outdated = reached.find(({ state }) => state.outdated);
  if (outdated)
    return startOn(
      desired,
      outdated.host,
      `restart RabbitMQ on ${outdated.host} with its present cookie and TLS settings`,
    );
  const silent = reached.find(({ state }) => state.service === 'active' && !state.broker);
  if (silent) return wait(`RabbitMQ on ${silent.host} to answer`, HEAL_LIMIT_SECONDS);
  const stopping = reached.find(({ state }) => state.service === 'stopping');
  if (stopping) return wait(`RabbitMQ on ${stopping.host} to stop`, HEAL_LIMIT_SECONDS);
  const reinstalled = reached.find(
    (member) => isRunning(member) && !isUsed(member.state.broker) && isReinstalled(member, reached),
  );
  // Its name without its old store makes the start of every other member fail.
  if (reinstalled) return stopOn(desired, reinstalled.host);
  const clusters = clustersOf(reached);
  const used = clusters.filter((cluster) => cluster.used);
  if (used.length > 1) return refuseSeparate(used);
  const main = used[0] ?? largest(clusters);
  return main ? decideLiving(desired, reached, missing, main) : decideDead(desired, reached, missing);
}

function refuseSeparate(clusters: readonly Cluster[]): Decision {
  const hosts = clusters.flatMap(({ running }) => names(running));
  const found = clusters
    .map(({ running, members }) => {
      const [first] = running;
      const { queues, users } = first?.state.broker ?? { queues: 0, users: [] };
      return `${[...members].join(', ')} (${queues} queues, users ${users.join(', ')})`;
    })
    .join('; ');
  return refuse('CLUSTER_DIFFERENT_DATA', hosts, { cluster: CLUSTER, found });
}

function refuseForgotten(main: Cluster, { host, state }: Reached): Decision {
  return refuse('CLUSTER_DIFFERENT_DATA', [host, ...names(main.running)], {
    cluster: CLUSTER,
    found: `${host} was in a cluster of ${state.known.join(', ')}; those that run are ${[...main.members].join(', ')}`,
  });
}

function decideLiving(
  desired: RabbitmqDesired,
  reached: readonly Reached[],
  missing: readonly string[],
  main: Cluster,
): Decision {
  const outside = reached.filter((member) => !main.running.some(({ host }) => host === member.host));
  const stored = outside.filter(({ state }) => isStopped(state) && state.known.length > 0);
  const own = stored.find((member) => isKnown(main, member) && knowsMain(member, main));
  if (own) return startOn(desired, own.host, `start RabbitMQ on ${own.host}`);
  if (!main.used) {
    // What runs is empty; what is stopped or unreachable may be what the cloud used.
    const [unread] = stored.filter((member) => !isKnown(main, member));
    if (unread) return startOn(desired, unread.host, `start RabbitMQ on ${unread.host}`);
    const strangers = missing.filter((host) => !main.members.has(nodeOf(host)));
    if (strangers.length > 0) return unreachableMembers(strangers);
  }
  const [next] = outside.filter(({ state }) => state.service !== 'starting');
  const starting = outside.find(({ state }) => state.service === 'starting');
  if (starting) return wait(`RabbitMQ on ${starting.host} to start`, START_LIMIT_SECONDS);
  const split = splitOf(main);
  if (split) return wait(split, HEAL_LIMIT_SECONDS);
  if (next) return decideOutside(desired, main, next);
  return decideReplicas(desired, main);
}

/** One member that is not in the cluster. */
function decideOutside(desired: RabbitmqDesired, main: Cluster, member: Reached): Decision {
  const { host, state } = member;
  const [living] = main.running;
  if (!living) return nothing;
  const stopped = isStopped(state);
  if (isKnown(main, member)) {
    // Half joined or paused: it belongs to the cluster and only its application is missing.
    if (!stopped && knowsMain(member, main)) return startOn(desired, host, `restart RabbitMQ on ${host}`);
    return stopped ? forgetOn(living.host, host) : stopOn(desired, host);
  }
  if (!stopped || state.known.length === 0) return joinOn(desired, host, nodeOf(living.host), false);
  // The cluster that it was in has forgotten it.
  if (knowsMain(member, main)) {
    // Unless the one that runs is what is new, and the stopped ones are the cluster.
    const trusted = main.running.length * 2 > desired.members.length;
    return trusted ? joinOn(desired, host, nodeOf(living.host), true) : refuseForgotten(main, member);
  }
  // Only a running node can say whether it is empty.
  return startOn(desired, host, `start RabbitMQ on ${host}`);
}

/** Members that count one another in and do not see one another. */
function splitOf({ running }: Cluster): string | undefined {
  const partitioned = running.filter(({ state }) => state.broker.partitioned);
  if (partitioned.length > 0) return `the partition seen by ${names(partitioned).join(', ')} to heal`;
  const unseen = running.find(({ host }) =>
    running.some(({ state }) => !state.broker.running.includes(nodeOf(host))),
  );
  return unseen ? `the other brokers to see RabbitMQ on ${unseen.host}` : undefined;
}

/** Queues that were declared while there were fewer members have fewer replicas. */
function decideReplicas(desired: RabbitmqDesired, main: Cluster): Decision {
  const target = Math.min(REPLICAS, desired.members.length, main.running.length);
  const short = main.running.flatMap(({ state }) =>
    state.broker.replicas.filter((nodes) => nodes.length < target),
  );
  const lacking = main.running.find(({ host }) => short.some((nodes) => !nodes.includes(nodeOf(host))));
  return lacking ? growOn(lacking.host) : nothing;
}

/** No broker runs. */
function decideDead(
  desired: RabbitmqDesired,
  reached: readonly Reached[],
  missing: readonly string[],
): Decision {
  const stores = reached.filter(
    (member) => !isActive(member) && member.state.known.length > 0 && !isReinstalled(member, reached),
  );
  const [survivor] = stores;
  const lost = reached.filter((member) => isLost(member, stores));
  // The others would wait for its tables for minutes and then fail.
  if (survivor && lost.length > 0 && missing.length === 0) {
    return startAloneOn(desired, survivor.host, names(lost));
  }
  // A node with a store waits for its cluster by itself: starting it cannot form another one.
  const stored = stores.find(({ state }) => isStopped(state));
  if (stored) return startOn(desired, stored.host, `start RabbitMQ on ${stored.host}`);
  const paused = reached.find(({ state }) => state.broker && state.known.length > 1);
  const starting = reached.find(({ state }) => state.service === 'starting');
  if (starting) return wait(`RabbitMQ on ${starting.host} to start`, START_LIMIT_SECONDS);
  if (paused) return wait(`RabbitMQ on ${paused.host} to see a majority of its cluster`, HEAL_LIMIT_SECONDS);
  if (missing.length > 0) return unreachableMembers(missing);
  const [first] = reached;
  if (!first) return nothing;
  const doing = desired.members.length === 1 ? 'start RabbitMQ' : 'form the RabbitMQ cluster';
  return startOn(desired, first.host, `${doing} on ${first.host}`);
}

function unreachableMembers(hosts: readonly string[]): Decision {
  return refuse('CLUSTER_MEMBER_UNREACHABLE', hosts, { cluster: CLUSTER });
}
