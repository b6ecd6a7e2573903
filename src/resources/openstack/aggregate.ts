import type { Client } from '../../api/client.ts';
import { createOnce, deleteOnce, needed, oneNamed } from './named.ts';
import { differing, objectKind, objectResource, setDifference } from './object.ts';

interface AggregateKey {
  readonly name: string;
}

/** A group of compute hosts that the scheduler knows: an availability zone, or hosts with a property. */
export interface HostAggregate extends AggregateKey {
  readonly availabilityZone?: string;
  /** Exactly these; not compared when left out. */
  readonly hosts?: readonly string[];
  /** Only these keys are compared; null: the key is removed. */
  readonly metadata?: Readonly<Record<string, string | null>>;
}

interface Found {
  readonly id: string;
  readonly name: string;
  readonly availability_zone: string | null;
  readonly hosts: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
}

async function readAggregates(api: Client): Promise<readonly Found[]> {
  const found = await api.list<Found & { readonly id: number | string }>(
    'compute',
    '/os-aggregates',
    'aggregates',
  );
  return found.map((item) => ({ ...item, id: String(item.id) }));
}

function metadataDifferences(desired: HostAggregate, found: Found): readonly string[] {
  const pairs = Object.entries(desired.metadata ?? {}).map(
    ([key, value]) => [key, [found.metadata[key], value]] as const,
  );
  return differing(Object.fromEntries(pairs));
}

function differences(desired: HostAggregate, found: Found): readonly string[] {
  return [
    ...differing({ 'availability zone': [found.availability_zone, desired.availabilityZone] }),
    ...setDifference('host', found.hosts, desired.hosts ?? found.hosts),
    ...metadataDifferences(desired, found),
  ];
}

async function settle(api: Client, desired: HostAggregate, found: Found): Promise<void> {
  const path = `/os-aggregates/${found.id}`;
  const act = (body: object) => api.request('compute', 'POST', `${path}/action`, body);
  const hosts = desired.hosts ?? found.hosts;
  for (const host of found.hosts.filter((name) => !hosts.includes(name)))
    await deleteOnce(() => act({ remove_host: { host } }));
  const zone = desired.availabilityZone;
  if (zone !== undefined && zone !== found.availability_zone)
    await api.request('compute', 'PUT', path, { aggregate: { availability_zone: zone } });
  if (metadataDifferences(desired, found).length > 0)
    await act({ set_metadata: { metadata: desired.metadata } });
  for (const host of hosts.filter((name) => !found.hosts.includes(name)))
    await createOnce(() => act({ add_host: { host } }));
}

export const hostAggregate = objectResource(
  objectKind<AggregateKey, HostAggregate, readonly Found[], Found>({
    kind: 'host-aggregate',
    keys: ['name'],
    title: (key) => `host aggregate ${key.name}`,
    directory: readAggregates,
    find: (aggregates, key) => oneNamed(aggregates, key.name, 'host aggregate'),
    differences,
    async create(api, desired) {
      const aggregate = { name: desired.name, availability_zone: desired.availabilityZone ?? null };
      await createOnce(() => api.request('compute', 'POST', '/os-aggregates', { aggregate }));
      const found = oneNamed(await readAggregates(api), desired.name, 'host aggregate');
      await settle(api, desired, needed(found, 'host aggregate', desired.name, 'itself'));
    },
    update: settle,
    async remove(api, found) {
      const path = `/os-aggregates/${found.id}`;
      // Nova deletes only an empty aggregate.
      for (const host of found.hosts)
        await deleteOnce(() => api.request('compute', 'POST', `${path}/action`, { remove_host: { host } }));
      await deleteOnce(() => api.request('compute', 'DELETE', path));
    },
    outputs: (found) => ({ id: found.id }),
  }),
  (key) => key.name,
);
