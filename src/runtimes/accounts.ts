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
  volumeType,
} from '../resources/openstack/index.ts';
import type { ServiceContext, ServiceDefinition } from '../services/definition.ts';

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

/** What Keystone and the service's own API must know of it. `started`: its processes. */
export function accounts(
  service: ServiceDefinition,
  { cloud }: ServiceContext,
  started: readonly Resource[],
): readonly Resource[] {
  const { project } = service;
  const user =
    service.account === false
      ? []
      : [
          identityUser({
            name: project,
            password: secretOf(cloud, `${project}_password`),
            markKey: cloud.secrets.password_mark_key,
            domain: 'Default',
            project: 'service',
            // `service` lets the service user's token prolong a user's; `admin` is what the guides still ask for.
            roles: ['admin', 'service'],
            indispensable: true,
          }),
        ];
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
    volumeType(type, { after: [...user, ...entries, ...started] }),
  );
  return [...user, ...entries, ...roles, ...domain(service, cloud), ...types];
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
  const role = identityRole({ name: 'service' }, after);
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
  return [role, service, demo, ...extra, user, administrator];
}
