import { describe, expect, it } from 'vitest';
import { usersOf } from '../../src/services/derived.ts';
import { services } from '../../src/services/index.ts';
import { steps } from '../../src/steps/index.ts';
import { allInOne, allResources } from './clouds.ts';

describe('the step accounts', () => {
  it('is the last one, after every service', () => {
    const last = steps.at(-1);
    expect(last?.name).toBe('accounts');
    expect(last?.needs).toEqual(services.map(({ name }) => name));
  });

  it('describes each user of the deployed services once, with its roles and no other', () => {
    const context = allInOne('\nservices: { orchestration: false, key-manager: false }\n');
    const described = allResources(context).filter(({ id }) => id.endsWith('/roles'));
    const deployed = services.filter(({ name }) => name !== 'orchestration' && name !== 'key-manager');
    expect(described.map(({ id }) => id)).toEqual(
      deployed.flatMap(usersOf).map(({ name }) => `API/identity-user:Default/${name}/roles`),
    );
    for (const { desired, keep } of described) {
      expect(desired).toMatchObject({ only: true, project: 'service' });
      // Its removal would be that of the user.
      expect(keep).toBe(true);
    }
  });
});

describe('the processes of a service', () => {
  it('start when the users are there as which they log in', () => {
    const started = allResources(allInOne()).filter(({ id }) =>
      /\/service:(nova-(api|conductor|scheduler|compute)|neutron-api|cinder-volume|glance-api|heat-engine)$/.test(
        id,
      ),
    );
    expect(started.map(({ id }) => id)).toContain('one/service:nova-compute');
    for (const { id, after } of started) {
      const [, project = ''] = /service:(\w+)-/.exec(id) ?? [];
      const users = services.filter((service) => service.project === project).flatMap(usersOf);
      expect(after, id).toEqual(
        expect.arrayContaining(users.map(({ name }) => `API/identity-user:Default/${name}`)),
      );
    }
  });
});
