import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type Client, type ClientOptions, createClient } from '../../src/api/client.ts';
import { Confidential } from '../../src/secrets/confidential.ts';
import { acceptance } from './fake-console.ts';

export interface FakeRequest {
  readonly method: string;
  /** With the service in front: `identity/v3/users`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  // biome-ignore lint/suspicious/noExplicitAny: each route knows its own body.
  readonly json: any;
  readonly match: readonly string[];
}

export interface FakeAnswer {
  readonly status?: number;
  readonly json?: unknown;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Route = readonly [
  method: string,
  path: RegExp,
  answer: (request: FakeRequest) => FakeAnswer | undefined,
];

/**
 * Answers before the routes as long as it gives something: faults that a test puts in the way. `cut` closes the
 * connection before the cloud has done anything, `cut after` when it has.
 */
export type Interference = (request: FakeRequest) => FakeAnswer | 'cut' | 'cut after' | undefined;

export const PASSWORD = 'correct horse battery';
export const PROJECT = 'p-admin';

/**
 * A cloud of one HTTP server: `/identity/v3`, `/compute/v2.1` and so on. Strict: a request that no route knows, or
 * one without the token, is noted as a fault, which `check` throws.
 */
export class FakeCloud {
  readonly requests: string[] = [];
  readonly faults: string[] = [];
  readonly tokens = new Set<string>();
  interfere: Interference | undefined;
  logins = 0;
  #server: Server | undefined;
  #routes: Route[] = [];
  #next = 1;
  /** Seconds that a token lives. */
  tokenSeconds = 3600;
  catalogTypes: Record<string, string> = {
    identity: 'identity/v3',
    image: 'image',
    compute: 'compute/v2.1',
    network: 'network',
    'block-storage': `volume/v3/${PROJECT}`,
    placement: 'placement',
    orchestration: `orchestration/v1/${PROJECT}`,
    'key-manager': 'key-manager',
  };
  /** Password of each user, `domain/name`. */
  readonly passwords = new Map<string, string>([['Default/admin', PASSWORD]]);

  id(kind: string): string {
    return `${kind}-${this.#next++}`;
  }

  /** What happens to a WebSocket: `head` is what to answer to its request. */
  onUpgrade(handle: (socket: Duplex, head: string, url: string) => void): void {
    this.#server?.on('upgrade', (message: IncomingMessage, socket: Duplex) => {
      handle(socket, acceptance(message.headers['sec-websocket-key'] ?? ''), message.url ?? '');
    });
  }

  add(...routes: readonly Route[]): void {
    this.#routes.push(...routes);
  }

  get url(): string {
    const address = this.#server?.address() as AddressInfo;
    return `http://127.0.0.1:${address.port}`;
  }

  async start(): Promise<void> {
    this.add(['POST', /^identity\/v3\/auth\/tokens$/, (request) => this.#login(request)]);
    this.#server = createServer((message, response) => {
      const parts: Buffer[] = [];
      message.on('data', (part: Buffer) => parts.push(part));
      message.on('end', () => {
        const answer = this.#answer(message, Buffer.concat(parts));
        if (answer === 'cut') {
          message.socket.destroy();
          return;
        }
        const content = answer.json === undefined ? (answer.text ?? '') : JSON.stringify(answer.json);
        response.writeHead(answer.status ?? 200, {
          'content-length': Buffer.byteLength(content),
          ...answer.headers,
        });
        response.end(content);
      });
    });
    await new Promise<void>((resolve) => this.#server?.listen(0, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise<void>((resolve) => this.#server?.close(() => resolve()) ?? resolve());
  }

  client(options: Partial<ClientOptions> = {}): Client {
    return createClient({
      authUrl: `${this.url}/identity/v3`,
      username: 'admin',
      password: new Confidential(PASSWORD),
      project: 'admin',
      region: 'RegionOne',
      interval: 2,
      ...options,
    });
  }

  /** Requests since the last call, without the login. */
  take(): readonly string[] {
    return this.requests.splice(0).filter((line) => !line.includes('/auth/tokens'));
  }

  check(): void {
    if (this.faults.length > 0) throw new Error(`unexpected:\n${this.faults.join('\n')}`);
  }

  #answer(message: IncomingMessage, body: Buffer): FakeAnswer | 'cut' {
    const url = new URL(message.url ?? '/', 'http://fake');
    const path = url.pathname.slice(1);
    const method = message.method ?? '';
    this.requests.push(`${method} ${path}${url.search}`);
    let json: unknown;
    if (message.headers['content-type'] === 'application/json') {
      try {
        json = JSON.parse(body.toString());
      } catch {
        this.faults.push(`${method} ${path}: body is no JSON`);
      }
    }
    const request: FakeRequest = {
      method,
      path,
      query: url.searchParams,
      headers: message.headers,
      body,
      json,
      match: [],
    };
    const interfered = this.interfere?.(request);
    if (interfered && interfered !== 'cut after') return interfered;
    if (!path.endsWith('auth/tokens') && !this.tokens.has(String(message.headers['x-auth-token']))) {
      return {
        status: 401,
        json: { error: { message: 'The request you have made requires authentication.' } },
      };
    }
    for (const [verb, pattern, answer] of this.#routes) {
      const match = verb === method ? pattern.exec(path) : null;
      const given = match && answer({ ...request, match: [...match].slice(1) });
      if (given) return interfered === 'cut after' ? 'cut' : given;
    }
    this.faults.push(`${method} ${path}${url.search} ${body.toString().slice(0, 200)}`);
    return { status: 599, text: 'unexpected request' };
  }

  #login(request: FakeRequest): FakeAnswer {
    this.logins += 1;
    const { user } = request.json.auth.identity.password;
    const expected = this.passwords.get(`${user.domain.name}/${user.name}`);
    if (expected === undefined || expected !== user.password) {
      return {
        status: 401,
        json: { error: { code: 401, message: 'The request you have made requires authentication.' } },
      };
    }
    const token = `secret-token-${this.logins}`;
    this.tokens.add(token);
    const catalog = Object.entries(this.catalogTypes).map(([type, path]) => ({
      type,
      name: type,
      endpoints: ['public', 'internal', 'admin'].map((entry) => ({
        interface: entry,
        region: 'RegionOne',
        url: `${this.url}/${path}`,
      })),
    }));
    return {
      status: 201,
      headers: { 'x-subject-token': token },
      json: {
        token: {
          expires_at: new Date(Date.now() + this.tokenSeconds * 1000).toISOString(),
          user: { id: 'u-admin' },
          project: { id: PROJECT },
          roles: [{ name: 'admin' }],
          catalog,
        },
      },
    };
  }
}

/** A fake cloud that runs for the length of `work` and must have got no request that it does not know. */
export async function withFakeCloud(work: (cloud: FakeCloud) => Promise<void>): Promise<void> {
  const cloud = new FakeCloud();
  await cloud.start();
  try {
    await work(cloud);
    cloud.check();
  } finally {
    await cloud.stop();
  }
}
