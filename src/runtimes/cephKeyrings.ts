import type { Cloud } from '../cloud/cloud.ts';
import { secretOf } from '../cloud/secrets.ts';
import { usesCeph } from '../cloud/topology.ts';
import type { Resource } from '../engine/resource.ts';
import { pathOf } from '../platform/platform.ts';
import { file } from '../resources/index.ts';
import { type Text, text } from '../secrets/confidential.ts';
import type { CephClient, HostContext, ServiceDefinition } from '../services/definition.ts';

/** A Ceph user's key and rights, as Ceph's tools read them. RBD in the pools that it needs and nothing else. */
export function clientKeyring(cloud: Cloud, client: CephClient): Text {
  const pools = [
    ...client.pools.map((pool) => `profile rbd pool=${pool}`),
    ...(client.readOnlyPools ?? []).map((pool) => `profile rbd-read-only pool=${pool}`),
  ];
  return text`[client.${client.id}]
\tkey = ${secretOf(cloud, client.secret)}
\tcaps mgr = "profile rbd"
\tcaps mon = "profile rbd"
\tcaps osd = "${pools.join(', ')}"
`;
}

/** The keys of a service's Ceph users on the hosts where it runs, readable by that service alone. */
export function cephKeyrings(
  service: ServiceDefinition,
  { cloud, host, platform, project }: HostContext,
): readonly Resource[] {
  if (!usesCeph(cloud)) return [];
  const folder = pathOf(platform.components.ceph, 'keyrings');
  return (service.ceph ?? [])
    .filter((client) => (client.when?.(cloud) ?? true) && client.on(cloud).includes(host))
    .map((client) =>
      file(host.name, `${folder}/ceph.client.${client.id}.keyring`, clientKeyring(cloud, client), {
        group: project.group,
        mode: '0640',
      }),
    );
}
