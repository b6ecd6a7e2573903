import { createHash } from 'node:crypto';
import { type FakeAnswer, type FakeCloud, PROJECT, type Route } from '../../api/fake-cloud.ts';

// biome-ignore lint/suspicious/noExplicitAny: stored as the requests bring them.
type Thing = any;

const refused = (status: number, message: string): FakeAnswer => ({
  status,
  json: { badRequest: { message } },
});
const gone: FakeAnswer = { status: 204 };

function only(fields: object, allowed: readonly string[]): FakeAnswer | undefined {
  const unknown = Object.keys(fields).filter((key) => !allowed.includes(key));
  return unknown.length > 0
    ? refused(400, `Additional properties are not allowed (${unknown.join(', ')})`)
    : undefined;
}

function without(items: Thing[], found: (item: Thing) => boolean): FakeAnswer {
  const at = items.findIndex(found);
  if (at < 0) return refused(404, 'could not be found');
  items.splice(at, 1);
  return gone;
}

export interface FakeCompute {
  readonly flavors: Thing[];
  readonly access: Map<string, string[]>;
  readonly keypairs: Thing[];
  readonly aggregates: Thing[];
  readonly services: Thing[];
  readonly requests: string[];
}

const SIZES = ['ram', 'vcpus', 'disk', 'swap', 'OS-FLV-EXT-DATA:ephemeral', 'os-flavor-access:is_public'];

/** Nova's administrative part. Strict: it has no way to change a flavor or a key pair, and deletes only empty aggregates. */
export function addCompute(cloud: FakeCloud): FakeCompute {
  const state: FakeCompute = {
    flavors: [],
    access: new Map(),
    keypairs: [],
    aggregates: [],
    services: [],
    requests: [],
  };
  addFlavors(cloud, state);
  addKeypairs(cloud, state);
  addAggregates(cloud, state);
  cloud.add(
    ['GET', /^compute\/v2.1\/os-services$/, () => ({ json: { services: state.services } })],
    [
      'PUT',
      /^compute\/v2.1\/os-services\/([^/]+)$/,
      ({ match, json }) => {
        const service = state.services.find((item) => item.id === match[0]);
        Object.assign(service, json);
        return { json: { service } };
      },
    ],
    [
      'DELETE',
      /^compute\/v2.1\/os-services\/([^/]+)$/,
      ({ match }) => {
        const service = state.services.find((item) => item.id === match[0]);
        return service?.state === 'up'
          ? refused(409, 'it is up')
          : without(state.services, (item) => item.id === match[0]);
      },
    ],
  );
  return state;
}

function addFlavors(cloud: FakeCloud, state: FakeCompute): void {
  const flavor = (id: string | undefined): Thing => state.flavors.find((item) => item.id === id);
  const routes: readonly Route[] = [
    ['GET', /^compute\/v2.1\/flavors\/detail$/, () => ({ json: { flavors: state.flavors } })],
    [
      'POST',
      /^compute\/v2.1\/flavors$/,
      ({ json }) => {
        const wrong = only(json.flavor, ['name', 'id', ...SIZES]);
        if (wrong) return wrong;
        if (state.flavors.some((item) => item.name === json.flavor.name)) return refused(409, 'it exists');
        state.flavors.push({ id: cloud.id('flavor'), extra_specs: {}, ...json.flavor });
        return { json: { flavor: state.flavors.at(-1) } };
      },
    ],
    [
      'DELETE',
      /^compute\/v2.1\/flavors\/([^/]+)$/,
      ({ match }) => {
        state.access.delete(match[0] ?? '');
        return without(state.flavors, (item) => item.id === match[0]);
      },
    ],
    [
      'POST',
      /^compute\/v2.1\/flavors\/([^/]+)\/os-extra_specs$/,
      ({ match, json }) => {
        Object.assign(flavor(match[0]).extra_specs, json.extra_specs);
        return { json };
      },
    ],
    [
      'DELETE',
      /^compute\/v2.1\/flavors\/([^/]+)\/os-extra_specs\/(.+)$/,
      ({ match }) => {
        delete flavor(match[0]).extra_specs[decodeURIComponent(match[1] ?? '')];
        return gone;
      },
    ],
    [
      'GET',
      /^compute\/v2.1\/flavors\/([^/]+)\/os-flavor-access$/,
      ({ match }) => ({
        json: { flavor_access: (state.access.get(match[0] ?? '') ?? []).map((tenant_id) => ({ tenant_id })) },
      }),
    ],
    [
      'POST',
      /^compute\/v2.1\/flavors\/([^/]+)\/action$/,
      ({ match, json }) => {
        const id = match[0] ?? '';
        state.access.set(id, [...(state.access.get(id) ?? []), json.addTenantAccess.tenant]);
        return { json: {} };
      },
    ],
  ];
  cloud.add(...routes);
}

function addKeypairs(cloud: FakeCloud, state: FakeCompute): void {
  const owner = (query: URLSearchParams): string => query.get('user_id') ?? 'u-admin';
  cloud.add(
    [
      'GET',
      /^compute\/v2.1\/os-keypairs$/,
      ({ query }) => ({
        json: {
          keypairs: state.keypairs
            .filter((item) => item.user_id === owner(query))
            .map((item) => ({ keypair: item })),
        },
      }),
    ],
    [
      'POST',
      /^compute\/v2.1\/os-keypairs$/,
      ({ json }) => {
        const wrong = only(json.keypair, ['name', 'type', 'public_key', 'user_id']);
        if (wrong) return wrong;
        state.keypairs.push({ user_id: 'u-admin', fingerprint: 'aa:bb', ...json.keypair });
        return { json };
      },
    ],
    [
      'DELETE',
      /^compute\/v2.1\/os-keypairs\/([^/]+)$/,
      ({ match, query }) =>
        without(state.keypairs, (item) => item.name === match[0] && item.user_id === owner(query)),
    ],
  );
}

function addAggregates(cloud: FakeCloud, state: FakeCompute): void {
  let next = 1;
  const aggregate = (id: string | undefined): Thing =>
    state.aggregates.find((item) => String(item.id) === id);
  cloud.add(
    ['GET', /^compute\/v2.1\/os-aggregates$/, () => ({ json: { aggregates: state.aggregates } })],
    [
      'POST',
      /^compute\/v2.1\/os-aggregates$/,
      ({ json }) => {
        const wrong = only(json.aggregate, ['name', 'availability_zone']);
        if (wrong) return wrong;
        state.aggregates.push({ ...json.aggregate, id: next++, hosts: [], metadata: {} });
        return { json: { aggregate: state.aggregates.at(-1) } };
      },
    ],
    [
      'PUT',
      /^compute\/v2.1\/os-aggregates\/([^/]+)$/,
      ({ match, json }) => {
        Object.assign(aggregate(match[0]), json.aggregate);
        return { json: {} };
      },
    ],
    [
      'POST',
      /^compute\/v2.1\/os-aggregates\/([^/]+)\/action$/,
      ({ match, json }) => {
        const item = aggregate(match[0]);
        const add = json.add_host?.host;
        const remove = json.remove_host?.host;
        if (add !== undefined && item.hosts.includes(add)) return refused(409, 'it has the host');
        if (add !== undefined) item.hosts.push(add);
        if (remove !== undefined) item.hosts = item.hosts.filter((host: string) => host !== remove);
        for (const [key, value] of Object.entries(json.set_metadata?.metadata ?? {})) {
          if (value === null) delete item.metadata[key];
          else item.metadata[key] = value;
        }
        return { json: {} };
      },
    ],
    [
      'DELETE',
      /^compute\/v2.1\/os-aggregates\/([^/]+)$/,
      ({ match }) =>
        aggregate(match[0])?.hosts.length > 0
          ? refused(400, 'Host aggregate is not empty')
          : without(state.aggregates, (item) => String(item.id) === match[0]),
    ],
  );
}

export interface FakeVolume {
  readonly types: Thing[];
  readonly services: Thing[];
}

export function addVolume(cloud: FakeCloud): FakeVolume {
  const state: FakeVolume = { types: [], services: [] };
  const at = (rest: string): RegExp => new RegExp(`^volume/v3/${PROJECT}/${rest}$`);
  const type = (id: string | undefined): Thing => state.types.find((item) => item.id === id);
  cloud.add(
    [
      'GET',
      at('types'),
      ({ query }) =>
        query.get('is_public') === 'None'
          ? { json: { volume_types: state.types } }
          : refused(400, 'private types are left out without is_public=None'),
    ],
    [
      'POST',
      at('types'),
      ({ json }) => {
        const { 'os-volume-type-access:is_public': is_public = true, ...fields } = json.volume_type;
        const wrong = only(fields, ['name', 'description', 'extra_specs']);
        if (wrong) return wrong;
        state.types.push({ id: cloud.id('type'), description: null, is_public, ...fields });
        return { json: { volume_type: state.types.at(-1) } };
      },
    ],
    [
      'PUT',
      at('types/([^/]+)'),
      ({ match, json }) => {
        const wrong = only(json.volume_type, ['name', 'description', 'is_public']);
        Object.assign(type(match[0]), json.volume_type);
        return wrong ?? { json: {} };
      },
    ],
    [
      'POST',
      at('types/([^/]+)/extra_specs'),
      ({ match, json }) => {
        Object.assign(type(match[0]).extra_specs, json.extra_specs);
        return { json };
      },
    ],
    ['DELETE', at('types/([^/]+)'), ({ match }) => without(state.types, (item) => item.id === match[0])],
    ['GET', at('os-services'), () => ({ json: { services: state.services } })],
    [
      'PUT',
      at('os-services/disable-log-reason'),
      ({ json }) => {
        const found = state.services.find((item) => item.host === json.host && item.binary === json.binary);
        if (!found) return refused(404, 'could not be found');
        Object.assign(found, { status: 'disabled', disabled_reason: json.disabled_reason });
        return { json: found };
      },
    ],
  );
  return state;
}

/** Quotas of all three services; a limit that the service does not have is refused. */
export function addQuotas(cloud: FakeCloud): Map<string, Thing> {
  const set = new Map<string, Thing>();
  const services = [
    ['compute/v2.1/os-quota-sets', 'quota_set', 'defaults', { instances: 10, cores: 20, ram: 51200 }],
    [`volume/v3/${PROJECT}/os-quota-sets`, 'quota_set', 'defaults', { volumes: 10, gigabytes: 1000 }],
    ['network/v2.0/quotas', 'quota', 'default', { port: 500, network: 100 }],
  ] as const;
  for (const [path, key, word, defaults] of services) {
    const at = (rest: string): RegExp => new RegExp(`^${path}/([^/]+)${rest}$`);
    const of = (project = '') => set.get(`${path} ${project}`) ?? {};
    cloud.add(
      ['GET', at(''), ({ match }) => ({ json: { [key]: { id: match[0], ...defaults, ...of(match[0]) } } })],
      ['GET', at(`/${word}`), ({ match }) => ({ json: { [key]: { id: match[0], ...defaults } } })],
      [
        'PUT',
        at(''),
        ({ match, json }) => {
          const wrong = only(json[key], Object.keys(defaults));
          if (!wrong) set.set(`${path} ${match[0]}`, { ...of(match[0]), ...json[key] });
          return wrong ?? { json };
        },
      ],
      [
        'DELETE',
        at(''),
        ({ match }) => {
          set.delete(`${path} ${match[0]}`);
          return gone;
        },
      ],
    );
  }
  return set;
}

const IMAGE_FIELDS = [
  'name',
  'owner',
  'disk_format',
  'container_format',
  'visibility',
  'min_disk',
  'min_ram',
  'protected',
  'tags',
];

/** Glance. An uploaded image becomes active at its second look; a protected or used one cannot be deleted. */
export function addImages(cloud: FakeCloud): { readonly images: Thing[]; readonly used: Set<string> } {
  const images: Thing[] = [];
  const used = new Set<string>();
  const image = (id: string | undefined): Thing => images.find((item) => item.id === id);
  cloud.add(
    ['GET', /^image\/v2\/images$/, () => ({ json: { images: images.filter((item) => !item.os_hidden) } })],
    [
      'GET',
      /^image\/v2\/images\/([^/]+)$/,
      ({ match }) => {
        const found = image(match[0]);
        const answer = { json: { ...found } };
        if (found.status === 'saving') found.status = 'active';
        return answer;
      },
    ],
    [
      'POST',
      /^image\/v2\/images$/,
      ({ json }) => {
        const wrong = only(json, [...IMAGE_FIELDS, 'hw_disk_bus']);
        if (wrong) return wrong;
        const base = { visibility: 'shared', min_disk: 0, min_ram: 0, protected: false, tags: [] };
        images.push({ ...base, ...json, id: cloud.id('image'), status: 'queued', size: null });
        return { status: 201, json: images.at(-1) };
      },
    ],
    [
      'PUT',
      /^image\/v2\/images\/([^/]+)\/file$/,
      ({ match, body }) => {
        if (image(match[0]).status !== 'queued') return refused(409, 'it has data');
        const os_hash_value = createHash('sha512').update(body).digest('hex');
        Object.assign(image(match[0]), { status: 'saving', size: body.length, os_hash_value });
        return gone;
      },
    ],
    [
      'PATCH',
      /^image\/v2\/images\/([^/]+)$/,
      ({ match, body, headers }) => {
        if (headers['content-type'] !== 'application/openstack-images-v2.1-json-patch')
          return refused(415, 'Unsupported Media Type');
        const found = image(match[0]);
        for (const { op, path, value } of JSON.parse(body.toString())) {
          const key = String(path).slice(1);
          if ((op === 'replace') !== (found[key] !== undefined || key === 'os_hidden'))
            return refused(409, `${op} of ${key}`);
          found[key] = value;
        }
        return { json: found };
      },
    ],
    [
      'DELETE',
      /^image\/v2\/images\/([^/]+)$/,
      ({ match }) => {
        if (image(match[0])?.protected) return refused(403, 'it is protected');
        if (used.has(match[0] ?? '')) return refused(409, 'it is in use');
        return without(images, (item) => item.id === match[0]);
      },
    ],
  );
  return { images, used };
}
