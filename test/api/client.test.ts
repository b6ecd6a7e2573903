import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect, createServer as createSocketServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { ApiError } from '../../src/api/errors.ts';
import { CloudwrightError } from '../../src/errors/problem.ts';
import { Confidential } from '../../src/secrets/confidential.ts';
import { PASSWORD, withFakeCloud } from './fake-cloud.ts';

async function problemOf(work: Promise<unknown>) {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof CloudwrightError)) throw error;
    const [first] = error.problems;
    if (first) return first;
  }
  throw new Error('it did not fail');
}

const users = [
  'GET',
  /^identity\/v3\/users$/,
  () => ({ json: { users: [{ id: '1', name: 'a' }] } }),
] as const;

describe('login', () => {
  it('uses one token for all requests, also for those at the same time', () =>
    withFakeCloud(async (cloud) => {
      cloud.add(users);
      const client = cloud.client();
      await Promise.all([client.identity.users(), client.identity.users(), client.identity.users()]);
      await client.identity.users();
      expect(cloud.logins).toBe(1);
    }));

  it('logs in again, once, when the token is no longer accepted', () =>
    withFakeCloud(async (cloud) => {
      cloud.add(users);
      const client = cloud.client();
      await client.identity.users();
      cloud.tokens.clear();
      expect(await client.identity.users()).toHaveLength(1);
      expect(cloud.logins).toBe(2);
      cloud.interfere = ({ path }) => (path.endsWith('users') ? { status: 401 } : undefined);
      expect((await problemOf(client.identity.users())).code).toBe('API_DENIED');
      expect(cloud.logins).toBe(3);
    }));

  it('logs in again before the token expires', () =>
    withFakeCloud(async (cloud) => {
      cloud.add(users);
      cloud.tokenSeconds = 60;
      const client = cloud.client();
      await client.identity.users();
      await client.identity.users();
      expect(cloud.logins).toBeGreaterThan(1);
    }));

  it('tries to log in again after a failed login', () =>
    withFakeCloud(async (cloud) => {
      cloud.add(users);
      const client = cloud.client();
      cloud.interfere = ({ path }) => (path.endsWith('tokens') ? { status: 500 } : undefined);
      expect((await problemOf(client.identity.users())).code).toBe('API_ERROR');
      cloud.interfere = undefined;
      expect(await client.identity.users()).toHaveLength(1);
    }));

  it('says whose login is refused, without the password', () =>
    withFakeCloud(async (cloud) => {
      const client = cloud.client({ password: new Confidential('a wrong password') });
      const problem = await problemOf(client.identity.users());
      expect(problem.code).toBe('API_LOGIN_REFUSED');
      expect(problem.what).toContain('user admin for project admin');
      expect(JSON.stringify(problem)).not.toContain('wrong password');
    }));

  it('finds a service that was registered after the login', () =>
    withFakeCloud(async (cloud) => {
      cloud.add(users, ['GET', /^image\/v2\/images$/, () => ({ json: { images: [] } })]);
      const types = cloud.catalogTypes;
      cloud.catalogTypes = { identity: 'identity/v3' };
      const client = cloud.client();
      await client.identity.users();
      const problem = await problemOf(client.image.list());
      expect(problem.code).toBe('API_SERVICE_MISSING');
      expect(problem.why).toContain('the catalog has: identity');
      cloud.catalogTypes = types;
      expect(await client.image.list()).toEqual([]);
    }));
});

describe('requests', () => {
  it('asks for pinned microversions', () =>
    withFakeCloud(async (cloud) => {
      const seen: unknown[] = [];
      cloud.add([
        'GET',
        /^compute\/v2.1\/os-services$/,
        ({ headers }) => {
          seen.push(headers['openstack-api-version']);
          return { json: { services: [] } };
        },
      ]);
      await cloud.client().compute.services();
      expect(seen).toEqual(['compute 2.79']);
    }));

  it('follows pages to the end, on its own address whatever the link says', () =>
    withFakeCloud(async (cloud) => {
      cloud.add([
        'GET',
        /^compute\/v2.1\/servers\/detail$/,
        ({ query }) => {
          const marker = query.get('marker');
          if (marker === 'b') return { json: { servers: [{ name: 'c' }] } };
          const href = `http://inside.example:8774/v2.1/servers/detail?marker=${marker ? 'b' : 'a'}`;
          return {
            json: { servers: [{ name: marker ? 'b' : 'a' }], servers_links: [{ rel: 'next', href }] },
          };
        },
      ]);
      const found = await cloud.client().compute.servers();
      expect(found.map((entry) => entry.name)).toEqual(['a', 'b', 'c']);
    }));

  it("follows Keystone's links.next", () =>
    withFakeCloud(async (cloud) => {
      cloud.add([
        'GET',
        /^identity\/v3\/users$/,
        ({ query }) =>
          query.get('marker')
            ? { json: { users: [{ id: 2 }], links: { next: null } } }
            : { json: { users: [{ id: 1 }], links: { next: 'http://inside:5000/v3/users?marker=1' } } },
      ]);
      expect(await cloud.client().identity.users()).toHaveLength(2);
    }));

  it('asks any service of the catalog by its type, with a version and a microversion', () =>
    withFakeCloud(async (cloud) => {
      cloud.catalogTypes = { ...cloud.catalogTypes, 'load-balancer': 'lb', 'key-manager': 'keys' };
      cloud.add(
        [
          'POST',
          /^lb\/v2\/lbaas\/loadbalancers$/,
          ({ json, headers }) => ({ json: { loadbalancer: json, asked: headers['openstack-api-version'] } }),
        ],
        [
          'GET',
          /^keys\/v1\/secrets$/,
          ({ query }) => ({ json: { secrets: [query.get('name')], next: null } }),
        ],
        ['DELETE', /^keys\/v1\/secrets\/s1$/, () => ({ status: 204 })],
      );
      const client = cloud.client();
      const made = await client.request(
        'load-balancer',
        'POST',
        '/v2/lbaas/loadbalancers',
        { x: 1 },
        {
          microversion: '2.27',
        },
      );
      expect(made).toEqual({ loadbalancer: { x: 1 }, asked: 'load-balancer 2.27' });
      const query = { name: 'mine' };
      expect(await client.list('key-manager', '/secrets', 'secrets', { version: 'v1', query })).toEqual([
        'mine',
      ]);
      const gone = await client.request('key-manager', 'DELETE', '/secrets/s1', undefined, { version: 'v1' });
      expect(gone).toBeUndefined();
      const problem = await problemOf(client.request('dns', 'GET', '/v2/zones'));
      expect(problem.code).toBe('API_SERVICE_MISSING');
      expect(problem.what).toContain('the dns service');
    }));

  it("follows Glance's next", () =>
    withFakeCloud(async (cloud) => {
      cloud.add([
        'GET',
        /^image\/v2\/images$/,
        ({ query }) =>
          query.get('marker')
            ? { json: { images: [{ id: 2 }] } }
            : { json: { images: [{ id: 1 }], next: '/v2/images?marker=1' } },
      ]);
      expect(await cloud.client().image.list()).toHaveLength(2);
    }));

  it('streams an upload, with its length, and sends all of it again with a new token', () =>
    withFakeCloud(async (cloud) => {
      const got: string[] = [];
      cloud.add(users, [
        'PUT',
        /^image\/v2\/images\/i1\/file$/,
        ({ body, headers }) => {
          got.push(`${headers['content-length']} ${body.toString()}`);
          return { status: 204 };
        },
      ]);
      const client = cloud.client();
      await client.identity.users();
      cloud.tokens.clear();
      await client.image.upload('i1', 6, () => Readable.from(['abc', 'def']), 5);
      expect(got).toEqual(['6 abcdef']);
    }));

  it.each([
    [{ error: { code: 400, message: 'keystone says' } }, 'keystone says'],
    [{ itemNotFound: { code: 404, message: 'nova says' } }, 'nova says'],
    [{ NeutronError: { type: 'X', message: 'neutron says', detail: '' } }, 'neutron says'],
    [{ errors: [{ status: 404, title: 'T', detail: 'placement says' }] }, 'placement says'],
    [{ code: 404, title: 'Not Found', description: 'pecan says' }, 'pecan says'],
  ])('shows what the service says: %j', (json, message) =>
    withFakeCloud(async (cloud) => {
      cloud.add(['GET', /^identity\/v3\/users$/, () => ({ status: 400, json })]);
      const problem = await problemOf(cloud.client().identity.users());
      expect(problem.code).toBe('API_ERROR');
      expect(problem.what).toBe('the identity service answered 400 to GET /users.');
      expect(problem.why).toBe(`The answer was: ${message}`);
    }),
  );

  it('takes secrets out of what the service quotes', () =>
    withFakeCloud(async (cloud) => {
      cloud.add([
        'POST',
        /^identity\/v3\/users$/,
        ({ json, headers }) => ({
          status: 400,
          json: {
            error: { message: `'${json.user.password}' is too short; token ${headers['x-auth-token']}` },
          },
        }),
      ]);
      const problem = await problemOf(
        cloud.client().identity.createUser({ password: new Confidential('tiny1') }),
      );
      expect(problem.why).toContain("'••••' is too short; token ••••");
    }));

  it('gives up at the limit', () =>
    withFakeCloud(async (cloud) => {
      const silent = createServer(() => {});
      await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
      const address = silent.address();
      const port = typeof address === 'object' ? address?.port : 0;
      const client = cloud.client();
      const request = {
        service: 'the image service',
        method: 'GET',
        url: `http://127.0.0.1:${port}/x`,
        limitSeconds: 0.1,
      } as const;
      const problem = await problemOf(client.session.http.send(request));
      expect(problem.code).toBe('API_TIMEOUT');
      silent.closeAllConnections();
      silent.close();
    }));

  it('sends a GET again over a fresh connection when a kept one was closed, but never a POST', () =>
    withFakeCloud(async (cloud) => {
      cloud.add(users);
      const client = cloud.client();
      await client.identity.users();
      let cuts = 1;
      cloud.interfere = ({ path }) => (path.endsWith('users') && cuts-- > 0 ? 'cut' : undefined);
      expect(await client.identity.users()).toHaveLength(1);
      cuts = 1;
      const problem = await problemOf(client.identity.createUser({ name: 'x' }));
      expect(problem.code).toBe('API_UNREACHABLE');
      expect(problem.what).toContain('closed without an answer');
      expect(cloud.requests.filter((line) => line.startsWith('POST identity/v3/users'))).toHaveLength(1);
    }));
});

describe('patience', () => {
  it(
    'fails at once without it and waits with it, naming what for',
    () =>
      withFakeCloud(async (cloud) => {
        cloud.add(users);
        let missing = 3;
        cloud.interfere = ({ path }) =>
          path.endsWith('users') && missing-- > 0
            ? { status: 503, text: '<html><body><h1>503 Service Unavailable</h1></body></html>' }
            : undefined;
        const problem = await problemOf(cloud.client().identity.users());
        expect(problem.code).toBe('API_UNAVAILABLE');
        expect(problem.why).toContain('503 Service Unavailable');
        missing = 3;
        const waits: string[] = [];
        const patient = cloud.client({ patienceSeconds: 10, onWait: (what) => waits.push(what) });
        expect(await patient.identity.users()).toHaveLength(1);
        expect(waits).toEqual(['the identity service to be there']);
      }),
    20_000,
  );

  it('gives the last error when the wait times out', () =>
    withFakeCloud(async (cloud) => {
      cloud.interfere = () => ({ status: 503 });
      const problem = await problemOf(cloud.client({ patienceSeconds: 0.4 }).identity.users());
      expect(problem.code).toBe('API_UNAVAILABLE');
    }));

  it('does not wait for what would not change', () =>
    withFakeCloud(async (cloud) => {
      cloud.interfere = ({ path }) => (path.endsWith('users') ? { status: 403 } : undefined);
      expect((await problemOf(cloud.client({ patienceSeconds: 3600 }).identity.users())).code).toBe(
        'API_DENIED',
      );
    }));
});

describe('ways', () => {
  it('dials through a unix socket, asked once for each address', () =>
    withFakeCloud(async (cloud) => {
      cloud.add(users);
      const folder = await mkdtemp(join(tmpdir(), 'cw-api-'));
      const path = join(folder, 'way');
      const port = Number(new URL(cloud.url).port);
      const relay = createSocketServer((socket) => {
        const onward = connect(port, '127.0.0.1');
        socket.pipe(onward).pipe(socket);
        socket.on('error', () => onward.destroy());
        onward.on('error', () => socket.destroy());
      });
      await new Promise<void>((resolve) => relay.listen(path, resolve));
      const asked: string[] = [];
      // An address that this machine has no route to (RFC 5737).
      cloud.catalogTypes = { identity: 'identity/v3' };
      const client = cloud.client({
        authUrl: `http://192.0.2.10:5000/identity/v3`,
        dial: async (host, number) => {
          asked.push(`${host}:${number}`);
          return path;
        },
      });
      expect(await client.identity.users()).toHaveLength(1);
      await client.identity.users();
      expect(asked).toEqual(['192.0.2.10:5000']);
      client.close();
      relay.close();
      await rm(folder, { recursive: true });
    }));

  it('says so when no way can be opened', () =>
    withFakeCloud(async (cloud) => {
      const client = cloud.client({ dial: () => Promise.reject(new Error('host control1 is gone')) });
      const problem = await problemOf(client.identity.users());
      expect(problem.code).toBe('API_DIAL_FAILED');
      expect(problem.why).toContain('host control1 is gone');
    }));

  it('says so when nothing listens', () =>
    withFakeCloud(async (cloud) => {
      const client = cloud.client({ authUrl: 'http://127.0.0.1:1/v3' });
      const problem = await problemOf(client.identity.users());
      expect(problem.code).toBe('API_UNREACHABLE');
      expect(problem.what).toContain('connection refused');
    }));
});

describe('until', () => {
  it('names what it waited for and what it saw last', () =>
    withFakeCloud(async (cloud) => {
      const client = cloud.client();
      const problem = await problemOf(
        client.until('volume v1 to become available', async () => ({ seen: 'creating' }), 0.05),
      );
      expect(problem.code).toBe('API_WAIT_LIMIT');
      expect(problem.what).toContain('volume v1 to become available');
      expect(problem.why).toContain('creating');
    }));

  it('ends at once when interrupted', () =>
    withFakeCloud(async (cloud) => {
      const control = new AbortController();
      const waiting = cloud
        .client()
        .until('x', async () => ({ seen: 'y' }), 60, { signal: control.signal, interval: 20_000 });
      control.abort();
      expect((await problemOf(waiting)).code).toBe('CHECK_INTERRUPTED');
    }));
});

it('never shows a password or token in an error', () =>
  withFakeCloud(async (cloud) => {
    cloud.interfere = ({ path, headers }) =>
      path.endsWith('users') ? { status: 500, text: `boom ${headers['x-auth-token']}` } : undefined;
    const failure = await cloud
      .client()
      .identity.users()
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ApiError);
    const shown = `${JSON.stringify(failure)} ${String(failure)} ${(failure as Error).stack}`;
    expect(shown).not.toContain('secret-token');
    expect(shown).not.toContain(PASSWORD);
  }));
