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
  readonly protocol: 'tcp' | 'ssl';
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

export function raftAddress(desired: OvnDatabaseDesired, member: DescribedMember): string {
  return `${desired.protocol}:${member.address}:${desired.raftPort}`;
}
