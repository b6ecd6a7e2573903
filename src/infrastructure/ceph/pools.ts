import type { Cloud, Host } from '../../cloud/cloud.ts';
import type { Resource } from '../../engine/resource.ts';
import { command, STATE_DIRECTORY, shellProgram } from '../../resources/index.ts';
import monitors from './monitors.sh';
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
    shellProgram([monitors, pools], { act, size: poolSize, min_size: poolMinSize, pg_num: pgNum }, names);
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

/**
 * The memory target of each OSD, in the cluster's own configuration: running OSDs follow it without a restart, and
 * a value in ceph.conf would win over it.
 */
export function memoryTarget(cloud: Cloud, monitor: Host, after: readonly string[]): Resource {
  const mark = `${STATE_DIRECTORY}/ceph/osd-memory-target`;
  const bytes = cloud.ceph.osdMemory;
  return command(
    monitor.name,
    'ceph-osd-memory',
    {
      doing: `set the memory target of each OSD to ${bytes} bytes`,
      unless: `[ "$(cat ${mark})" = ${bytes} ]`,
      script: `set -e
ceph config set osd osd_memory_target ${bytes}
echo ${bytes} >${mark}`,
      limitSeconds: 60,
    },
    { after, cloudWide: true },
  );
}
