import type { Cloud, HaTimings, Role } from './cloud.ts';

/** Seconds and counts of each level, as in the reference deployment. */
export const haLevels: Readonly<Record<HaTimings['level'], Omit<HaTimings, 'level'>>> = {
  moderato: { interval: 5, timeout: 3, rise: 1, fall: 2 },
  allegro: { interval: 4, timeout: 3, rise: 1, fall: 2 },
  vivace: { interval: 3, timeout: 3, rise: 1, fall: 2 },
};

const small = { cpus: 4, memoryGiB: 8, diskGiB: 50 };

/** Least sizes of the reference deployment: control 8 CPUs, 16 GiB; the rest 4 CPUs, 8 GiB; 50 GiB each. */
export const defaultMinimums: Cloud['minimums'] = {
  control: { cpus: 8, memoryGiB: 16, diskGiB: 50 },
  network: small,
  compute: small,
  mon: small,
  mgr: small,
  osd: { ...small, deviceGiB: 50 },
  rgw: small,
} satisfies Record<Role, unknown>;

/** Pools of a cloud: images, volumes, vms, backups, and those of the object store. */
const POOLS = 8;

/**
 * Placement groups for each pool: about a hundred on each OSD over all pools, as a power of two from 8 to 256
 * (Ceph's placement group calculator). Sparse files are trials and get 8.
 */
export function placementGroups(devices: number, poolSize: number, trial: boolean): number {
  if (trial) return 8;
  const wanted = (devices * 100) / poolSize / POOLS;
  return Math.min(256, Math.max(8, 2 ** Math.round(Math.log2(Math.max(1, wanted)))));
}

export const GIB = 2 ** 30;
export const MIB = 2 ** 20;
