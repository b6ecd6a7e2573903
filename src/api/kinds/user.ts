import { createHmac } from 'node:crypto';
import { type ApiKind, apiResource, type Resource, type ResourceOptions } from '../../engine/resource.ts';
import { reveal, type Text } from '../../secrets/confidential.ts';
import type { Client } from '../client.ts';
import type { Domain, Project, Role, RoleAssignment, User } from '../identity.ts';
import { findProject, globalRoles } from './identity.ts';
import { domainNamed, needed, oneNamed } from './named.ts';

/** A user of a domain with roles on a project, or on the domain itself where no project is named. */
export interface IdentityUser {
  readonly name: string;
  readonly password: Text;
  /** Domain's name. */
  readonly domain: string;
  readonly project?: string;
  /** The project's domain; the user's unless told. */
  readonly projectDomain?: string;
  readonly roles: readonly string[];
}

interface UserState {
  readonly user: User | undefined;
  readonly projectMissing: boolean;
  readonly rolesMissing: readonly string[];
  readonly passwordKnown: boolean;
}

/** Everything that the users' states are told from: five lists for any number of users. */
interface Directory {
  readonly domains: readonly Domain[];
  readonly projects: readonly Project[];
  readonly users: readonly User[];
  readonly roles: readonly Role[];
  readonly assignments: readonly RoleAssignment[];
}

/**
 * A user's attribute that tells which password was set last: a digest keyed with the password itself, which only
 * who can list users may read, and generated passwords can't be guessed from it. A login for each user would tell
 * the same and more (a password changed by hand), but costs Keystone about 0.25 s of processor time each (bcrypt),
 * on every run; a service with a wrong password shows in the checks of its step.
 */
const MARK = 'cloudwright_password_mark';

function markOf(desired: IdentityUser, user: { readonly name: string }): string {
  const digest = createHmac('sha256', reveal(desired.password)).update(`keystone user ${user.name}`).digest();
  return digest.subarray(0, 12).toString('base64url');
}

async function readDirectory(api: Client): Promise<Directory> {
  const [domains, projects, users, roles, assignments] = await Promise.all([
    api.identity.domains(),
    api.identity.projects(),
    api.identity.users(),
    globalRoles(api),
    api.identity.roleAssignments(),
  ]);
  return { domains, projects, users, roles, assignments };
}

function findUser(directory: Directory, desired: IdentityUser): User | undefined {
  const domain = domainNamed(directory.domains, desired.domain);
  const own = directory.users.filter((user) => user.domain_id === domain?.id);
  return oneNamed(own, desired.name, 'user');
}

function scopeOf(
  directory: Directory,
  desired: IdentityUser,
): { readonly kind: 'project' | 'domain'; readonly id: string } | undefined {
  if (desired.project === undefined) {
    const domain = domainNamed(directory.domains, desired.domain);
    return domain && { kind: 'domain', id: domain.id };
  }
  const domain = desired.projectDomain ?? desired.domain;
  const project = findProject(directory.domains, directory.projects, desired.project, domain);
  return project && { kind: 'project', id: project.id };
}

function missingRoles(
  directory: Directory,
  desired: IdentityUser,
  user: User | undefined,
): readonly string[] {
  const scope = scopeOf(directory, desired);
  const held = directory.assignments.filter(
    (given) => given.user?.id === user?.id && scope !== undefined && given.scope[scope.kind]?.id === scope.id,
  );
  return desired.roles.filter((name) => {
    const role = oneNamed(directory.roles, name, 'role');
    return user === undefined || role === undefined || !held.some((given) => given.role.id === role.id);
  });
}

const userKind: ApiKind<IdentityUser, UserState, Client> = {
  via: 'api',
  name: 'identity-user',
  async read(api, items) {
    const directory = await readDirectory(api);
    return Promise.all(
      items.map(async (item) => {
        const user = findUser(directory, item);
        return {
          user,
          projectMissing: item.project !== undefined && scopeOf(directory, item) === undefined,
          rolesMissing: missingRoles(directory, item, user),
          passwordKnown: user !== undefined && (await passwordIsSet(api, item, user)),
        };
      }),
    );
  },
  compare(desired, state) {
    if (!state.user) {
      const roles = desired.roles.length > 0 ? ` with ${rolesOf(desired, desired.roles)}` : '';
      return { summary: `create user ${desired.name}${roles}` };
    }
    const found: string[] = [];
    if (!state.user.enabled) found.push('it is disabled');
    if (!state.passwordKnown) found.push('its password is not the one of the vault');
    if (state.projectMissing) found.push(`project ${desired.project} is missing`);
    if (state.rolesMissing.length > 0) found.push(`it lacks ${rolesOf(desired, state.rolesMissing)}`);
    return found.length > 0 ? { summary: `mend user ${desired.name}: ${found.join(', ')}` } : undefined;
  },
  async change(api, desired) {
    const directory = await readDirectory(api);
    const by = `user ${desired.name}`;
    const domain = needed(domainNamed(directory.domains, desired.domain), 'domain', desired.domain, by);
    const scopeName = desired.project ?? desired.domain;
    const scope = needed(scopeOf(directory, desired), 'project', scopeName, by);
    const present = findUser(directory, desired);
    const id = present?.id ?? (await createUser(api, desired, domain.id, scope));
    if (present && (!present.enabled || !(await passwordIsSet(api, desired, present)))) {
      await api.identity.updateUser(id, {
        enabled: true,
        password: desired.password,
        [MARK]: markOf(desired, present),
      });
    }
    for (const name of missingRoles(directory, desired, present)) {
      const role = needed(oneNamed(directory.roles, name, 'role'), 'role', name, by);
      await api.identity.grant(scope, id, role.id);
    }
  },
};

async function createUser(
  api: Client,
  desired: IdentityUser,
  domain: string,
  scope: { readonly kind: 'project' | 'domain'; readonly id: string },
): Promise<string> {
  const user = await api.identity.createUser({
    name: desired.name,
    password: desired.password,
    domain_id: domain,
    enabled: true,
    ...(scope.kind === 'project' && { default_project_id: scope.id }),
    [MARK]: markOf(desired, desired),
  });
  return user.id;
}

/** By its mark where there is one; a user that something else made is tried with a login. */
async function passwordIsSet(api: Client, desired: IdentityUser, user: User): Promise<boolean> {
  if (user[MARK] === markOf(desired, user)) return true;
  // A disabled user is let in with no password at all.
  if (!user.enabled) return false;
  return api.session.accepts({
    username: desired.name,
    password: desired.password,
    userDomain: desired.domain,
  });
}

function rolesOf(desired: IdentityUser, roles: readonly string[]): string {
  const scope = desired.project === undefined ? `domain ${desired.domain}` : `project ${desired.project}`;
  return `role ${roles.join(', ')} on ${scope}`;
}

export function identityUser(desired: IdentityUser, options?: ResourceOptions): Resource {
  return apiResource(userKind, `${desired.domain}/${desired.name}`, desired, options);
}
