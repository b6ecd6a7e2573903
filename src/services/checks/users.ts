import type { Client } from '../../api/client.ts';
import { apiCheck } from '../../checks/apiCheck.ts';
import { judge } from '../../checks/verdict.ts';
import type { ApiCheck } from '../../engine/check.ts';
import type { ServiceUser } from '../definition.ts';

/** By effective roles: also those that a user has as a member of a group, or on another project. */
export function administratorsCheck(users: readonly ServiceUser[]): ApiCheck<Client> {
  const words = {
    id: 'service-users',
    title: 'no user of a service is an administrator of the cloud',
    limitSeconds: 60,
    thorough: true,
  };
  return apiCheck(words, async ({ identity }) => {
    const [domains, roles] = await Promise.all([identity.domains(), identity.roles()]);
    const domain = domains.find(({ name }) => name === 'Default')?.id ?? 'default';
    // A role of one domain may have the same name.
    const admin = roles.find((role) => role.name === 'admin' && (role.domain_id ?? null) === null);
    if (!admin) return { ok: false, sentence: 'there is no role admin' };
    const [known, given] = await Promise.all([
      identity.users({ domain_id: domain }),
      identity.roleAssignments({ effective: 'true', 'role.id': admin.id }),
    ]);
    const ids = new Map(known.filter((user) => user.domain_id === domain).map(({ id, name }) => [name, id]));
    const administrators = new Set(given.map(({ user }) => user?.id));
    const faults = users.flatMap(({ name }) => {
      const id = ids.get(name);
      if (id === undefined) return [`there is no user ${name}`];
      return administrators.has(id) ? [`${name} has the role admin`] : [];
    });
    return judge(faults, `${users.length} users, none with the role admin`);
  });
}
