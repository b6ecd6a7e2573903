import type { Client } from '../../api/client.ts';
import type { Domain, Project, Role, RoleAssignment, User } from '../../api/identity.ts';
import { globalRoles } from './identity.ts';
import { deleteOnce, needed, oneNamed, referred } from './named.ts';
import { objectKind, objectResource } from './object.ts';
import { domainNamed, findProject } from './projects.ts';

/** Everything that users and their roles are compared with: five lists for any number of users. */
export interface Directory {
  readonly domains: readonly Domain[];
  readonly projects: readonly Project[];
  readonly users: readonly User[];
  readonly roles: readonly Role[];
  readonly assignments: readonly RoleAssignment[];
}

export async function readDirectory(api: Client): Promise<Directory> {
  const [domains, projects, users, roles, assignments] = await Promise.all([
    api.identity.domains(),
    api.identity.projects(),
    api.identity.users(),
    globalRoles(api),
    api.identity.roleAssignments(),
  ]);
  return { domains, projects, users, roles, assignments };
}

/** A project of a domain, or the domain itself. */
export interface ScopeReference {
  readonly project?: string;
  readonly domain: string;
}

interface Scope {
  readonly kind: 'project' | 'domain';
  readonly id: string;
}

export function scopeOf(directory: Directory, reference: ScopeReference): Scope | undefined {
  if (reference.project === undefined) {
    const domain = domainNamed(directory.domains, reference.domain);
    return domain && { kind: 'domain', id: domain.id };
  }
  const project = findProject(directory, reference.project, reference.domain);
  return project && { kind: 'project', id: project.id };
}

/** The names of those roles that the user does not have on the scope. */
export function assignmentsMissing(
  directory: Directory,
  user: string | undefined,
  reference: ScopeReference,
  roles: readonly string[],
): readonly string[] {
  const scope = scopeOf(directory, reference);
  if (user === undefined || !scope) return roles;
  return roles.filter((name) => {
    const role = oneNamed(directory.roles, name, 'role');
    return !directory.assignments.some(
      (given) =>
        given.user?.id === user && given.scope[scope.kind]?.id === scope.id && given.role.id === role?.id,
    );
  });
}

/** The roles that the user has on the scope itself beside those, ordered by name. */
export function assignmentsBeside(
  directory: Directory,
  user: string | undefined,
  reference: ScopeReference,
  roles: readonly string[],
): readonly Role[] {
  const scope = scopeOf(directory, reference);
  if (user === undefined || !scope) return [];
  const given = directory.assignments.filter(
    (one) =>
      one.user?.id === user &&
      one.scope[scope.kind]?.id === scope.id &&
      one.scope['OS-INHERIT:inherited_to'] === undefined,
  );
  const ids = new Set(given.map((one) => one.role.id));
  return directory.roles
    .filter((role) => ids.has(role.id) && !roles.includes(role.name))
    .toSorted((a, b) => a.name.localeCompare(b.name));
}

export function neededRole(directory: Directory, name: string, by: string): string {
  return needed(oneNamed(directory.roles, name, 'role'), 'role', name, by).id;
}

/** One role of a user on a project, or on a domain where no project is named. */
export interface RoleAssignmentKey {
  readonly role: string;
  readonly user: string;
  /** The user's domain; default: `Default`. */
  readonly userDomain?: string;
  readonly project?: string;
  /** The project's domain, or the domain that the role is on; default: `Default`. */
  readonly domain?: string;
}

const scopeOfKey = (key: RoleAssignmentKey): ScopeReference => ({
  ...(key.project !== undefined && { project: key.project }),
  domain: key.domain ?? 'Default',
});

const scopeTitle = (key: RoleAssignmentKey): string =>
  key.project === undefined ? `domain ${key.domain ?? 'Default'}` : `project ${key.project}`;

function userNamed(directory: Directory, key: RoleAssignmentKey): User | undefined {
  const byId = directory.users.find((user) => user.id === key.user);
  if (byId) return byId;
  const domain = domainNamed(directory.domains, key.userDomain ?? 'Default');
  const own = directory.users.filter((user) => user.domain_id === domain?.id);
  return referred(own, key.user, 'user');
}

function pathOf(scope: Scope, user: string, role: string): string {
  return `/${scope.kind}s/${scope.id}/users/${user}/roles/${role}`;
}

export const roleAssignment = objectResource(
  objectKind<RoleAssignmentKey, RoleAssignmentKey, Directory, string>({
    kind: 'role-assignment',
    keys: ['role', 'user', 'userDomain', 'project', 'domain'],
    title: (key) => `role ${key.role} of user ${key.user} on ${scopeTitle(key)}`,
    directory: readDirectory,
    find(directory, key) {
      const user = userNamed(directory, key)?.id;
      const scope = scopeOf(directory, scopeOfKey(key));
      const role = oneNamed(directory.roles, key.role, 'role')?.id;
      if (user === undefined || !scope || role === undefined) return undefined;
      return assignmentsMissing(directory, user, scopeOfKey(key), [key.role]).length === 0
        ? pathOf(scope, user, role)
        : undefined;
    },
    differences: () => [],
    async create(api, desired, directory) {
      const by = `its role ${desired.role}`;
      const user = needed(userNamed(directory, desired), 'user', desired.user, by).id;
      const reference = scopeOfKey(desired);
      const name = desired.project ?? reference.domain;
      const scope = needed(scopeOf(directory, reference), 'project', name, by);
      await api.identity.grant(scope, user, neededRole(directory, desired.role, by));
    },
    update: async () => undefined,
    remove: (api, path) => deleteOnce(() => api.request('identity', 'DELETE', path)),
    outputs: () => ({}),
  }),
  (key) => [key.user, key.role, key.project ?? `domain ${key.domain ?? 'Default'}`].join('/'),
);
