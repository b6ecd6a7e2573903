import type { Cloud, Host } from '../../cloud/cloud.ts';
import type { Resource } from '../../engine/resource.ts';
import type { Platform } from '../../platform/platform.ts';
import { command } from '../../resources/index.ts';
import { writeFile } from '../../resources/shell.ts';
import { plain } from '../../secrets/confidential.ts';
import { derivedUuid } from '../derivedUuid.ts';

/**
 * The uuid of the compute node, in the file that Nova reads at its first start. Nova would make one up, and refuse to
 * start on a host that was reinstalled, whose record has the lost one; derived from the host's name it is the same
 * again. A host that has one keeps it. Source: Nova's documentation of the compute node identity (`compute_id`).
 */
export function computeIdentity(cloud: Cloud, host: Host, { projects, title }: Platform): Resource {
  const { nova } = projects;
  if (!nova) throw new Error(`${title} has no entry for nova`);
  const path = `${nova.state}/compute_id`;
  const uuid = derivedUuid(`${plain(cloud.secrets.cloud_id)}/${host.name}/compute`);
  return command(host.name, 'compute-identity', {
    doing: 'give the compute node its uuid',
    unless: `[ -s ${path} ]`,
    script: writeFile(path, `${uuid}\n`, { owner: nova.user, group: nova.group, mode: '0644' }),
    limitSeconds: 10,
  });
}
