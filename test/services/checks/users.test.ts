import { describe, expect, it } from 'vitest';
import { administratorsCheck } from '../../../src/services/checks/users.ts';
import { type FakeCloud, withFakeCloud } from '../../api/fake-cloud.ts';
import { addIdentity } from '../../api/fake-identity.ts';

const users = [
  { name: 'nova', password: 'nova_password', roles: ['service'] },
  { name: 'nova_compute', password: 'nova_compute_password', roles: ['service'] },
];

function addUsers(cloud: FakeCloud) {
  const state = addIdentity(cloud);
  state.domains.push({ id: 'd-other', name: 'other', enabled: true });
  for (const { name } of users)
    state.users.push({ id: `u-${name}`, name, domain_id: 'default', enabled: true });
  state.users.push({ id: 'u-namesake', name: 'nova', domain_id: 'd-other', enabled: true });
  return state;
}

const administrator = (user: string, scope: object) => ({
  role: { id: 'r-admin' },
  user: { id: user },
  scope,
});

describe('the check for administrators', () => {
  it('asks for effective roles, and takes a user of the same name in another domain for another one', () =>
    withFakeCloud(async (cloud) => {
      const state = addUsers(cloud);
      state.assignments.push(administrator('u-namesake', { project: { id: 'p-admin' } }));
      state.assignments.push({
        ...administrator('u-nova', { project: { id: 'p' } }),
        role: { id: 'r-member' },
      });
      const { ok, sentence } = await administratorsCheck(users).probe(cloud.client());
      expect({ ok, sentence }).toEqual({ ok: true, sentence: '2 users, none with the role admin' });
      expect(
        cloud.take().some((line) => /role_assignments\?effective=true&role\.id=r-admin$/.test(line)),
      ).toBe(true);
    }));

  it.each([{ project: { id: 'p-admin' } }, { domain: { id: 'default' } }, { system: { all: true } }])(
    'finds an administrator of %o',
    (scope) =>
      withFakeCloud(async (cloud) => {
        addUsers(cloud).assignments.push(administrator('u-nova_compute', scope));
        const { ok, sentence } = await administratorsCheck(users).probe(cloud.client());
        expect({ ok, sentence }).toEqual({ ok: false, sentence: 'nova_compute has the role admin' });
      }),
  );

  it('misses a user that is not there', () =>
    withFakeCloud(async (cloud) => {
      const state = addUsers(cloud);
      state.users.splice(1, 1);
      const { ok, sentence } = await administratorsCheck(users).probe(cloud.client());
      expect({ ok, sentence }).toEqual({ ok: false, sentence: 'there is no user nova' });
    }));
});
