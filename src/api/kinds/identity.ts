import { type ApiKind, apiResource, type Resource, type ResourceOptions } from '../../engine/resource.ts';
import type { Client } from '../client.ts';
import type { Domain, Project, Role } from '../identity.ts';
import { createOnce, domainNamed, needed, oneNamed } from './named.ts';

export interface IdentityDomain {
  readonly name: string;
  readonly description?: string;
}

export interface IdentityProject {
  readonly name: string;
  /** Domain's name. */
  readonly domain: string;
  readonly description?: string;
}

export interface IdentityRole {
  readonly name: string;
}

/** A description is compared only where one is desired. */
function differences(
  desired: { readonly description?: string },
  present: { readonly enabled: boolean; readonly description?: string },
): readonly string[] {
  const found: string[] = [];
  if (!present.enabled) found.push('it is disabled');
  if (desired.description !== undefined && desired.description !== (present.description ?? '')) {
    found.push(`its description is "${present.description ?? ''}"`);
  }
  return found;
}

const domainKind: ApiKind<IdentityDomain, Domain | undefined, Client> = {
  via: 'api',
  name: 'identity-domain',
  async read(api, items) {
    const domains = await api.identity.domains();
    return items.map((item) => domainNamed(domains, item.name));
  },
  compare(desired, state) {
    if (!state) return { summary: `create domain ${desired.name}` };
    const found = differences(desired, state);
    return found.length > 0 ? { summary: `mend domain ${desired.name}: ${found.join(', ')}` } : undefined;
  },
  async change(api, desired) {
    const present = domainNamed(await api.identity.domains(), desired.name);
    const fields = {
      enabled: true,
      ...(desired.description !== undefined && { description: desired.description }),
    };
    if (present) return api.identity.updateDomain(present.id, fields);
    await createOnce(() => api.identity.createDomain({ name: desired.name, ...fields }));
  },
};

const projectKind: ApiKind<IdentityProject, Project | undefined, Client> = {
  via: 'api',
  name: 'identity-project',
  async read(api, items) {
    const [domains, projects] = await Promise.all([api.identity.domains(), api.identity.projects()]);
    return items.map((item) => findProject(domains, projects, item.name, item.domain));
  },
  compare(desired, state) {
    if (!state) return { summary: `create project ${desired.name}` };
    const found = differences(desired, state);
    return found.length > 0 ? { summary: `mend project ${desired.name}: ${found.join(', ')}` } : undefined;
  },
  async change(api, desired) {
    const [domains, projects] = await Promise.all([api.identity.domains(), api.identity.projects()]);
    const present = findProject(domains, projects, desired.name, desired.domain);
    const fields = {
      enabled: true,
      ...(desired.description !== undefined && { description: desired.description }),
    };
    if (present) return api.identity.updateProject(present.id, fields);
    const by = `project ${desired.name}`;
    const domain = needed(domainNamed(domains, desired.domain), 'domain', desired.domain, by);
    await createOnce(() =>
      api.identity.createProject({ name: desired.name, domain_id: domain.id, ...fields }),
    );
  },
};

/** A project of a domain, both by name. */
export function findProject(
  domains: readonly Domain[],
  projects: readonly Project[],
  name: string,
  domainName: string,
): Project | undefined {
  const domain = domainNamed(domains, domainName);
  if (!domain) return undefined;
  return oneNamed(
    projects.filter((project) => project.domain_id === domain.id),
    name,
    'project',
  );
}

const roleKind: ApiKind<IdentityRole, Role | undefined, Client> = {
  via: 'api',
  name: 'identity-role',
  async read(api, items) {
    const roles = await globalRoles(api);
    return items.map((item) => oneNamed(roles, item.name, 'role'));
  },
  compare: (desired, state) => (state ? undefined : { summary: `create role ${desired.name}` }),
  async change(api, desired) {
    if (oneNamed(await globalRoles(api), desired.name, 'role')) return;
    await createOnce(() => api.identity.createRole({ name: desired.name }));
  },
};

/** Roles of a single domain can have the same names and are not meant. */
export async function globalRoles(api: Client): Promise<readonly Role[]> {
  return (await api.identity.roles()).filter(
    (role) => role.domain_id === null || role.domain_id === undefined,
  );
}

export function identityDomain(desired: IdentityDomain, options?: ResourceOptions): Resource {
  return apiResource(domainKind, desired.name, desired, options);
}

export function identityProject(desired: IdentityProject, options?: ResourceOptions): Resource {
  return apiResource(projectKind, desired.name, desired, options);
}

export function identityRole(desired: IdentityRole, options?: ResourceOptions): Resource {
  return apiResource(roleKind, desired.name, desired, options);
}
