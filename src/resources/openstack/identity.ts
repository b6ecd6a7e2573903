import type { Client } from '../../api/client.ts';
import type { Domain, Project, Role, RoleAssignment } from '../../api/identity.ts';
import { createOnce, deleteOnce, needed, oneNamed } from './named.ts';
import { counted, differing, objectKind, objectResource } from './object.ts';
import { domainNamed, findProject } from './projects.ts';

interface DomainKey {
  readonly name: string;
}

export interface IdentityDomain extends DomainKey {
  readonly description?: string;
}

interface ProjectKey {
  readonly name: string;
  /** The domain's name. */
  readonly domain: string;
}

export interface IdentityProject extends ProjectKey {
  readonly description?: string;
}

export interface IdentityRole {
  readonly name: string;
}

/** The fields that are written; a description is compared and written only where one is desired. */
function fieldsOf(desired: { readonly description?: string }) {
  return { enabled: true, ...(desired.description !== undefined && { description: desired.description }) };
}

function fieldDifferences(
  desired: { readonly description?: string },
  present: { readonly enabled: boolean; readonly description?: string },
): readonly string[] {
  return differing({
    enabled: [present.enabled, true],
    description: [present.description ?? '', desired.description],
  });
}

export const identityDomain = objectResource(
  objectKind<DomainKey, IdentityDomain, readonly Domain[], Domain>({
    kind: 'identity-domain',
    keys: ['name'],
    title: (key) => `domain ${key.name}`,
    directory: (api) => api.identity.domains(),
    find: (domains, key) => domainNamed(domains, key.name),
    differences: (desired, found) => fieldDifferences(desired, found),
    create: (api, desired) =>
      createOnce(() => api.identity.createDomain({ name: desired.name, ...fieldsOf(desired) })),
    update: (api, desired, found) => api.identity.updateDomain(found.id, fieldsOf(desired)),
    loses: (_, key) => `domain ${key.name} with its users, groups and projects`,
    async remove(api, found) {
      // Keystone deletes only a disabled domain.
      await api.identity.updateDomain(found.id, { enabled: false });
      await deleteOnce(() => api.request('identity', 'DELETE', `/domains/${found.id}`));
    },
    outputs: (found) => ({ id: found.id }),
  }),
  (key) => key.name,
);

interface Projects {
  readonly domains: readonly Domain[];
  readonly projects: readonly Project[];
}

async function readDomainsAndProjects(api: Client): Promise<Projects> {
  const [domains, projects] = await Promise.all([api.identity.domains(), api.identity.projects()]);
  return { domains, projects };
}

export const identityProject = objectResource(
  objectKind<ProjectKey, IdentityProject, Projects, Project>({
    kind: 'identity-project',
    keys: ['name', 'domain'],
    title: (key) => `project ${key.name}`,
    directory: readDomainsAndProjects,
    find: (directory, key) => findProject(directory, key.name, key.domain),
    differences: (desired, found) => fieldDifferences(desired, found),
    async create(api, desired, { domains }) {
      const by = `project ${desired.name}`;
      const domain = needed(domainNamed(domains, desired.domain), 'domain', desired.domain, by);
      await createOnce(() =>
        api.identity.createProject({ name: desired.name, domain_id: domain.id, ...fieldsOf(desired) }),
      );
    },
    update: (api, desired, found) => api.identity.updateProject(found.id, fieldsOf(desired)),
    // Keystone does not ask the other services: what the project owns there stays and belongs to nobody.
    loses: (_, key) => `project ${key.name} and access to the instances, volumes and networks in it`,
    remove: (api, found) => deleteOnce(() => api.request('identity', 'DELETE', `/projects/${found.id}`)),
    outputs: (found) => ({ id: found.id }),
  }),
  (key) => (key.domain === 'Default' ? key.name : `${key.domain}/${key.name}`),
);

interface Roles {
  readonly roles: readonly Role[];
  /** Read only where a role is to be removed. */
  readonly assignments: readonly RoleAssignment[];
}

export const identityRole = objectResource(
  objectKind<IdentityRole, IdentityRole, Roles, Role>({
    kind: 'identity-role',
    keys: ['name'],
    title: (key) => `role ${key.name}`,
    async directory(api, items) {
      const absent = items.some((item) => 'absent' in item);
      const [roles, assignments] = await Promise.all([
        globalRoles(api),
        absent ? api.identity.roleAssignments() : [],
      ]);
      return { roles, assignments };
    },
    find: ({ roles }, key) => oneNamed(roles, key.name, 'role'),
    differences: () => [],
    create: (api, desired) => createOnce(() => api.identity.createRole({ name: desired.name })),
    update: async () => undefined,
    loses(found, key, { assignments }) {
      const holders = assignments.filter((given) => given.role.id === found.id).length;
      return holders > 0 ? `role ${key.name}, which is assigned ${counted(holders, 'time')}` : undefined;
    },
    remove: (api, found) => deleteOnce(() => api.request('identity', 'DELETE', `/roles/${found.id}`)),
    outputs: (found) => ({ id: found.id }),
  }),
  (key) => key.name,
);

/** Roles of a single domain can have the same names; they are not meant here. */
export async function globalRoles(api: Client): Promise<readonly Role[]> {
  return (await api.identity.roles()).filter((role) => (role.domain_id ?? null) === null);
}
