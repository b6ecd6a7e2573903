import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Client } from '../../../src/api/client.ts';
import type { ApiKind, Resource } from '../../../src/engine/resource.ts';
import { CloudwrightError } from '../../../src/errors/problem.ts';
import {
  computeFlavor,
  identityDomain,
  identityProject,
  identityRole,
  identityService,
  identityUser,
  identityUserRoles,
  volumeType,
} from '../../../src/resources/openstack/index.ts';
import { Confidential } from '../../../src/secrets/confidential.ts';
import { withFakeCloud } from '../../api/fake-cloud.ts';
import { addIdentity } from '../../api/fake-identity.ts';

type Kind = ApiKind<unknown, unknown, Client>;

/** As the engine does: reads each kind's resources together, changes what differs, in order. */
async function converge(client: Client, resources: readonly Resource[]): Promise<readonly string[]> {
  const summaries: string[] = [];
  for (const resource of resources) {
    const kind = resource.kind as Kind;
    const [state] = await kind.read(client, [resource.desired]);
    const change = kind.compare(resource.desired, state);
    if (!change) continue;
    summaries.push([change.summary, change.difference].filter(Boolean).join('\n'));
    await kind.change(client, resource.desired, state);
  }
  return summaries;
}

/** What a second run would do: one read for all resources of a kind. */
async function plan(client: Client, resources: readonly Resource[]): Promise<readonly string[]> {
  const kinds = new Map<Kind, unknown[]>();
  for (const { kind, desired } of resources)
    kinds.set(kind as Kind, [...(kinds.get(kind as Kind) ?? []), desired]);
  const found: string[] = [];
  for (const [kind, items] of kinds) {
    const states = await kind.read(client, items);
    for (const [at, item] of items.entries()) {
      const change = kind.compare(item, states[at]);
      if (change) found.push(change.summary);
    }
  }
  return found;
}

const url = 'http://192.0.2.10:9292';
const glance = {
  name: 'glance',
  type: 'image',
  description: 'Images',
  region: 'RegionOne',
  endpoints: { public: url, internal: url, admin: url },
};
const markKey = new Confidential('a key that only the vault has');
const user = {
  name: 'glance',
  password: new Confidential('glance password'),
  markKey,
  domain: 'Default',
  project: 'service',
  roles: ['admin', 'service'],
};

function everything(): readonly Resource[] {
  return [
    identityDomain({ name: 'heat', description: 'Stacks' }),
    identityRole({ name: 'service' }),
    identityProject({ name: 'service', domain: 'Default', description: 'Services' }),
    identityService(glance),
    identityUser(user),
    identityUser({ ...user, name: 'nova' }),
    identityUser({ name: 'heat_domain_admin', password: 'x', markKey, domain: 'heat', roles: ['admin'] }),
  ];
}

describe('identity', () => {
  it('makes all that is missing; a second run changes nothing and asks for each list once', () =>
    withFakeCloud(async (cloud) => {
      const state = addIdentity(cloud);
      const client = cloud.client();
      const done = await converge(client, everything());
      expect(done[0]).toBe('create domain heat');
      expect(done).toContain(
        'create user glance\n+ role on project service: admin\n+ role on project service: service',
      );
      expect(done).toContain('create user heat_domain_admin\n+ role on domain heat: admin');
      expect(state.endpoints.map((entry) => entry.interface)).toEqual(['public', 'internal', 'admin']);
      expect(cloud.passwords.get('Default/glance')).toBe('glance password');
      expect(state.assignments).toHaveLength(5);
      const logins = cloud.logins;
      cloud.take();
      expect(await plan(client, everything())).toEqual([]);
      const asked = cloud.take();
      expect(asked.every((line) => line.startsWith('GET'))).toBe(true);
      expect(asked.length).toBeLessThanOrEqual(11);
      // bcrypt makes a login expensive; the marks show the same.
      expect(cloud.logins).toBe(logins);
    }));

  it('never makes anything twice, wherever it is cut', () =>
    withFakeCloud(async (cloud) => {
      const state = addIdentity(cloud);
      let allowed = 0;
      let count = 0;
      // Every writing request is lost once before and once after the cloud has done it.
      for (allowed = 0; allowed < 30; allowed++) {
        count = 0;
        cloud.interfere = ({ method, path }) =>
          method !== 'GET' && !path.endsWith('tokens') && count++ === 1
            ? allowed % 2 === 0
              ? 'cut'
              : 'cut after'
            : undefined;
        await converge(cloud.client(), everything()).catch((error: unknown) => {
          if (!(error instanceof CloudwrightError)) throw error;
        });
      }
      cloud.interfere = undefined;
      await converge(cloud.client(), everything());
      expect(await plan(cloud.client(), everything())).toEqual([]);
      for (const items of [state.domains, state.projects, state.users, state.roles, state.services]) {
        const names = items.map((entry) => `${entry.domain_id}/${entry.name}`);
        expect(new Set(names).size).toBe(names.length);
      }
      expect(state.endpoints).toHaveLength(3);
      expect(state.assignments).toHaveLength(5);
    }));

  it('corrects what was changed by hand, and says what', () =>
    withFakeCloud(async (cloud) => {
      const state = addIdentity(cloud);
      const client = cloud.client();
      await converge(client, everything());
      const [endpoint] = state.endpoints;
      endpoint.url = 'http://old';
      state.services[0].name = 'images';
      state.users.find((entry) => entry.name === 'glance').enabled = false;
      state.assignments.splice(0, 1);
      state.domains.find((entry) => entry.name === 'heat').description = 'other';
      const done = await converge(client, everything());
      expect(done[0]).toBe('update domain heat\n~ description: other -> Stacks');
      expect(done[1]).toBe(
        `update catalog entry image\n~ name: images -> glance\n~ public endpoint: http://old -> ${url}`,
      );
      expect(done[2]).toBe('update user glance\n~ enabled: false -> true\n+ role on project service: admin');
      expect(await plan(client, everything())).toEqual([]);
      expect(cloud.passwords.get('Default/glance')).toBe('glance password');
    }));

  it('sets the password when the vault has a new one', () =>
    withFakeCloud(async (cloud) => {
      addIdentity(cloud);
      const client = cloud.client();
      await converge(client, everything());
      const changed = [identityUser({ ...user, password: new Confidential('new one') })];
      expect(await converge(client, changed)).toEqual([
        'update user glance\n~ password: set to the one of the vault',
      ]);
      expect(cloud.passwords.get('Default/glance')).toBe('new one');
      expect(await plan(client, changed)).toEqual([]);
    }));

  it('shows nothing from which the password can be guessed without the key of the vault', () =>
    withFakeCloud(async (cloud) => {
      const state = addIdentity(cloud);
      await converge(cloud.client(), everything());
      const markOf = () => state.users.find((entry) => entry.name === 'glance').cloudwright_password_mark;
      const mark = markOf();
      const found = state.users.map((entry) => entry.cloudwright_password_mark).filter(Boolean);
      expect(new Set(found).size).toBe(3);
      // Whoever knows how a mark is made and tries the right password gets another one with another key.
      const guess = identityUser({ ...user, markKey: new Confidential('another key') });
      await converge(cloud.client(), [guess]);
      expect(markOf()).not.toBe(mark);
    }));

  it('renews the mark of an earlier version once, without setting the password', () =>
    withFakeCloud(async (cloud) => {
      const state = addIdentity(cloud);
      const client = cloud.client();
      await converge(client, everything());
      const glance = state.users.find((entry) => entry.name === 'glance');
      glance.cloudwright_password_mark = createHmac('sha256', 'glance password')
        .update('keystone user glance')
        .digest()
        .subarray(0, 12)
        .toString('base64url');
      cloud.passwords.set('Default/glance', 'must not be set again');
      const logins = cloud.logins;
      expect(await converge(client, everything())).toEqual([
        'update user glance\n~ mark of the password: renewed',
      ]);
      expect(cloud.passwords.get('Default/glance')).toBe('must not be set again');
      expect(await plan(client, everything())).toEqual([]);
      expect(cloud.logins).toBe(logins);
    }));

  it('leaves a user alone that another tool made with the right password', () =>
    withFakeCloud(async (cloud) => {
      const state = addIdentity(cloud);
      state.assignments.push({
        role: { id: 'r-admin' },
        user: { id: 'u-admin' },
        scope: { project: { id: 'p-admin' } },
      });
      const admin = { name: 'admin', domain: 'Default', project: 'admin', roles: ['admin'] };
      const password = cloud.passwords.get('Default/admin') ?? '';
      expect(await plan(cloud.client(), [identityUser({ ...admin, password, markKey })])).toEqual([]);
    }));

  describe('a user that the cloud stands still without', () => {
    const indispensable = { ...user, indispensable: true } as const;
    const EXEMPT = {
      ignore_lockout_failure_attempts: true,
      ignore_password_expiry: true,
      ignore_change_password_upon_first_use: true,
      ignore_user_inactivity: true,
    };
    const project = identityProject({ name: 'service', domain: 'Default', description: 'Services' });

    it('is made exempt from locks; a second run changes nothing', () =>
      withFakeCloud(async (cloud) => {
        const state = addIdentity(cloud);
        const all = [
          identityRole({ name: 'service' }),
          project,
          identityUser(indispensable),
          identityUser({ ...user, name: 'demo' }),
        ];
        await converge(cloud.client(), all);
        expect(state.users.find(({ name }) => name === 'glance').options).toEqual(EXEMPT);
        expect(state.users.find(({ name }) => name === 'demo').options).toBeUndefined();
        expect(await plan(cloud.client(), all)).toEqual([]);
      }));

    it('of an earlier version becomes exempt, without a new password', () =>
      withFakeCloud(async (cloud) => {
        const state = addIdentity(cloud);
        await converge(cloud.client(), everything());
        const mine = state.users.find(({ name }) => name === 'glance');
        mine.options = { ignore_password_expiry: true, multi_factor_auth_enabled: false };
        const set: string[] = [];
        cloud.passwords.set = (...words) => {
          set.push(words[0]);
          return cloud.passwords;
        };
        expect(await converge(cloud.client(), [identityUser(indispensable)])).toEqual([
          [
            'update user glance',
            '~ ignore_lockout_failure_attempts: false -> true',
            '~ ignore_change_password_upon_first_use: false -> true',
            '~ ignore_user_inactivity: false -> true',
          ].join('\n'),
        ]);
        expect(mine.options).toMatchObject(EXEMPT);
        expect(set).toEqual([]);
        expect(await plan(cloud.client(), [identityUser(indispensable)])).toEqual([]);
      }));

    it('may be made by Keystone’s bootstrap: its password stays, and is tried once', () =>
      withFakeCloud(async (cloud) => {
        const state = addIdentity(cloud);
        state.assignments.push({
          role: { id: 'r-admin' },
          user: { id: 'u-admin' },
          scope: { project: { id: 'p-admin' } },
        });
        const password = cloud.passwords.get('Default/admin') ?? '';
        const admin = identityUser({
          ...{ name: 'admin', domain: 'Default', project: 'admin', roles: ['admin'], password, markKey },
          indispensable: true,
        });
        const client = cloud.client();
        await converge(client, [admin]);
        const logins = cloud.logins;
        expect(state.users[0].options).toEqual(EXEMPT);
        expect(cloud.passwords.get('Default/admin')).toBe(password);
        expect(await plan(client, [admin])).toEqual([]);
        expect(cloud.logins).toBe(logins);
      }));
  });

  describe('roles that a user no longer needs', () => {
    const least = { ...user, roles: ['service'] };
    const elsewhere = {
      role: { id: 'r-member' },
      user: { id: '' },
      scope: { project: { id: 'p-admin' } },
    };

    it('stay until they are to be the only ones, and are then taken away; a second run changes nothing', () =>
      withFakeCloud(async (cloud) => {
        const state = addIdentity(cloud);
        const client = cloud.client();
        await converge(client, everything());
        elsewhere.user.id = state.users.find(({ name }) => name === 'glance').id;
        state.assignments.push(elsewhere);
        const rolesOf = (name: string) => {
          const { id } = state.users.find((entry) => entry.name === name);
          const given = state.assignments.filter((one) => one.user.id === id);
          return given.map(({ role }) => state.roles.find((one) => one.id === role.id).name);
        };
        expect(await plan(client, [identityUser(least)])).toEqual([]);
        expect(rolesOf('glance')).toEqual(['admin', 'service', 'member']);

        const only = [identityUserRoles(least)];
        expect(await converge(client, only)).toEqual([
          'update user glance\n- role on project service: admin',
        ]);
        // On another project it is the operator's.
        expect(rolesOf('glance')).toEqual(['service', 'member']);
        expect(rolesOf('nova')).toEqual(['admin', 'service']);
        expect(await plan(client, only)).toEqual([]);
        expect(await plan(client, [identityUser(least)])).toEqual([]);
      }));

    it('are taken away once, wherever it is cut', () =>
      withFakeCloud(async (cloud) => {
        const state = addIdentity(cloud);
        await converge(cloud.client(), everything());
        cloud.interfere = ({ method }) => (method === 'DELETE' ? 'cut after' : undefined);
        const only = [identityUserRoles({ ...least, roles: [] })];
        const cut = await converge(cloud.client(), only).catch((error: unknown) => error);
        expect(cut).toBeInstanceOf(CloudwrightError);
        cloud.interfere = undefined;
        await converge(cloud.client(), only);
        const { id } = state.users.find(({ name }) => name === 'glance');
        expect(state.assignments.filter((one) => one.user.id === id)).toEqual([]);
      }));

    it('are not those that a domain hands down', () =>
      withFakeCloud(async (cloud) => {
        const state = addIdentity(cloud);
        const client = cloud.client();
        await converge(client, everything());
        const { id } = state.users.find(({ name }) => name === 'glance');
        const project = state.projects.find(({ name }) => name === 'service');
        state.assignments.push({
          role: { id: 'r-member' },
          user: { id },
          scope: { project: { id: project.id }, 'OS-INHERIT:inherited_to': 'projects' },
        });
        expect(await plan(client, [identityUserRoles(user)])).toEqual([]);
      }));
  });

  it('reports duplicate endpoints, and keeps the right one', () =>
    withFakeCloud(async (cloud) => {
      const state = addIdentity(cloud);
      const client = cloud.client();
      await converge(client, everything());
      const [endpoint] = state.endpoints;
      state.endpoints.unshift({ ...endpoint, id: 'old', url: 'http://old' });
      const [done] = await converge(client, everything());
      expect(done).toContain('- duplicate public endpoint http://old (old)');
      expect(state.endpoints).toHaveLength(3);
      expect(state.endpoints[0].url).toBe(url);
    }));

  it('refuses to guess between two services of one type', () =>
    withFakeCloud(async (cloud) => {
      const state = addIdentity(cloud);
      state.services.push({ id: 's1', name: 'glance', type: 'image', enabled: true });
      state.services.push({ id: 's2', name: 'glance', type: 'image', enabled: true });
      const failure = await converge(cloud.client(), [identityService(glance)]).catch((error) => error);
      expect(failure.problems[0].code).toBe('API_DUPLICATE');
      expect(failure.problems[0].what).toContain('s1 (glance), s2 (glance)');
    }));

  it('says what is missing when a project is not there', () =>
    withFakeCloud(async (cloud) => {
      addIdentity(cloud);
      const failure = await converge(cloud.client(), [identityUser(user)]).catch((error) => error);
      expect(failure.problems[0].what).toBe('There is no project named service.');
      expect(failure.problems[0].why).toBe('It is needed by user glance.');
    }));
});

describe('volume types and flavors', () => {
  it('creates and updates a volume type', () =>
    withFakeCloud(async (cloud) => {
      // biome-ignore lint/suspicious/noExplicitAny: stored as the requests bring them.
      const types: any[] = [];
      cloud.add(
        [
          'GET',
          /^volume\/v3\/p-admin\/types$/,
          ({ query }) => {
            expect(query.get('is_public')).toBe('None');
            return { json: { volume_types: types } };
          },
        ],
        [
          'POST',
          /^volume\/v3\/p-admin\/types$/,
          ({ json }) => {
            types.push({ id: 't1', description: null, ...json.volume_type });
            return { json: { volume_type: types[0] } };
          },
        ],
        [
          'POST',
          /^volume\/v3\/p-admin\/types\/t1\/extra_specs$/,
          ({ json }) => {
            Object.assign(types[0].extra_specs, json.extra_specs);
            return { json };
          },
        ],
      );
      const wanted = [volumeType({ name: 'ceph', extraSpecs: { volume_backend_name: 'ceph' } })];
      const client = cloud.client();
      expect(await converge(client, wanted)).toEqual(['create volume type ceph']);
      expect(await plan(client, wanted)).toEqual([]);
      types[0].extra_specs = { volume_backend_name: 'lvm', other: 'kept' };
      expect(await converge(client, wanted)).toEqual([
        'update volume type ceph\n~ volume_backend_name: lvm -> ceph',
      ]);
      expect(types[0].extra_specs).toEqual({ volume_backend_name: 'ceph', other: 'kept' });
    }));

  it('creates a flavor, and replaces it when it differs', () =>
    withFakeCloud(async (cloud) => {
      // biome-ignore lint/suspicious/noExplicitAny: stored as the requests bring them.
      let flavors: any[] = [];
      cloud.add(
        ['GET', /^compute\/v2.1\/flavors\/detail$/, () => ({ json: { flavors } })],
        [
          'POST',
          /^compute\/v2.1\/flavors$/,
          ({ json }) => {
            flavors.push({ id: 'f1', ...json.flavor });
            return { json: { flavor: flavors[0] } };
          },
        ],
        [
          'DELETE',
          /^compute\/v2.1\/flavors\/f1$/,
          () => {
            flavors = [];
            return { status: 202 };
          },
        ],
      );
      const small = { name: 'small', memoryMiB: 512, vcpus: 1, diskGiB: 1 };
      const client = cloud.client();
      expect(await converge(client, [computeFlavor(small)])).toEqual(['create flavor small']);
      expect(await plan(client, [computeFlavor(small)])).toEqual([]);
      const larger = [computeFlavor({ ...small, memoryMiB: 1024 })];
      expect(await converge(client, larger)).toEqual(['replace flavor small\n~ memory (MiB): 512 -> 1024']);
      expect(await plan(client, larger)).toEqual([]);
    }));
});
