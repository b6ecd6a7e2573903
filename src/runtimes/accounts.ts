import { internalUrl, publicUrl } from '../cloud/endpoints.ts';
import { secretOf } from '../cloud/secrets.ts';
import type { Resource } from '../engine/resource.ts';
import { mysqlDatabase, mysqlUser } from '../resources/index.ts';
import {
  identityDomain,
  identityProject,
  identityRole,
  identityService,
  identityUser,
  identityUserRoles,
  volumeType,
} from '../resources/openstack/index.ts';
import type { IdentityUser } from '../resources/openstack/user.ts';
import type { ServiceContext, ServiceDefinition, ServiceUser } from '../services/definition.ts';
import { usersOf } from '../services/derived.ts';
import { serviceRoles } from '../services/policies.ts';

/** A service's databases and its account, made on any member: each has all of them. */
export function databases(
  service: ServiceDefinition,
  { cloud, control }: ServiceContext,
): readonly Resource[] {
  const names = service.databases ?? [];
  if (names.length === 0) return [];
  const made = names.map((name) =>
    mysqlDatabase(control.name, name, { charset: 'utf8mb3', cloudWide: true }),
  );
  const account = mysqlUser(
    control.name,
    service.project,
    secretOf(cloud, `${service.project}_database_password`),
    names.map((name) => `${name}.*`),
    { after: made, cloudWide: true },
  );
  return [...made, account];
}

/** Its users in Keystone, as which its processes log in as soon as they start. */
export function users(service: ServiceDefinition, { cloud }: ServiceContext): readonly Resource[] {
  return usersOf(service).map((user) => identityUser(described(user, cloud)));
}

/** What Keystone and the service's own API must know of it, beside its `users`. `started`: its processes. */
export function accounts(
  service: ServiceDefinition,
  { cloud }: ServiceContext,
  started: readonly Resource[],
): readonly Resource[] {
  const { project } = service;
  // Keystone's own entry is made by its bootstrap, which works before anybody can log in.
  const catalog = service.name === 'identity' ? [] : (service.catalog ?? []);
  const entries = catalog.map((entry) => {
    const internal = `${internalUrl(cloud, entry.port)}${entry.path}`;
    return identityService({
      name: entry.name ?? project,
      type: entry.type,
      description: entry.description,
      endpoints: { public: `${publicUrl(cloud, entry.port)}${entry.path}`, internal, admin: internal },
      region: cloud.region,
    });
  });
  // The roles that members need are made with the members.
  const members = service.roles?.members ?? [];
  const roles = (service.roles?.names ?? [])
    .filter((name) => !members.includes(name))
    .map((name) => identityRole({ name }));
  const types = (service.volumeTypes?.(cloud) ?? []).map((type) =>
    // Made through the catalog, by a service that asks Keystone about the caller with its own account.
    volumeType(type, { after: [...entries, ...started] }),
  );
  return [...entries, ...roles, ...domain(service, cloud), ...types];
}

function described(user: ServiceUser, cloud: ServiceContext['cloud']): IdentityUser {
  return {
    name: user.name,
    password: secretOf(cloud, user.password),
    markKey: cloud.secrets.password_mark_key,
    domain: 'Default',
    project: 'service',
    roles: user.roles,
    indispensable: true,
  };
}

/** Takes all other roles from a service's users: `admin`, which earlier versions gave to all of them. */
export function rolesAlone(service: ServiceDefinition, cloud: ServiceContext['cloud']): readonly Resource[] {
  return usersOf(service).map((user) => identityUserRoles(described(user, cloud)));
}

function domain({ domain: own }: ServiceDefinition, cloud: ServiceContext['cloud']): readonly Resource[] {
  if (!own) return [];
  const made = identityDomain({ name: own.name, description: own.description });
  const administrator = identityUser(
    {
      name: own.administrator,
      password: secretOf(cloud, own.password),
      markKey: cloud.secrets.password_mark_key,
      domain: own.name,
      roles: ['admin'],
      indispensable: true,
    },
    { after: [made] },
  );
  return [made, administrator];
}

/** What every cloud has in Keystone beside its services: their project, and one to try things in. */
export function commonAccounts(
  { cloud }: ServiceContext,
  memberRoles: readonly string[],
  started: readonly (Resource | string)[],
): readonly Resource[] {
  const after = { after: started };
  // All of them, whatever is deployed: a role that goes with its service would first have to be taken from its users.
  const roles = ['service', ...Object.values(serviceRoles)].map((name) => identityRole({ name }, after));
  const service = identityProject(
    { name: 'service', domain: 'Default', description: 'Users of the services' },
    after,
  );
  const demo = identityProject(
    { name: 'demo', domain: 'Default', description: 'A project to try things in' },
    after,
  );
  const extra = memberRoles.map((name) => identityRole({ name }, after));
  const user = identityUser(
    {
      name: 'demo',
      password: secretOf(cloud, 'demo_password'),
      markKey: cloud.secrets.password_mark_key,
      domain: 'Default',
      project: 'demo',
      roles: ['member', ...memberRoles],
    },
    { after: [demo, ...extra] },
  );
  // Keystone's bootstrap makes it. It is never taken away: nobody could log in any more.
  const administrator = identityUser(
    {
      name: 'admin',
      password: secretOf(cloud, 'admin_password'),
      markKey: cloud.secrets.password_mark_key,
      domain: 'Default',
      project: 'admin',
      roles: ['admin'],
      indispensable: true,
    },
    { ...after, keep: true },
  );
  return [...roles, service, demo, ...extra, user, administrator];
}
