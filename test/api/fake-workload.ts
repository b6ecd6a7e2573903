import type { FakeCloud, Route } from './fake-cloud.ts';
import { type Conversation, converse, goodScreen } from './fake-console.ts';

// biome-ignore lint/suspicious/noExplicitAny: stored as the requests bring them.
type Thing = any;

/** What instances are made of, and Neutron, Cinder and Glance as far as the acceptance test goes. */
export interface FakeWorkload {
  readonly images: Thing[];
  readonly flavors: Thing[];
  readonly keypairs: Thing[];
  readonly servers: Thing[];
  readonly volumes: Thing[];
  readonly networks: Thing[];
  readonly subnets: Thing[];
  readonly ports: Thing[];
  readonly routers: Thing[];
  readonly 'security-groups': Thing[];
  readonly rules: Thing[];
  readonly floatingips: Thing[];
  /** An instance with this in its name goes to ERROR. */
  broken: string | undefined;
  /** What the consoles send, and what they wait for in between. */
  screen: Conversation;
  /** Every request that changed something, in order: `DELETE router cw-test-…-tenant`. */
  readonly changes: string[];
}

const missing = { status: 404, json: { itemNotFound: { message: 'could not be found' } } };
const conflict = { status: 409, json: { NeutronError: { type: 'InUse', message: 'is in use' } } };

export function addWorkload(cloud: FakeCloud): FakeWorkload {
  const state: FakeWorkload = {
    images: [],
    flavors: [],
    keypairs: [],
    servers: [],
    volumes: [],
    networks: [],
    subnets: [],
    ports: [],
    routers: [],
    'security-groups': [{ id: 'sg-default', name: 'default' }],
    rules: [],
    floatingips: [],
    broken: undefined,
    screen: goodScreen,
    changes: [],
  };
  cloud.onUpgrade((socket, head, url) => {
    if (!url.startsWith('/?token=secret-server-')) return socket.destroy();
    converse(socket, head, state.screen);
  });
  addImages(cloud, state);
  addCompute(cloud, state);
  addVolumes(cloud, state);
  addNetwork(cloud, state);
  return state;
}

function take(items: Thing[], id: string | undefined): Thing | undefined {
  const at = items.findIndex((entry) => entry.id === id);
  return at < 0 ? undefined : items.splice(at, 1)[0];
}

function addImages(cloud: FakeCloud, state: FakeWorkload): void {
  cloud.add(
    ['GET', /^image\/v2\/images$/, () => ({ json: { images: state.images } })],
    [
      'GET',
      /^image\/v2\/images\/([^/]+)$/,
      ({ match }) => ({ json: state.images.find((entry) => entry.id === match[0]) }),
    ],
    [
      'POST',
      /^image\/v2\/images$/,
      ({ json }) => {
        const image = { ...json, id: cloud.id('image'), status: 'queued', size: null };
        state.images.push(image);
        return { status: 201, json: image };
      },
    ],
    [
      'PUT',
      /^image\/v2\/images\/([^/]+)\/file$/,
      ({ match, body }) => {
        const image = state.images.find((entry) => entry.id === match[0]);
        Object.assign(image, { status: 'active', size: body.length });
        return { status: 204 };
      },
    ],
    [
      'DELETE',
      /^image\/v2\/images\/([^/]+)$/,
      ({ match }) => {
        if (state.servers.some((entry) => entry.imageRef === match[0])) return conflict;
        const image = take(state.images, match[0]);
        state.changes.push(`DELETE image ${image?.name}`);
        return image ? { status: 204 } : missing;
      },
    ],
  );
}

function addCompute(cloud: FakeCloud, state: FakeWorkload): void {
  const look = (server: Thing): Thing => {
    // Each look brings it a step further, as time does.
    if (server.status === 'BUILD' && ++server.looks >= 2) {
      const fails = state.broken !== undefined && server.name.includes(state.broken);
      server.status = fails ? 'ERROR' : 'ACTIVE';
      if (fails)
        server.fault = { message: 'No valid host was found.', details: 'Traceback of the scheduler' };
    }
    return server;
  };
  const routes: readonly Route[] = [
    ['GET', /^compute\/v2.1\/flavors\/detail$/, () => ({ json: { flavors: state.flavors } })],
    [
      'POST',
      /^compute\/v2.1\/flavors$/,
      ({ json }) => {
        state.flavors.push({ ...json.flavor, id: cloud.id('flavor') });
        return { json: { flavor: state.flavors.at(-1) } };
      },
    ],
    [
      'DELETE',
      /^compute\/v2.1\/flavors\/([^/]+)$/,
      ({ match }) => {
        state.changes.push(`DELETE flavor ${take(state.flavors, match[0])?.name}`);
        return { status: 202 };
      },
    ],
    [
      'GET',
      /^compute\/v2.1\/os-keypairs$/,
      () => ({ json: { keypairs: state.keypairs.map((keypair) => ({ keypair })) } }),
    ],
    [
      'POST',
      /^compute\/v2.1\/os-keypairs$/,
      ({ json }) => {
        state.keypairs.push({ ...json.keypair, id: json.keypair.name });
        return { status: 201, json };
      },
    ],
    [
      'DELETE',
      /^compute\/v2.1\/os-keypairs\/([^/]+)$/,
      ({ match }) => {
        state.changes.push(`DELETE keypair ${take(state.keypairs, match[0])?.name}`);
        return { status: 204 };
      },
    ],
    ['GET', /^compute\/v2.1\/servers\/detail$/, () => ({ json: { servers: state.servers } })],
    [
      'GET',
      /^compute\/v2.1\/servers\/([^/]+)$/,
      ({ match }) => {
        const server = state.servers.find((entry) => entry.id === match[0]);
        if (!server) return missing;
        if (server.status === 'DELETING' && ++server.looks >= 2) {
          take(state.servers, server.id);
          for (const port of state.ports.filter((entry) => entry.device_id === server.id))
            take(state.ports, port.id);
          for (const volume of state.volumes) if (volume.server === server.id) release(volume);
        }
        return { json: { server: look(server) } };
      },
    ],
    [
      'POST',
      /^compute\/v2.1\/servers$/,
      ({ json }) => {
        const network = json.server.networks[0].uuid;
        const subnet = state.subnets.find((entry) => entry.network_id === network);
        const address = subnet.cidr.replace(/\.0\/\d+$/, `.${60 + state.servers.length}`);
        const server = {
          ...json.server,
          id: cloud.id('server'),
          status: 'BUILD',
          looks: 0,
          addresses: { net: [{ addr: address, version: 4 }] },
          'OS-EXT-STS:task_state': 'spawning',
          'OS-EXT-SRV-ATTR:host': 'aio',
        };
        state.servers.push(server);
        state.ports.push({
          id: cloud.id('port'),
          device_id: server.id,
          network_id: network,
          device_owner: 'compute:nova',
        });
        return { status: 202, json: { server: { id: server.id } } };
      },
    ],
    [
      'DELETE',
      /^compute\/v2.1\/servers\/([^/]+)$/,
      ({ match }) => {
        const server = state.servers.find((entry) => entry.id === match[0]);
        if (!server) return missing;
        Object.assign(server, { status: 'DELETING', looks: 0 });
        state.changes.push(`DELETE server ${server.name}`);
        return { status: 204 };
      },
    ],
    [
      'POST',
      /^compute\/v2.1\/servers\/([^/]+)\/os-volume_attachments$/,
      ({ match, json }) => {
        const volume = state.volumes.find((entry) => entry.id === json.volumeAttachment.volumeId);
        Object.assign(volume, { status: 'attaching', looks: 0, next: 'in-use', server: match[0] });
        return { json: {} };
      },
    ],
    [
      'DELETE',
      /^compute\/v2.1\/servers\/([^/]+)\/os-volume_attachments\/([^/]+)$/,
      ({ match }) => {
        const volume = state.volumes.find((entry) => entry.id === match[1]);
        Object.assign(volume, { status: 'detaching', looks: 0, next: 'available', server: undefined });
        return { status: 202 };
      },
    ],
    [
      'POST',
      /^compute\/v2.1\/servers\/([^/]+)\/action$/,
      ({ json }) =>
        'os-getConsoleOutput' in json ? { json: { output: 'kernel up\r\nlogin:\r\n' } } : undefined,
    ],
    [
      'POST',
      /^compute\/v2.1\/servers\/([^/]+)\/remote-consoles$/,
      ({ match, json }) => ({
        json: {
          remote_console: {
            ...json.remote_console,
            url: `${cloud.url}/vnc_auto.html?path=%3Ftoken%3Dsecret-${match[0]}`,
          },
        },
      }),
    ],
  ];
  cloud.add(...routes);
}

function release(volume: Thing): void {
  Object.assign(volume, { status: 'available', server: undefined });
}

function addVolumes(cloud: FakeCloud, state: FakeWorkload): void {
  cloud.add(
    ['GET', /^volume\/v3\/p-admin\/volumes\/detail$/, () => ({ json: { volumes: state.volumes } })],
    [
      'GET',
      /^volume\/v3\/p-admin\/volumes\/([^/]+)$/,
      ({ match }) => {
        const volume = state.volumes.find((entry) => entry.id === match[0]);
        if (!volume) return missing;
        if (volume.status.endsWith('ing') && ++volume.looks >= 2) {
          if (volume.status === 'deleting') take(state.volumes, volume.id);
          else volume.status = volume.next;
        }
        return { json: { volume } };
      },
    ],
    [
      'POST',
      /^volume\/v3\/p-admin\/volumes$/,
      ({ json }) => {
        const volume = {
          ...json.volume,
          id: cloud.id('volume'),
          status: 'creating',
          next: 'available',
          looks: 0,
        };
        state.volumes.push(volume);
        return { status: 202, json: { volume } };
      },
    ],
    [
      'DELETE',
      /^volume\/v3\/p-admin\/volumes\/([^/]+)$/,
      ({ match }) => {
        const volume = state.volumes.find((entry) => entry.id === match[0]);
        if (!volume) return missing;
        if (volume.status !== 'available')
          return { status: 400, json: { badRequest: { message: 'Invalid volume status' } } };
        Object.assign(volume, { status: 'deleting', looks: 0 });
        state.changes.push(`DELETE volume ${volume.name}`);
        return { status: 202 };
      },
    ],
  );
}

const NEUTRON = {
  networks: 'network',
  subnets: 'subnet',
  ports: 'port',
  routers: 'router',
  'security-groups': 'security_group',
  floatingips: 'floatingip',
} as const;

function addNetwork(cloud: FakeCloud, state: FakeWorkload): void {
  for (const [plural, single] of Object.entries(NEUTRON)) {
    const items = state[plural as keyof typeof NEUTRON];
    const path = (rest: string): RegExp => new RegExp(`^network/v2.0/${plural}${rest}$`);
    cloud.add(
      [
        'GET',
        path(''),
        ({ query }) => {
          const matches = (entry: Thing) => [...query].every(([key, value]) => entry[key] === value);
          return { json: { [`${single}s`]: items.filter(matches) } };
        },
      ],
      [
        'POST',
        path(''),
        ({ json }) => {
          const made: Thing = { name: '', description: '', ...json[single], id: cloud.id(single) };
          if (plural === 'networks') {
            const physical = made['provider:physical_network'];
            const taken = items.some((entry) => entry['provider:physical_network'] === physical);
            if (physical && taken) return conflict;
          }
          if (plural === 'floatingips') made.floating_ip_address = '203.0.113.90';
          items.push(made);
          return { status: 201, json: { [single]: made } };
        },
      ],
      [
        'DELETE',
        path('/([^/]+)'),
        ({ match }) => {
          if (inUse(state, plural, match[0])) return conflict;
          const gone = take(items, match[0]);
          state.changes.push(`DELETE ${single} ${gone?.name || gone?.description}`);
          return gone ? { status: 204 } : missing;
        },
      ],
    );
  }
  cloud.add(
    [
      'POST',
      /^network\/v2.0\/security-group-rules$/,
      ({ json }) => {
        state.rules.push(json.security_group_rule);
        return { status: 201, json };
      },
    ],
    [
      'PUT',
      /^network\/v2.0\/routers\/([^/]+)\/add_router_interface$/,
      ({ match, json }) => {
        const subnet = state.subnets.find((entry) => entry.id === json.subnet_id);
        const owner = { device_id: match[0], device_owner: 'network:router_interface' };
        state.ports.push({ id: cloud.id('port'), network_id: subnet.network_id, ...owner });
        return { json: {} };
      },
    ],
    [
      'PUT',
      /^network\/v2.0\/routers\/([^/]+)\/remove_router_interface$/,
      ({ json }) => (take(state.ports, json.port_id) ? { json: {} } : missing),
    ],
  );
}

function inUse(state: FakeWorkload, plural: string, id: string | undefined): boolean {
  if (plural === 'routers') return state.ports.some((port) => port.device_id === id);
  if (plural === 'security-groups') {
    return state.servers.some((server) => server.security_groups.some((group: Thing) => group.name === id));
  }
  if (plural !== 'networks') return false;
  const gateway = state.routers.some((router) => router.external_gateway_info?.network_id === id);
  return gateway || state.ports.some((port) => port.network_id === id);
}
