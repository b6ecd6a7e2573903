import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dialThrough, type Forwarder } from '../../src/api/dial.ts';
import { type FakeCloud, withFakeCloud } from './fake-cloud.ts';

/** A control host that forwards as OpenSSH does: it accepts on a unix socket and connects onward. */
class Relay implements Forwarder {
  readonly name: string;
  readonly #path: string;
  readonly #port: number;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  asked = 0;
  behaviour: 'forward' | 'silent' | 'close' | 'refuse' = 'forward';

  constructor(name: string, folder: string, cloud: FakeCloud) {
    this.name = name;
    this.#path = join(folder, name);
    this.#port = Number(new URL(cloud.url).port);
  }

  async forward(): Promise<string> {
    this.asked += 1;
    if (this.behaviour === 'refuse') throw new Error(`${this.name} does not answer`);
    if (!this.#server) {
      const server = createServer((socket) => this.#accept(socket));
      await new Promise<void>((resolve) => server.listen(this.#path, resolve));
      this.#server = server;
    }
    return this.#path;
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy());
    if (this.behaviour === 'close') socket.destroy();
    if (this.behaviour !== 'forward') return;
    const onward = connect(this.#port, '127.0.0.1');
    this.#sockets.add(onward);
    onward.on('error', () => socket.destroy());
    socket.on('close', () => onward.destroy());
    socket.pipe(onward).pipe(socket);
  }

  /** The host is gone: its socket with it, and every connection through it. */
  async die(): Promise<void> {
    this.behaviour = 'refuse';
    for (const socket of this.#sockets) socket.destroy();
    const server = this.#server;
    if (server) await new Promise<void>((resolve) => server.close(() => resolve()));
    this.#server = undefined;
  }
}

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cw-dial-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function withRelays(
  work: (cloud: FakeCloud, first: Relay, second: Relay) => Promise<void>,
): Promise<void> {
  await withFakeCloud(async (cloud) => {
    cloud.add(['GET', /^identity\/v3\/users$/, () => ({ json: { users: [] } })]);
    cloud.add(['PATCH', /^identity\/v3\/users\/u1$/, () => ({ json: { user: {} } })]);
    const relays = [new Relay('control1', folder, cloud), new Relay('control2', folder, cloud)] as const;
    try {
      await work(cloud, ...relays);
    } finally {
      for (const relay of relays) await relay.die();
    }
  });
}

const clientOf = (cloud: FakeCloud, relays: readonly Relay[]) =>
  cloud.client({ authUrl: 'http://192.0.2.10:5000/identity/v3', dial: dialThrough(relays) });

describe('a client that outlives its hosts', () => {
  it('goes through another control host when the one in use dies, also with what it sends once', () =>
    withRelays(async (cloud, first, second) => {
      const client = clientOf(cloud, [first, second]);
      await client.identity.users();
      expect(second.asked).toBe(0);
      await first.die();
      await client.identity.updateUser('u1', { enabled: true });
      expect(second.asked).toBe(1);
      await client.identity.users();
      expect(cloud.requests.filter((line) => line.startsWith('PATCH'))).toHaveLength(1);
      client.close();
    }));

  it('leaves a path that closes every connection', () =>
    withRelays(async (cloud, first, second) => {
      const client = clientOf(cloud, [first, second]);
      await client.identity.users();
      first.behaviour = 'close';
      // Kept connections still work; a new one does not.
      await expect(client.identity.updateUser('u1', {})).rejects.toMatchObject({ code: 'API_UNREACHABLE' });
      await client.identity.updateUser('u1', {});
      expect(second.asked).toBe(1);
      client.close();
    }));

  it('leaves a path that accepts connections and answers nothing', () =>
    withRelays(async (cloud, first, second) => {
      const client = clientOf(cloud, [first, second]);
      await client.identity.users();
      first.behaviour = 'silent';
      const request = {
        service: 'x',
        method: 'POST',
        url: 'http://192.0.2.10:5000/x',
        limitSeconds: 0.1,
      } as const;
      await expect(client.session.http.send(request)).rejects.toMatchObject({ code: 'API_TIMEOUT' });
      await client.identity.updateUser('u1', {});
      expect(second.asked).toBe(1);
      client.close();
    }));

  it('dials once for many requests that lose the same path', () =>
    withRelays(async (cloud, first, second) => {
      const client = clientOf(cloud, [first, second]);
      await client.identity.users();
      await first.die();
      const many = Array.from({ length: 8 }, () => client.identity.users());
      await Promise.all(many);
      expect(second.asked).toBe(1);
      client.close();
    }));

  it('dials again after no host could forward', () =>
    withRelays(async (cloud, first, second) => {
      first.behaviour = 'refuse';
      second.behaviour = 'refuse';
      const client = clientOf(cloud, [first, second]);
      await expect(client.identity.users()).rejects.toMatchObject({ code: 'API_DIAL_FAILED' });
      second.behaviour = 'forward';
      expect(await client.identity.users()).toEqual([]);
      client.close();
    }));
});

it('rejects without hosts', async () => {
  await expect(dialThrough([])('192.0.2.10', 5000)).rejects.toThrow('no host can forward');
});
