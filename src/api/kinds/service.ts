import { type ApiKind, apiResource, type Resource, type ResourceOptions } from '../../engine/resource.ts';
import { fail } from '../../errors/problem.ts';
import type { Client } from '../client.ts';
import type { CatalogEndpoint, CatalogService } from '../identity.ts';

type Interface = 'public' | 'internal' | 'admin';

/** A service in Keystone's catalog with its three endpoints in one region. */
export interface IdentityService {
  readonly name: string;
  readonly type: string;
  readonly description?: string;
  readonly region: string;
  readonly endpoints: Readonly<Record<Interface, string>>;
}

interface ServiceState {
  /** Services of that type; more than one is an error that is left to the operator. */
  readonly services: readonly CatalogService[];
  /** Endpoints of the first one in the desired region. */
  readonly endpoints: readonly CatalogEndpoint[];
}

const INTERFACES = ['public', 'internal', 'admin'] as const;

const serviceKind: ApiKind<IdentityService, ServiceState, Client> = {
  via: 'api',
  name: 'identity-service',
  async read(api, items) {
    const [services, endpoints] = await Promise.all([api.identity.services(), api.identity.endpoints()]);
    return items.map((item) => stateOf(item, services, endpoints));
  },
  compare(desired, state) {
    const found = differences(desired, state);
    if (found.length === 0) return undefined;
    const [service] = state.services;
    const verb = service ? 'mend' : 'register';
    return {
      summary: `${verb} ${desired.type} service ${desired.name} in the catalog`,
      difference: found.join('\n'),
    };
  },
  async change(api, desired) {
    const [services, endpoints] = await Promise.all([api.identity.services(), api.identity.endpoints()]);
    const state = stateOf(desired, services, endpoints);
    const service = await settleService(api, desired, state);
    for (const name of INTERFACES) {
      const [kept, ...surplus] = ranked(state.endpoints, name, desired.endpoints[name]);
      const fields = { url: desired.endpoints[name], enabled: true };
      if (!kept) {
        await api.identity.createEndpoint({
          service_id: service,
          interface: name,
          region_id: desired.region,
          ...fields,
        });
      } else if (kept.url !== fields.url || !kept.enabled) {
        await api.identity.updateEndpoint(kept.id, fields);
      }
      for (const endpoint of surplus) await api.identity.deleteEndpoint(endpoint.id);
    }
  },
};

function stateOf(
  desired: IdentityService,
  services: readonly CatalogService[],
  endpoints: readonly CatalogEndpoint[],
): ServiceState {
  const found = services.filter((service) => service.type === desired.type);
  const [first] = found;
  const own = endpoints.filter(
    (endpoint) => endpoint.service_id === first?.id && endpoint.region_id === desired.region,
  );
  return { services: found, endpoints: own };
}

/** Endpoints of one interface, the one to keep first. */
function ranked(
  endpoints: readonly CatalogEndpoint[],
  name: Interface,
  url: string,
): readonly CatalogEndpoint[] {
  const own = endpoints.filter((endpoint) => endpoint.interface === name);
  return own.toSorted((a, b) => Number(b.url === url) - Number(a.url === url));
}

function differences(desired: IdentityService, state: ServiceState): readonly string[] {
  const [service, ...others] = state.services;
  if (!service)
    return [`+ service ${desired.name} (${desired.type})`, ...INTERFACES.map((name) => added(desired, name))];
  const found: string[] = [];
  if (others.length > 0) found.push(`! ${others.length + 1} services of type ${desired.type}`);
  if (service.name !== desired.name) found.push(`~ name ${service.name} -> ${desired.name}`);
  if (!service.enabled) found.push('~ disabled -> enabled');
  if (desired.description !== undefined && (service.description ?? '') !== desired.description) {
    found.push(`~ description "${service.description ?? ''}" -> "${desired.description}"`);
  }
  for (const name of INTERFACES) {
    const [kept, ...surplus] = ranked(state.endpoints, name, desired.endpoints[name]);
    if (!kept) found.push(added(desired, name));
    else if (kept.url !== desired.endpoints[name]) {
      found.push(`~ ${name} endpoint ${kept.url} -> ${desired.endpoints[name]}`);
    } else if (!kept.enabled) found.push(`~ ${name} endpoint disabled -> enabled`);
    for (const endpoint of surplus)
      found.push(`- duplicate ${name} endpoint ${endpoint.url} (${endpoint.id})`);
  }
  return found;
}

function added(desired: IdentityService, name: Interface): string {
  return `+ ${name} endpoint ${desired.endpoints[name]} in ${desired.region}`;
}

/** The service's id, made or mended as needed. */
async function settleService(api: Client, desired: IdentityService, state: ServiceState): Promise<string> {
  const [service, ...others] = state.services;
  if (others.length > 0) {
    // Either may be the one that clients have seen; removing one removes its endpoints too.
    const ids = state.services.map((one) => `${one.id} (${one.name})`).join(', ');
    fail('API_DUPLICATE', {
      details: { kind: 'services of type', name: desired.type, count: state.services.length, ids },
    });
  }
  const fields = {
    name: desired.name,
    enabled: true,
    ...(desired.description !== undefined && { description: desired.description }),
  };
  if (!service) return (await api.identity.createService({ type: desired.type, ...fields })).id;
  const same =
    service.name === desired.name &&
    service.enabled &&
    (desired.description === undefined || desired.description === (service.description ?? ''));
  if (!same) await api.identity.updateService(service.id, fields);
  return service.id;
}

/** Found by type, which is what clients look up; a service of another name is renamed. */
export function identityService(desired: IdentityService, options?: ResourceOptions): Resource {
  return apiResource(serviceKind, desired.type, desired, options);
}
