import type { Cloud, Host } from '../../cloud/cloud.ts';
import type { Resource } from '../../engine/resource.ts';
import { command, shellProgram } from '../../resources/index.ts';
import pools from './pools.sh';

/** The pools of the services: their sizes and placement groups are compared, not only their names. */
export function poolResources(
  cloud: Cloud,
  monitor: Host,
  names: readonly string[],
  after: readonly string[],
): readonly Resource[] {
  const { poolSize, poolMinSize, pgNum } = cloud.ceph;
  const program = (act: string) =>
    shellProgram(pools, { act, size: poolSize, min_size: poolMinSize, pg_num: pgNum }, names);
  return [
    command(
      monitor.name,
      'ceph-pools',
      {
        doing: `create or change the pools ${names.join(', ')}: ${poolSize} copies, at least ${poolMinSize}, ${pgNum} placement groups`,
        unless: program('compare'),
        script: program('change'),
        limitSeconds: 240,
      },
      { after, cloudWide: true },
    ),
  ];
}
