import type { Client } from '../../api/client.ts';
import type { CatalogEndpoint, CatalogService } from '../../api/identity.ts';
import { fail } from '../../errors/problem.ts';
import { deleteOnce } from './named.ts';
import { differing, objectKind, objectResource } from './object.ts';

const INTERFACES = ['public', 'internal', 'admin'] as const;
type Interface = (typeof INTERFACES)[number];

interface ServiceKey {
  /** What clients look a service up by: `image`. */
  readonly type: string;
  readonly region: string;
}

/** A service in Keystone's catalog with its endpoints in one region; the three addresses may differ. */
export interface IdentityService extends ServiceKey {
  readonly name: string;
  readonly description?: string;
  readonly endpoints: Readonly<Record<Interface, string>>;
}

interface Catalog {
  readonly services: readonly CatalogService[];
  readonly endpoints: readonly CatalogEndpoint[];
}

interface Found {
  readonly service: CatalogService;
  /** Endpoints of the service in the desired region. */
  readonly endpoints: readonly CatalogEndpoint[];
  readonly elsewhere: readonly CatalogEndpoint[];
}

/** Found by type, which is what clients look up; a service of another name is renamed. */
export const identityService = objectResource(
  objectKind<ServiceKey, IdentityService, Catalog, Found>({
    kind: 'identity-service',
    keys: ['type', 'region'],
    title: (key) => `catalog entry ${key.type}`,
    async directory(api) {
      const [services, endpoints] = await Promise.all([api.identity.services(), api.identity.endpoints()]);
      return { services, endpoints };
    },
    find,
    differences,
    async create(api, desired) {
      const service = await api.identity.createService({ type: desired.type, ...serviceFields(desired) });
      await settleEndpoints(api, desired, { service, endpoints: [], elsewhere: [] });
    },
    async update(api, desired, found) {
      if (serviceDifferences(desired, found.service).length > 0)
        await api.identity.updateService(found.service.id, serviceFields(desired));
      await settleEndpoints(api, desired, found);
    },
    async remove(api, found) {
      for (const endpoint of found.endpoints)
        await deleteOnce(() => api.identity.deleteEndpoint(endpoint.id));
      // Deleting a service deletes its endpoints in all regions.
      if (found.elsewhere.length > 0) return;
      await deleteOnce(() => api.request('identity', 'DELETE', `/services/${found.service.id}`));
    },
    outputs: (found) => ({ id: found.service.id }),
  }),
  (key) => key.type,
);

function find(catalog: Catalog, key: ServiceKey): Found | undefined {
  const found = catalog.services.filter((service) => service.type === key.type);
  const [service] = found;
  if (!service) return undefined;
  if (found.length > 1) {
    // Either may be the one that clients have seen, and removing one removes its endpoints too.
    const ids = found.map((entry) => `${entry.id} (${entry.name})`).join(', ');
    fail('API_DUPLICATE', {
      details: { kind: 'services of type', name: key.type, count: found.length, ids },
    });
  }
  const own = catalog.endpoints.filter((endpoint) => endpoint.service_id === service.id);
  const endpoints = own.filter((endpoint) => endpoint.region_id === key.region);
  const elsewhere = own.filter((endpoint) => endpoint.region_id !== key.region);
  // Another region's entry does not count when this region's is to be removed.
  return 'absent' in key && endpoints.length === 0 && elsewhere.length > 0
    ? undefined
    : { service, endpoints, elsewhere };
}

function serviceFields(desired: IdentityService) {
  return {
    name: desired.name,
    enabled: true,
    ...(desired.description !== undefined && { description: desired.description }),
  };
}

function serviceDifferences(desired: IdentityService, service: CatalogService): readonly string[] {
  return differing({
    name: [service.name, desired.name],
    enabled: [service.enabled, true],
    description: [service.description ?? '', desired.description],
  });
}

function differences(desired: IdentityService, found: Found): readonly string[] {
  const lines = [...serviceDifferences(desired, found.service)];
  for (const name of INTERFACES) {
    const url = desired.endpoints[name];
    const [kept, ...surplus] = ranked(found.endpoints, name, url);
    if (!kept) lines.push(`+ ${name} endpoint ${url} in ${desired.region}`);
    else if (kept.url !== url) lines.push(`~ ${name} endpoint: ${kept.url} -> ${url}`);
    else if (!kept.enabled) lines.push(`~ ${name} endpoint: disabled -> enabled`);
    for (const endpoint of surplus)
      lines.push(`- duplicate ${name} endpoint ${endpoint.url} (${endpoint.id})`);
  }
  return lines;
}

async function settleEndpoints(api: Client, desired: IdentityService, found: Found): Promise<void> {
  for (const name of INTERFACES) {
    const fields = { url: desired.endpoints[name], enabled: true };
    const [kept, ...surplus] = ranked(found.endpoints, name, fields.url);
    if (!kept) {
      const place = { service_id: found.service.id, interface: name, region_id: desired.region };
      await api.identity.createEndpoint({ ...place, ...fields });
    } else if (kept.url !== fields.url || !kept.enabled) {
      await api.identity.updateEndpoint(kept.id, fields);
    }
    for (const endpoint of surplus) await deleteOnce(() => api.identity.deleteEndpoint(endpoint.id));
  }
}

/** Endpoints of one interface, the one to keep first. */
function ranked(
  endpoints: readonly CatalogEndpoint[],
  name: Interface,
  url: string,
): readonly CatalogEndpoint[] {
  const own = endpoints.filter((endpoint) => endpoint.interface === name);
  return [...own].sort((a, b) => Number(b.url === url) - Number(a.url === url));
}
