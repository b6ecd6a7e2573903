import type { Text } from '../secrets/confidential.ts';
import type { Session } from './session.ts';

interface Named {
  readonly id: string;
  readonly name: string;
}

export interface Domain extends Named {
  readonly enabled: boolean;
  readonly description?: string;
}

export interface Project extends Named {
  readonly domain_id: string;
  readonly enabled: boolean;
  readonly description?: string;
}

export interface User extends Named {
  readonly domain_id: string;
  readonly enabled: boolean;
  readonly default_project_id?: string;
  /** Exemptions from rules for all users: `ignore_lockout_failure_attempts` … */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Keystone keeps unknown attributes beside its own. */
  readonly [extra: string]: unknown;
}

export interface Role extends Named {
  readonly domain_id: string | null;
}

export interface CatalogService extends Named {
  readonly type: string;
  readonly enabled: boolean;
  readonly description?: string;
}

export interface CatalogEndpoint {
  readonly id: string;
  readonly service_id: string;
  readonly interface: 'public' | 'internal' | 'admin';
  readonly region_id: string | null;
  readonly url: string;
  readonly enabled: boolean;
}

export interface RoleAssignment {
  readonly role: { readonly id: string };
  readonly user?: { readonly id: string };
  readonly scope: {
    readonly project?: { readonly id: string };
    readonly domain?: { readonly id: string };
    readonly system?: object;
    /** The role is not on the scope itself but on the projects under it. */
    readonly 'OS-INHERIT:inherited_to'?: 'projects';
  };
}

/** Fields of a user that may be set; `password` reaches the wire only. */
export interface UserFields {
  readonly name?: string;
  readonly password?: Text;
  readonly domain_id?: string;
  readonly default_project_id?: string;
  readonly enabled?: boolean;
  readonly [extra: string]: unknown;
}

/** Identity API v3. */
export function identityApi(session: Session) {
  const list = <T>(path: string, key: string, query?: Record<string, string>) =>
    session.list<T>('identity', path, key, query);
  async function post<T>(
    path: string,
    key: string,
    fields: object,
    secrets: readonly Text[] = [],
  ): Promise<T> {
    const answer = await session.json<Record<string, T>>('identity', {
      method: 'POST',
      path,
      json: { [key]: fields },
      secrets,
    });
    return answer[key] as T;
  }
  async function patch(
    path: string,
    key: string,
    fields: object,
    secrets: readonly Text[] = [],
  ): Promise<void> {
    await session.send('identity', { method: 'PATCH', path, json: { [key]: fields }, secrets });
  }
  return {
    domains: () => list<Domain>('/domains', 'domains'),
    projects: () => list<Project>('/projects', 'projects'),
    users: (query?: { readonly name?: string; readonly domain_id?: string }) =>
      list<User>('/users', 'users', query as Record<string, string>),
    roles: () => list<Role>('/roles', 'roles'),
    services: () => list<CatalogService>('/services', 'services'),
    endpoints: () => list<CatalogEndpoint>('/endpoints', 'endpoints'),
    /** `effective`: what users have in the end, through groups and implied roles too. */
    roleAssignments: (query?: { readonly effective: 'true'; readonly 'role.id': string }) =>
      list<RoleAssignment>('/role_assignments', 'role_assignments', query),

    createDomain: (fields: object) => post<Domain>('/domains', 'domain', fields),
    createProject: (fields: object) => post<Project>('/projects', 'project', fields),
    createRole: (fields: object) => post<Role>('/roles', 'role', fields),
    createService: (fields: object) => post<CatalogService>('/services', 'service', fields),
    createEndpoint: (fields: object) => post<CatalogEndpoint>('/endpoints', 'endpoint', fields),
    createUser: (fields: UserFields) =>
      post<User>('/users', 'user', fields, fields.password === undefined ? [] : [fields.password]),

    updateDomain: (id: string, fields: object) => patch(`/domains/${id}`, 'domain', fields),
    updateProject: (id: string, fields: object) => patch(`/projects/${id}`, 'project', fields),
    updateService: (id: string, fields: object) => patch(`/services/${id}`, 'service', fields),
    updateEndpoint: (id: string, fields: object) => patch(`/endpoints/${id}`, 'endpoint', fields),
    updateUser: (id: string, fields: UserFields) =>
      patch(`/users/${id}`, 'user', fields, fields.password === undefined ? [] : [fields.password]),
    async deleteEndpoint(id: string): Promise<void> {
      await session.send('identity', { method: 'DELETE', path: `/endpoints/${id}` });
    },
    /** Idempotent in Keystone: granting twice is one grant. */
    async grant(
      scope: { readonly kind: 'project' | 'domain'; readonly id: string },
      user: string,
      role: string,
    ): Promise<void> {
      const path = `/${scope.kind}s/${scope.id}/users/${user}/roles/${role}`;
      await session.send('identity', { method: 'PUT', path });
    },
    async revoke(
      scope: { readonly kind: 'project' | 'domain'; readonly id: string },
      user: string,
      role: string,
    ): Promise<void> {
      const path = `/${scope.kind}s/${scope.id}/users/${user}/roles/${role}`;
      await session.send('identity', { method: 'DELETE', path });
    },
  };
}

export type IdentityApi = ReturnType<typeof identityApi>;
