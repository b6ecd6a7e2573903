import type { Client } from '../../api/client.ts';
import type { NewServer, Server } from '../../api/compute.ts';
import type { Volume } from '../../api/volume.ts';
import { fail } from '../../errors/problem.ts';

export interface Wait {
  readonly limitSeconds: number;
  readonly signal?: AbortSignal | undefined;
}

/** Boots an instance and waits until it is ACTIVE. */
export async function bootInstance(client: Client, fields: NewServer, wait: Wait): Promise<Server> {
  const id = await client.compute.createServer(fields);
  return client.until(
    `instance ${fields.name} to become ACTIVE`,
    async () => {
      const server = await client.compute.server(id);
      if (server.status === 'ACTIVE') return { value: server };
      if (server.status !== 'BUILD') {
        const message = server.fault?.message ?? 'nothing';
        fail('CHECK_INSTANCE_ERROR', {
          details: { name: fields.name, status: server.status, message },
          evidence: server.fault?.details,
        });
      }
      return { seen: `${server.status}, ${server['OS-EXT-STS:task_state'] ?? 'no task'}` };
    },
    wait.limitSeconds,
    { signal: wait.signal },
  );
}

/** The first IPv4 address of an instance. */
export function addressOf(server: Server): string {
  const addresses = Object.values(server.addresses).flat();
  const found = addresses.find((address) => address.version === 4)?.addr;
  if (found !== undefined) return found;
  return fail('CHECK_GUEST', {
    details: {
      name: server.name,
      found: 'no IPv4 address',
      reason: 'Nova knows no address of the instance although it is ACTIVE.',
    },
  });
}

/** Waits until the volume has the wanted status; any error status ends the wait. */
export function waitForVolume(
  client: Client,
  id: string,
  name: string,
  wanted: string,
  wait: Wait,
): Promise<Volume> {
  return client.until(
    `volume ${name} to become ${wanted}`,
    async () => {
      const volume = await client.volume.volume(id);
      if (volume.status === wanted) return { value: volume };
      if (volume.status.startsWith('error')) {
        fail('CHECK_VOLUME_ERROR', { details: { name, status: volume.status, wanted } });
      }
      return { seen: volume.status };
    },
    wait.limitSeconds,
    { signal: wait.signal },
  );
}

/** Block devices of /proc/partitions with their sizes in KiB. */
export function parsePartitions(content: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const line of content.split('\n')) {
    const match = /^\s*\d+\s+\d+\s+(\d+)\s+(\S+)\s*$/.exec(line);
    if (match?.[1] !== undefined && match[2] !== undefined) found.set(match[2], Number(match[1]));
  }
  return found;
}
