import { type Client, createClient } from '../api/client.ts';
import type { Cloud } from '../cloud/cloud.ts';
import { fail } from '../errors/problem.ts';
import type { Connections } from '../hosts/connection.ts';
import { reveal } from '../secrets/confidential.ts';
import { identityUrl } from '../steps/shared/endpoints.ts';

export interface CloudClientOptions {
  /** Seconds to wait for a service that is still starting; none by default. */
  readonly patienceSeconds?: number;
  readonly onWait?: (what: string) => void;
}

/**
 * The OpenStack client as the cloud's administrator. Its requests travel over the ssh connection of the first control
 * host that answers, so that the machine that deploys needs no route to the virtual address.
 */
export function cloudClient(
  cloud: Cloud,
  connections: Connections,
  options: CloudClientOptions = {},
): Client {
  return createClient({
    ...options,
    authUrl: identityUrl(cloud),
    username: 'admin',
    password: cloud.secrets.admin_password,
    project: 'admin',
    region: cloud.region,
    ca: reveal(cloud.secrets.tls_ca_certificate),
    dial: async (address, port) => await forwardThroughControl(cloud, connections, address, port),
  });
}

async function forwardThroughControl(
  cloud: Cloud,
  connections: Connections,
  address: string,
  port: number,
): Promise<string> {
  const controls = cloud.hosts.filter((host) => host.roles.has('control'));
  let last: unknown;
  for (const host of controls) {
    try {
      return await connections.forward(host.name, address, port);
    } catch (error) {
      last = error;
    }
  }
  if (last !== undefined) throw last;
  return fail('HOST_UNREACHABLE', { details: { host: 'control' } });
}
