import type { FakeAnswer, FakeCloud, Route } from './fake-cloud.ts';

// biome-ignore lint/suspicious/noExplicitAny: stored as the requests bring them.
type Thing = any;

/** Keystone's tables; names are unique in a domain as in the real one, services and endpoints are not. */
export interface FakeIdentity {
  readonly domains: Thing[];
  readonly projects: Thing[];
  readonly users: Thing[];
  readonly roles: Thing[];
  readonly services: Thing[];
  readonly endpoints: Thing[];
  readonly assignments: Thing[];
}

export function addIdentity(cloud: FakeCloud): FakeIdentity {
  const state: FakeIdentity = {
    domains: [{ id: 'default', name: 'Default', enabled: true, description: '' }],
    projects: [{ id: 'p-admin', name: 'admin', domain_id: 'default', enabled: true, description: '' }],
    users: [{ id: 'u-admin', name: 'admin', domain_id: 'default', enabled: true }],
    roles: [
      { id: 'r-admin', name: 'admin', domain_id: null },
      { id: 'r-member', name: 'member', domain_id: null },
    ],
    services: [],
    endpoints: [],
    assignments: [],
  };
  const collections = {
    domains: 'domain',
    projects: 'project',
    users: 'user',
    roles: 'role',
    services: 'service',
    endpoints: 'endpoint',
  } as const;
  for (const [plural, single] of Object.entries(collections)) {
    const items = state[plural as keyof FakeIdentity];
    const unique = plural !== 'services' && plural !== 'endpoints';
    const path = (rest: string): RegExp => new RegExp(`^identity/v3/${plural}${rest}$`);
    const routes: readonly Route[] = [
      ['GET', path(''), () => ({ json: { [plural]: items, links: { next: null } } })],
      [
        'POST',
        path(''),
        ({ json }) => {
          const { password, ...fields } = json[single];
          const same = (entry: Thing) =>
            entry.name === fields.name && entry.domain_id === (fields.domain_id ?? entry.domain_id);
          if (unique && items.some(same))
            return { status: 409, json: { error: { message: 'Conflict occurred' } } };
          const made = { domain_id: null, description: '', ...fields, id: cloud.id(single) };
          items.push(made);
          if (single === 'user') remember(cloud, state, made, password);
          return { status: 201, json: { [single]: made } };
        },
      ],
      [
        'PATCH',
        path('/([^/]+)'),
        ({ json, match }) => {
          const item = items.find((entry) => entry.id === match[0]);
          if (!item) return { status: 404, json: { error: { message: `Could not find ${single}` } } };
          const { password, ...fields } = json[single];
          Object.assign(item, fields);
          if (password !== undefined) remember(cloud, state, item, password);
          return { json: { [single]: item } };
        },
      ],
      ['DELETE', path('/([^/]+)'), ({ match }) => remove(state, plural as keyof FakeIdentity, match[0])],
    ];
    cloud.add(...routes);
  }
  cloud.add(
    [
      'GET',
      /^identity\/v3\/role_assignments$/,
      ({ query }) => {
        const role = query.get('role.id') ?? undefined;
        const given = state.assignments.filter((one) => role === undefined || one.role.id === role);
        return { json: { role_assignments: given } };
      },
    ],
    [
      'PUT',
      /^identity\/v3\/(project|domain)s\/([^/]+)\/users\/([^/]+)\/roles\/([^/]+)$/,
      ({ match: [kind = '', scope, user, role] }) => {
        const same = (entry: Thing) =>
          entry.role.id === role && entry.user.id === user && entry.scope[kind]?.id === scope;
        if (!state.assignments.some(same)) {
          state.assignments.push({
            role: { id: role },
            user: { id: user },
            scope: { [kind]: { id: scope } },
          });
        }
        return { status: 204 };
      },
    ],
    [
      'DELETE',
      /^identity\/v3\/(project|domain)s\/([^/]+)\/users\/([^/]+)\/roles\/([^/]+)$/,
      ({ match: [kind = '', scope, user, role] }) => {
        const at = state.assignments.findIndex(
          (given) => given.role.id === role && given.user.id === user && given.scope[kind]?.id === scope,
        );
        if (at < 0) return { status: 404, json: { error: { message: 'Could not find role assignment' } } };
        state.assignments.splice(at, 1);
        return { status: 204 };
      },
    ],
  );
  return state;
}

/** Deletes with what goes with it; a domain only when it is disabled. */
function remove(state: FakeIdentity, plural: keyof FakeIdentity, id: string | undefined): FakeAnswer {
  const items = state[plural];
  const item = items.find((entry) => entry.id === id);
  if (!item) return { status: 404, json: { error: { message: `Could not find ${plural}` } } };
  if (plural === 'domains' && item.enabled)
    return { status: 403, json: { error: { message: 'Cannot delete a domain that is enabled' } } };
  items.splice(items.indexOf(item), 1);
  const drop = (list: Thing[], goes: (entry: Thing) => boolean) => {
    for (const entry of list.filter(goes)) list.splice(list.indexOf(entry), 1);
  };
  drop(
    state.assignments,
    (given) =>
      given.user.id === id ||
      given.role.id === id ||
      given.scope.project?.id === id ||
      given.scope.domain?.id === id,
  );
  if (plural === 'services') drop(state.endpoints, (endpoint) => endpoint.service_id === id);
  if (plural === 'domains') {
    drop(state.users, (user) => user.domain_id === id);
    drop(state.projects, (project) => project.domain_id === id);
  }
  return { status: 204 };
}

function remember(cloud: FakeCloud, state: FakeIdentity, user: Thing, password: string): void {
  const domain = state.domains.find((entry) => entry.id === user.domain_id);
  cloud.passwords.set(`${domain.name}/${user.name}`, password);
}
