import type { Cloud, Host } from './cloud.ts';
import { GIB, MIB } from './defaults.ts';

/** The operating system with nova-compute and the OVN controller; Nova's own default. */
const COMPUTE_MIB = 512;

/**
 * MiB of a compute host's memory that Nova leaves to the host itself: 512 for the system, half of the least memory of
 * a control host where the host is one, and the memory target of each OSD it carries.
 */
export function usualReservedMemory(
  host: Pick<Host, 'roles' | 'devices'>,
  cloud: Pick<Cloud, 'minimums' | 'ceph'>,
): number {
  const control = host.roles.has('control') ? (cloud.minimums.control.memoryGiB * GIB) / 2 : 0;
  const osds = host.roles.has('osd') ? host.devices.length * cloud.ceph.osdMemory : 0;
  return COMPUTE_MIB + Math.ceil((control + osds) / MIB);
}
