import type { Text } from '../../secrets/confidential.ts';
import type { DescribedMember, Wish } from '../members.ts';

export interface MonitorPlatform {
  /** The template unit without its instance: `ceph-mon`. */
  readonly unit: string;
  /** `/var/lib/ceph/mon` */
  readonly data: string;
  /** Of the daemons' own sockets: `/run/ceph` */
  readonly sockets: string;
  /** The user that the daemons run as: `ceph`. */
  readonly user: string;
  /** The directory of the files that say that a service was started with its present configuration. */
  readonly stamps: string;
}

export interface MonitorDesired {
  readonly fsid: string;
  /** A monitor's name is its host's; the addresses are in the public network. */
  readonly members: readonly DescribedMember[];
  readonly wish: Wish;
  /** With the keys that the first monitors are created with. */
  readonly keyring: Text;
  readonly platform: MonitorPlatform;
}

export function unitOf({ platform }: MonitorDesired, host: string): string {
  return `${platform.unit}@${host}.service`;
}

export function storeOf({ platform }: MonitorDesired, host: string): string {
  return `${platform.data}/ceph-${host}`;
}

export function stampOf(desired: MonitorDesired, host: string): string {
  return `${desired.platform.stamps}/${unitOf(desired, host)}`;
}
