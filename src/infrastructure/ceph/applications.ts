import type { Host } from '../../cloud/cloud.ts';
import type { Resource } from '../../engine/resource.ts';
import { command, shellProgram } from '../../resources/index.ts';
import applications from './applications.sh';

/**
 * Tags the pool that Ceph's manager creates. The manager creates it, then tags it, and never tags a pool that exists: a
 * power cut in between would leave HEALTH_WARN permanently.
 */
export function managerPoolApplication(monitor: Host, after: readonly Resource[]): Resource {
  const program = (act: string) => shellProgram(applications, { act });
  return command(
    monitor.name,
    'ceph-pool-applications-manager',
    {
      doing: "tag the pool of Ceph's manager",
      unless: program('compare'),
      script: program('tag'),
      limitSeconds: 120,
    },
    { after, cloudWide: true },
  );
}
