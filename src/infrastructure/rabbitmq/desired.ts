import type { DescribedMember, Wish } from '../members.ts';

export interface RabbitmqPlatform {
  /** `rabbitmq-server.service` */
  readonly unit: string;
  /** The user that the broker runs as: `rabbitmq`. */
  readonly user: string;
  /** That user's home directory: `/var/lib/rabbitmq`. */
  readonly data: string;
  /** `stampOf(unit)` */
  readonly stamp: string;
  /** Files that a node reads at its start and by which others connect to it: its cookie, its settings of TLS. */
  readonly connections: readonly string[];
}

export interface RabbitmqDesired {
  readonly members: readonly DescribedMember[];
  readonly wish: Wish;
  readonly platform: RabbitmqPlatform;
}

/** A node's name. The host part is the short host name, which every member must resolve. */
export function nodeOf(host: string): string {
  return `rabbit@${host}`;
}
