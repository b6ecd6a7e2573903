import type { ReachedMember } from '../members.ts';
import { nodeOf } from './desired.ts';
import type { RabbitmqBroker, RabbitmqState } from './state.ts';

export type Reached = ReachedMember<RabbitmqState>;
export type Running = Reached & { readonly state: { readonly broker: RabbitmqBroker } };

/** The nodes that count one another as members. */
export interface Cluster {
  readonly running: readonly Running[];
  readonly members: ReadonlySet<string>;
  /** It has users or queues that somebody made. */
  readonly used: boolean;
}

export function clustersOf(reached: readonly Reached[]): readonly Cluster[] {
  const left = reached.filter(isRunning);
  const clusters: Cluster[] = [];
  while (left.length > 0) {
    const [first] = left.splice(0, 1);
    if (!first) break;
    // Both sides must agree: a reinstalled node is known to a cluster that it does not know.
    const running = [first, ...left.filter((other) => know(first, other) && know(other, first))];
    for (const member of running.slice(1)) left.splice(left.indexOf(member), 1);
    clusters.push({
      running,
      members: new Set(running.flatMap(({ state }) => state.broker.members)),
      used: running.some(({ state }) => isUsed(state.broker)),
    });
  }
  return clusters;
}

function know(knowing: Running, other: Running): boolean {
  return knowing.state.broker.members.includes(nodeOf(other.host));
}

/** A broker that was never used has the package's user and no queue. */
export function isUsed({ queues, users }: RabbitmqBroker): boolean {
  return queues > 0 || users.some((user) => user !== 'guest');
}

export function largest(clusters: readonly Cluster[]): Cluster | undefined {
  return clusters.reduce<Cluster | undefined>(
    (best, cluster) => (best && best.members.size >= cluster.members.size ? best : cluster),
    undefined,
  );
}

export function isRunning(member: Reached): member is Running {
  return member.state.broker?.application === true;
}

export function isStopped(state: RabbitmqState): boolean {
  return state.service === 'inactive' || state.service === 'failed';
}

/** Another member's store names this one, and this one's own store does not name that other. */
export function isReinstalled(member: Reached, reached: readonly Reached[]): boolean {
  const own = nodeOf(member.host);
  return reached.some(
    ({ host, state }) =>
      host !== member.host && state.known.includes(own) && !member.state.known.includes(nodeOf(host)),
  );
}

/** A member of the stores' cluster that no longer has a store of that cluster. */
export function isLost(member: Reached, stores: readonly Reached[]): boolean {
  const own = nodeOf(member.host);
  return (
    !stores.includes(member) && !isActive(member) && stores.some(({ state }) => state.known.includes(own))
  );
}

export function isActive({ state }: Reached): boolean {
  return state.service === 'active';
}

/** The cluster counts the member in. */
export function isKnown(main: Cluster, { host }: Reached): boolean {
  return main.members.has(nodeOf(host));
}

/** The member's own store names a node of the cluster other than itself. */
export function knowsMain({ host, state }: Reached, main: Cluster): boolean {
  return state.known.some((node) => node !== nodeOf(host) && main.members.has(node));
}

export function names(members: readonly Reached[]): readonly string[] {
  return members.map(({ host }) => host);
}
