import type { Cloud, Host } from '../../cloud/cloud.ts';
import { hostsWith } from '../../cloud/topology.ts';
import type { Resource } from '../../engine/resource.ts';
import { command, shellProgram } from '../../resources/index.ts';
import pool from './pool.sh';

/** One resource a pool: its size, its least size and its placement groups are compared, not only its name. */
export function poolResources(cloud: Cloud, monitor: Host, pools: readonly string[]): readonly Resource[] {
  const daemons = hostsWith(cloud, 'osd').map((host) => `${host.name}/command:ceph-osds`);
  const { poolSize, poolMinSize, pgNum } = cloud.ceph;
  return pools.map((name) => {
    const program = (act: string) =>
      shellProgram(pool, { act, name, size: poolSize, min_size: poolMinSize, pg_num: pgNum });
    return command(
      monitor.name,
      `ceph-pool-${name}`,
      {
        doing: `create or change the pool ${name}: ${poolSize} copies, at least ${poolMinSize}, ${pgNum} placement groups`,
        unless: program('compare'),
        script: program('change'),
        limitSeconds: 120,
      },
      { after: daemons, cloudWide: true },
    );
  });
}
