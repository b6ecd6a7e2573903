import type { Decision } from '../../engine/resource.ts';
import { quote } from '../../hosts/quote.ts';
import { shellProgram } from '../../resources/program.ts';
import { act } from '../members.ts';
import start from '../start.sh';
import { nodeOf, type RabbitmqDesired } from './desired.ts';
import grow from './grow.sh';
import join from './join.sh';
import startAlone from './startAlone.sh';

/** Starts a node, or restarts it; returns when it is ready or waits for other nodes. */
export function startOn({ platform }: RabbitmqDesired, host: string, summary: string): Decision {
  const { unit, stamp } = platform;
  return act(host, summary, shellProgram(start, { unit, stamp }), 180);
}

/** Starts a member on its own store, without waiting for `lost` members, whose stores are gone. */
export function startAloneOn(desired: RabbitmqDesired, host: string, lost: readonly string[]): Decision {
  const { unit, stamp } = desired.platform;
  return act(
    host,
    `start RabbitMQ on ${host} without waiting for ${lost.join(', ')}`,
    shellProgram(startAlone, { unit, stamp, node: nodeOf(host) }),
    400,
  );
}

export function stopOn({ platform }: RabbitmqDesired, host: string): Decision {
  return act(host, `stop the empty broker on ${host}`, `systemctl stop ${quote(platform.unit)}`, 120);
}

/** `aside`: the node has a store of the cluster that has forgotten it. */
export function joinOn(desired: RabbitmqDesired, host: string, peer: string, aside: boolean): Decision {
  const { unit, data, stamp } = desired.platform;
  return act(
    host,
    `join RabbitMQ on ${host} to the cluster of ${peer}`,
    shellProgram(join, { unit, data, stamp, node: nodeOf(host), peer, aside }),
    300,
  );
}

/** A member that was reinstalled is unknown to itself and known to the cluster: it can join only as a new one. */
export function forgetOn(host: string, gone: string): Decision {
  return act(
    host,
    `remove the reinstalled member ${nodeOf(gone)} from the RabbitMQ cluster`,
    `rabbitmqctl -q forget_cluster_node ${quote(nodeOf(gone))}`,
    120,
  );
}

/** Gives the quorum queues and streams that have too few replicas one on this member. */
export function growOn(host: string): Decision {
  return act(host, `add replicas of the queues on ${host}`, shellProgram(grow, { node: nodeOf(host) }), 600);
}
