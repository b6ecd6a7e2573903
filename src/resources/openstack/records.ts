import type { Client } from '../../api/client.ts';
import type { ComputeService } from '../../api/compute.ts';
import type { Agent } from '../../api/network.ts';
import type { VolumeService } from '../../api/volume.ts';
import { deleteOnce } from './named.ts';
import { objectKind, objectResource } from './object.ts';

/**
 * The records that services keep of the hosts they run on. A service makes its record itself when it starts, so that
 * "present" compares nothing: the resource is there to be removed with its host. Each is removed only after the
 * service has stopped; a service that still runs would make its record again.
 */
interface RecordKey {
  /** The host as the service calls it; of Cinder's volume services `host@backend`. */
  readonly host: string;
  /** `nova-compute`, `ovn-controller`, `cinder-volume`. */
  readonly binary: string;
}

/** Nova and Cinder call a service down after 60 s of silence, Neutron an agent after 75 s. */
const DOWN_SECONDS = 180;

const nameOf = (key: RecordKey): string => `${key.binary}/${key.host}`;
const titleFor = (what: string) => (key: RecordKey) => `${what} ${key.binary} of host ${key.host}`;

async function untilDown(api: Client, what: string, isDown: () => Promise<boolean>): Promise<void> {
  const probe = async () => ((await isDown()) ? { value: true } : { seen: 'it still reports itself' });
  await api.until(`${what} to stop`, probe, DOWN_SECONDS);
}

const nothingToDo = {
  differences: () => [],
  create: async () => undefined,
  update: async () => undefined,
  outputs: () => ({}),
};

type Items = readonly (RecordKey & { readonly absent?: boolean })[];

/** The list is asked for only where something is to be removed. */
const listed =
  <T>(list: (api: Client) => Promise<readonly T[]>) =>
  async (api: Client, items: Items): Promise<readonly T[] | undefined> =>
    items.some((item) => 'absent' in item) ? list(api) : undefined;

/** A record whose presence is not compared, so that no list is read. */
const UNREAD = { unread: true } as const;
type Found<T> = T | typeof UNREAD;

function found<T extends { readonly host: string; readonly binary: string }>(
  items: readonly T[] | undefined,
  key: RecordKey,
): Found<T> | undefined {
  if (!('absent' in key) || items === undefined) return UNREAD;
  return items.find((item) => item.host === key.host && item.binary === key.binary);
}

const computeTitle = titleFor('compute service');

/** Deleting a nova-compute record also deletes the host's resource provider; Nova refuses while instances are there. */
export const computeServiceRecord = objectResource(
  objectKind<RecordKey, RecordKey, readonly ComputeService[] | undefined, Found<ComputeService>>({
    ...nothingToDo,
    kind: 'compute-service',
    keys: ['host', 'binary'],
    title: computeTitle,
    directory: listed((api) => api.compute.services()),
    find: found,
    async remove(api, record, key) {
      if ('unread' in record) return;
      const reason = { status: 'disabled', disabled_reason: 'the host is removed from the description' };
      await api.request('compute', 'PUT', `/os-services/${record.id}`, reason);
      await untilDown(api, computeTitle(key), async () => {
        const now = (await api.compute.services()).find((item) => item.id === record.id);
        return now === undefined || now.state === 'down';
      });
      await deleteOnce(() => api.request('compute', 'DELETE', `/os-services/${record.id}`));
    },
  }),
  nameOf,
);

const agentTitle = titleFor('network agent');

export const networkAgentRecord = objectResource(
  objectKind<RecordKey, RecordKey, readonly Agent[] | undefined, Found<Agent>>({
    ...nothingToDo,
    kind: 'network-agent',
    keys: ['host', 'binary'],
    title: agentTitle,
    directory: listed((api) => api.network.agents()),
    find: found,
    async remove(api, record, key) {
      if ('unread' in record) return;
      await untilDown(api, agentTitle(key), async () => {
        const now = (await api.network.agents()).find((item) => item.id === record.id);
        return now === undefined || !now.alive;
      });
      await deleteOnce(() => api.request('network', 'DELETE', `/agents/${record.id}`));
    },
  }),
  nameOf,
);

/** Cinder's API cannot delete the record: it is disabled, and `cinder-manage service remove` on a control host deletes it. */
export const volumeServiceRecord = objectResource(
  objectKind<RecordKey, RecordKey, readonly VolumeService[] | undefined, Found<VolumeService>>({
    ...nothingToDo,
    kind: 'volume-service',
    keys: ['host', 'binary'],
    title: titleFor('volume service'),
    directory: listed((api) => api.volume.services()),
    find(services, key) {
      const record = found(services, key);
      return record && 'status' in record && record.status === 'disabled' ? undefined : record;
    },
    async remove(api, _record, key) {
      const body = { ...pick(key), disabled_reason: 'the host is removed from the description' };
      await api.request('volume', 'PUT', '/os-services/disable-log-reason', body);
    },
  }),
  nameOf,
);

const pick = ({ host, binary }: RecordKey) => ({ host, binary });
