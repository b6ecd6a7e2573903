import type { Cloud, Host } from '../../cloud/cloud.ts';
import type { Resource } from '../../engine/resource.ts';
import { file } from '../../resources/index.ts';
import { cephClients, clientKeyring } from './keyrings.ts';

/** A service's key on the host where the service runs, readable by that service alone. */
export function clientKeyringFile(cloud: Cloud, host: Host, id: string, group: string): Resource {
  const client = cephClients(cloud).find((candidate) => candidate.id === id);
  if (!client) throw new Error(`no Ceph client ${id}`);
  return file(host.name, `/etc/ceph/ceph.client.${id}.keyring`, clientKeyring(cloud, client), {
    group,
    mode: '0640',
  });
}
