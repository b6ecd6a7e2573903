import type { DescribedMember, Wish } from '../members.ts';

export interface OvnPlatform {
  /** `ovn-ovsdb-server-nb.service` */
  readonly unit: string;
  /** `/var/lib/ovn/ovnnb_db.db` */
  readonly file: string;
  /** `/usr/share/ovn/ovn-nb.ovsschema` */
  readonly schema: string;
  /** `/run/ovn/ovnnb_db.ctl` */
  readonly control: string;
  /** `stampOf(unit)` */
  readonly stamp: string;
}

/** One of the two databases. */
export interface OvnDatabaseDesired {
  readonly database: 'OVN_Northbound' | 'OVN_Southbound';
  /** One member: a standalone database. */
  readonly members: readonly DescribedMember[];
  readonly wish: Wish;
  /** The port on which the servers talk among themselves. */
  readonly raftPort: number;
  /** Milliseconds without a leader's message after which a new leader is elected. */
  readonly electionTimer: number;
  readonly platform: OvnPlatform;
}

export function titleOf(desired: OvnDatabaseDesired): string {
  return desired.database === 'OVN_Northbound' ? 'OVN northbound database' : 'OVN southbound database';
}

/** A table that has rows in every database that was used. */
export function contentTable(desired: OvnDatabaseDesired): string {
  return desired.database === 'OVN_Northbound' ? 'Logical_Switch' : 'Chassis';
}

/** A server's own address in its cluster, which it keeps for good (ovsdb(7), "Clustered Database Service Model"). */
export function raftAddress(desired: OvnDatabaseDesired, member: DescribedMember): string {
  return `ssl:${member.address}:${desired.raftPort}`;
}
