import { createHmac } from 'node:crypto';
import type { Client } from '../../api/client.ts';
import type { Role, User } from '../../api/identity.ts';
import { type ApiKind, apiResource, type Resource, type ResourceOptions } from '../../engine/resource.ts';
import { reveal, type Text } from '../../secrets/confidential.ts';
import {
  assignmentsBeside,
  assignmentsMissing,
  type Directory,
  neededRole,
  readDirectory,
  scopeOf,
} from './assignments.ts';
import { deleteOnce, needed, oneNamed } from './named.ts';
import { type Absent, isAbsent, setDifference } from './object.ts';
import { domainNamed } from './projects.ts';

interface UserKey {
  readonly name: string;
  /** The domain's name. */
  readonly domain: string;
}

/** A user of a domain with roles on a project, or on the domain itself where no project is named. */
export interface IdentityUser extends UserKey {
  readonly password: Text;
  /** Keys the mark by which the password is recognised. */
  readonly markKey: Text;
  /**
   * A user that a cloud stands still without: neither failed logins nor time lock it. Anybody who knows its name could
   * lock it otherwise.
   */
  readonly indispensable?: true;
  readonly project?: string;
  /** The project's domain; default: the user's. */
  readonly projectDomain?: string;
  readonly roles: readonly string[];
  /** Any other role that it has there is taken away. */
  readonly only?: true;
}

interface UserState {
  readonly user: User | undefined;
  readonly projectMissing: boolean;
  readonly rolesMissing: readonly string[];
  /** Roles to be taken away. */
  readonly rolesBeside: readonly string[];
  /** `unmarked`: the user has the password, but not its mark. */
  readonly password: 'set' | 'unmarked' | 'other';
}

type Wanted = IdentityUser | Absent<UserKey>;

/**
 * A user's attribute that shows which password was set last: a digest of it with a key of the vault. Those who may list
 * users can read it, but without the key they cannot try passwords on it, not even short ones. A login for each user
 * would show more (a password changed by hand), but costs Keystone about 0.25 s of processor time each (bcrypt) on every
 * run; a service with a wrong password shows in the checks of its step.
 */
const MARK = 'cloudwright_password_mark';

function markOf(desired: IdentityUser, name: string): string {
  const digest = createHmac('sha256', reveal(desired.markKey))
    .update(JSON.stringify(['keystone user', name, reveal(desired.password)]))
    .digest();
  return `2.${digest.subarray(0, 16).toString('base64url')}`;
}

/** The mark of earlier versions. It is replaced: its key is the password itself, which can be guessed from it. */
function earlierMarkOf(desired: IdentityUser, name: string): string {
  const digest = createHmac('sha256', reveal(desired.password)).update(`keystone user ${name}`).digest();
  return digest.subarray(0, 12).toString('base64url');
}

/** Exemptions from the rules of [security_compliance] (Keystone, Identity API v3, user options). */
const EXEMPTIONS: Readonly<Record<string, true>> = {
  ignore_lockout_failure_attempts: true,
  ignore_password_expiry: true,
  ignore_change_password_upon_first_use: true,
  ignore_user_inactivity: true,
};

function exemptionsMissing(desired: IdentityUser, { options = {} }: User): readonly string[] {
  if (!desired.indispensable) return [];
  return Object.keys(EXEMPTIONS).filter((name) => options[name] !== true);
}

function findUser(directory: Directory, key: UserKey): User | undefined {
  const domain = domainNamed(directory.domains, key.domain);
  const own = directory.users.filter((user) => user.domain_id === domain?.id);
  return oneNamed(own, key.name, 'user');
}

async function stateOf(api: Client, directory: Directory, item: Wanted): Promise<UserState> {
  const user = findUser(directory, item);
  if (isAbsent<UserKey, IdentityUser>(item))
    return { user, projectMissing: false, rolesMissing: [], rolesBeside: [], password: 'set' };
  return {
    user,
    projectMissing: item.project !== undefined && scopeOf(directory, scopeOfUser(item)) === undefined,
    rolesMissing: assignmentsMissing(directory, user?.id, scopeOfUser(item), item.roles),
    rolesBeside: rolesBeside(directory, user, item).map(({ name }) => name),
    password: user ? await passwordState(api, item, user) : 'other',
  };
}

export const userKind: ApiKind<Wanted, UserState, Client> = {
  via: 'api',
  name: 'identity-user',
  async read(api, items) {
    const directory = await readDirectory(api);
    return Promise.all(items.map((item) => stateOf(api, directory, item)));
  },
  compare(wanted, state) {
    if (isAbsent<UserKey, IdentityUser>(wanted))
      return state.user && { summary: `delete user ${wanted.name}` };
    const roles = `role on ${scopeTitle(wanted)}:`;
    if (!state.user) {
      const difference = setDifference(roles, [], wanted.roles).join('\n');
      return { summary: `create user ${wanted.name}`, ...(difference !== '' && { difference }) };
    }
    const lines = [
      ...(state.user.enabled ? [] : ['~ enabled: false -> true']),
      ...(state.password === 'other' ? ['~ password: set to the one of the vault'] : []),
      ...(state.password === 'unmarked' ? ['~ mark of the password: renewed'] : []),
      ...exemptionsMissing(wanted, state.user).map((name) => `~ ${name}: false -> true`),
      ...(state.projectMissing ? [`! project ${wanted.project} does not exist`] : []),
      ...setDifference(roles, state.rolesBeside, state.rolesMissing),
    ];
    if (lines.length === 0) return undefined;
    return { summary: `update user ${wanted.name}`, difference: lines.join('\n') };
  },
  async change(api, wanted) {
    const directory = await readDirectory(api);
    const present = findUser(directory, wanted);
    if (isAbsent<UserKey, IdentityUser>(wanted)) {
      if (present) await deleteOnce(() => api.request('identity', 'DELETE', `/users/${present.id}`));
      return;
    }
    const by = `user ${wanted.name}`;
    const domain = needed(domainNamed(directory.domains, wanted.domain), 'domain', wanted.domain, by);
    const scope = needed(
      scopeOf(directory, scopeOfUser(wanted)),
      'project',
      wanted.project ?? wanted.domain,
      by,
    );
    const id = present?.id ?? (await createUser(api, wanted, domain.id, scope));
    if (present) {
      const known = await passwordState(api, wanted, present);
      const reset = !present.enabled || known === 'other';
      const exempt = exemptionsMissing(wanted, present).length > 0;
      if (reset || exempt || known === 'unmarked') {
        await api.identity.updateUser(id, {
          // Only where it is another one: to set it again would revoke the user's tokens.
          ...(reset && { enabled: true, password: wanted.password }),
          ...(exempt && { options: EXEMPTIONS }),
          [MARK]: markOf(wanted, present.name),
        });
      }
    }
    for (const name of assignmentsMissing(directory, present?.id, scopeOfUser(wanted), wanted.roles))
      await api.identity.grant(scope, id, neededRole(directory, name, by));
    for (const role of rolesBeside(directory, present, wanted))
      await deleteOnce(() => api.identity.revoke(scope, id, role.id));
  },
  removal: {
    record: ({ name, domain }) => ({ name, domain }),
    absence: ({ name = '', domain = '' }) => ({ name, domain, absent: true }),
  },
  outputs: (_, { user }) => (user ? { id: user.id } : {}),
};

function scopeOfUser(desired: IdentityUser) {
  return desired.project === undefined
    ? { domain: desired.domain }
    : { project: desired.project, domain: desired.projectDomain ?? desired.domain };
}

function rolesBeside(directory: Directory, user: User | undefined, desired: IdentityUser): readonly Role[] {
  return desired.only ? assignmentsBeside(directory, user?.id, scopeOfUser(desired), desired.roles) : [];
}

function scopeTitle(desired: IdentityUser): string {
  return desired.project === undefined ? `domain ${desired.domain}` : `project ${desired.project}`;
}

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
    [MARK]: markOf(desired, desired.name),
    ...(desired.indispensable && { options: EXEMPTIONS }),
  });
  return user.id;
}

/** By its mark where there is one; otherwise with a login. A user that another tool made is left without a mark. */
async function passwordState(api: Client, desired: IdentityUser, user: User): Promise<UserState['password']> {
  const mark = user[MARK];
  if (mark === markOf(desired, user.name)) return 'set';
  if (mark === earlierMarkOf(desired, user.name)) return 'unmarked';
  // A login as a disabled user fails with the right password too.
  if (!user.enabled) return 'other';
  const accepted = await api.session.accepts({
    username: desired.name,
    password: desired.password,
    userDomain: desired.domain,
  });
  if (!accepted) return 'other';
  return mark === undefined ? 'set' : 'unmarked';
}

export function identityUser(wanted: Wanted, options?: ResourceOptions): Resource {
  return apiResource(userKind, `${wanted.domain}/${wanted.name}`, wanted, options);
}

/** That a user, which `identityUser` describes elsewhere, has its roles and no other. Its removal is that of the user. */
export function identityUserRoles(wanted: IdentityUser, options?: ResourceOptions): Resource {
  const name = `${wanted.domain}/${wanted.name}/roles`;
  return apiResource(userKind, name, { ...wanted, only: true }, { ...options, keep: true });
}
