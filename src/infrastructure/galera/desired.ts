import type { DescribedMember, Wish } from '../members.ts';

/** Where the distribution keeps the server. */
export interface GaleraPlatform {
  /** `mariadb.service` */
  readonly unit: string;
  /** `/var/lib/mysql` */
  readonly data: string;
  /** A file below /run that keeps the position found by `position.sh` until the next boot. */
  readonly position: string;
  /** The file that says that the service was started with its present configuration (`stampOf(unit)`). */
  readonly stamp: string;
}

export interface GaleraDesired {
  /** One member: a plain server without replication. */
  readonly members: readonly DescribedMember[];
  readonly wish: Wish;
  readonly platform: GaleraPlatform;
  /** The account of `wsrep_sst_auth`, authenticated by the socket. */
  readonly transfer: { readonly account: string };
  /** Seconds that the copy of all data to one joining member may take; the unit's start limit must not be shorter. */
  readonly transferLimitSeconds: number;
}
