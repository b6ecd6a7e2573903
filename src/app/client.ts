import { type Client, createClient } from '../api/client.ts';
import { dialThrough } from '../api/dial.ts';
import type { Cloud } from '../cloud/cloud.ts';
import type { Connections } from '../hosts/connection.ts';
import { urls } from '../services/derived.ts';
import { trustedAuthority } from './authority.ts';

export interface CloudClientOptions {
  /** Seconds to wait for a service that is still starting; none by default. */
  readonly patienceSeconds?: number;
  readonly onWait?: (what: string) => void;
}

/**
 * The OpenStack client as the cloud's administrator. Its requests travel over the ssh connection of a control host
 * that answers, so that the machine that deploys needs no route to the virtual address; another one takes over when
 * that host dies.
 */
export function cloudClient(
  cloud: Cloud,
  connections: Connections,
  options: CloudClientOptions = {},
): Client {
  const authority = trustedAuthority(cloud);
  return createClient({
    ...options,
    authUrl: `${urls(cloud).url('identity')}/v3`,
    interface: 'internal',
    username: 'admin',
    password: cloud.secrets.admin_password,
    project: 'admin',
    region: cloud.region,
    ...(authority !== undefined && { ca: authority }),
    dial: dialThrough(
      cloud.hosts
        .filter((host) => host.roles.has('control'))
        .map(({ name }) => ({
          name,
          forward: (address, port) => connections.forward(name, address, port),
        })),
    ),
  });
}
