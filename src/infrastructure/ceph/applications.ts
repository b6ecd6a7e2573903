import type { Host } from '../../cloud/cloud.ts';
import type { Resource } from '../../engine/resource.ts';
import { command, shellProgram } from '../../resources/index.ts';
import applications from './applications.sh';

/**
 * Tags the pools that Ceph's own daemons create. The object gateway and the manager create a pool, then tag it, and
 * never tag a pool that exists: a power cut in between would leave HEALTH_WARN permanently.
 * `answers`: addresses and ports that must answer first, since a gateway creates its pools before it does.
 */
export function poolApplications(
  monitor: Host,
  name: string,
  answers: readonly string[],
  after: readonly Resource[],
): Resource {
  const program = (act: string) => shellProgram(applications, { act, name }, answers);
  return command(
    monitor.name,
    `ceph-pool-applications-${name}`,
    {
      doing: "tag the pools of Ceph's own daemons",
      unless: program('compare'),
      script: program('tag'),
      limitSeconds: 120,
    },
    { after, cloudWide: true },
  );
}
