import type { Readable } from 'node:stream';
import type { Agent, Dispatcher, Pool } from 'undici';
import { problem } from '../errors/problem.ts';
import { reveal, type Text } from '../secrets/confidential.ts';
import type { Dial } from './dial.ts';
import { ApiError, scrub } from './errors.ts';
import { CERTIFICATE_CODES, DialError, Ways } from './ways.ts';
import { type ByteStream, openWebSocket } from './webSocket.ts';

export interface HttpRequest {
  /** The service in words, for errors: "the image service". */
  readonly service: string;
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, Text>>;
  readonly body?: Text | { readonly stream: Readable; readonly length: number };
  /** For the whole exchange, the connection included. */
  readonly limitSeconds: number;
  /** Whatever must not show in an error that quotes the request. */
  readonly secrets?: readonly Text[];
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

export interface Http {
  /** Resolves with any answer, also an error status; rejects with API_* when there was none. */
  send(request: HttpRequest): Promise<HttpResponse>;
  /** Opens a WebSocket at an address that begins with `http:` or `https:`; rejects with an `Error`. */
  webSocket(url: string, limitSeconds: number): Promise<ByteStream>;
  close(): void;
}

export interface HttpOptions {
  /** PEM of the authority that signed the deployment's certificates. */
  readonly ca?: string;
  readonly dial?: Dial;
}

/** Bytes. More than any list of a cloud of this size. */
const LARGEST_ANSWER = 64 * 1024 * 1024;
/** Services and haproxy close idle connections after 5 s or more; the client closes its own before. */
const IDLE_MILLISECONDS = 3000;
const CONNECTIONS = 16;

/**
 * HTTP over connections that may lead through unix sockets. What only reads uses kept connections, and is sent a second
 * time when its connection was cut before an answer. Everything else uses a connection of its own and is sent once: a
 * kept connection can be closed by the other side at that very moment, and nobody could say whether the request was
 * carried out.
 */
export function createHttp(options: HttpOptions = {}): Http {
  const ways = new Ways(options.dial);
  const pools = new Map<string, Pool>();
  let agent: Agent | undefined;
  // Loaded when the first request is sent: most commands send none.
  const library = lazily(() => import('undici'));

  async function poolFor(origin: string, keep: boolean): Promise<Pool> {
    const undici = await library();
    const key = `${origin} ${keep}`;
    const known = pools.get(key);
    if (known) return known;
    const made = new undici.Pool(origin, {
      connect: ways.connector(undici.buildConnector, options.ca),
      connections: CONNECTIONS,
      // 0: one connection for each request.
      pipelining: keep ? 1 : 0,
      keepAliveTimeout: IDLE_MILLISECONDS,
      keepAliveMaxTimeout: IDLE_MILLISECONDS,
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    pools.set(key, made);
    return made;
  }

  async function exchange(request: HttpRequest, url: URL, keep: boolean): Promise<HttpResponse> {
    const pool = await poolFor(url.origin, keep);
    const headers: Record<string, string> = { accept: 'application/json', 'user-agent': 'cloudwright' };
    for (const [name, value] of Object.entries(request.headers ?? {})) headers[name] = reveal(value);
    const { body } = request;
    const stream = typeof body === 'object' && 'stream' in body ? body : undefined;
    if (stream) headers['content-length'] = String(stream.length);
    const response = await pool.request({
      path: `${url.pathname}${url.search}`,
      method: request.method,
      headers,
      body: stream ? stream.stream : body === undefined ? null : reveal(body as Text),
      signal: AbortSignal.timeout(request.limitSeconds * 1000),
    });
    return {
      status: response.statusCode,
      headers: flattened(response.headers),
      body: await readBody(response.body),
    };
  }

  async function send(request: HttpRequest): Promise<HttpResponse> {
    const url = new URL(request.url);
    const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
    const repeatable = request.method === 'GET' || request.method === 'HEAD';
    let generation = ways.generation(url.hostname, port);
    try {
      try {
        return await exchange(request, url, repeatable);
      } catch (error) {
        if (!repeatable || !wasCut(error)) throw error;
        await ways.forget(url.hostname, port, generation);
        generation = ways.generation(url.hostname, port);
        return await exchange(request, url, false);
      }
    } catch (error) {
      // A host that died without a word leaves a path that accepts connections and answers nothing.
      if (wasCut(error) || timedOut(error)) await ways.forget(url.hostname, port, generation);
      throw connectionError(request, url, error as Error);
    }
  }

  async function webSocket(url: string, limitSeconds: number): Promise<ByteStream> {
    const undici = await library();
    agent ??= new undici.Agent({ connect: ways.connector(undici.buildConnector, options.ca) });
    const { href } = new URL(url.replace(/^http/, 'ws'));
    return openWebSocket({ library: undici, url: href, dispatcher: agent, limitSeconds });
  }

  return {
    send,
    webSocket,
    close() {
      for (const pool of [...pools.values(), ...(agent ? [agent] : [])])
        void pool.destroy().catch(() => undefined);
      pools.clear();
    },
  };
}

function lazily<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | undefined;
  return () => {
    loaded ??= load();
    return loaded;
  };
}

async function readBody(body: Dispatcher.ResponseData['body']): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of body as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > LARGEST_ANSWER) throw new Error('the answer is larger than 64 MiB');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function flattened(headers: Dispatcher.ResponseData['headers']): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? '';

/** The connection ended before an answer: closed while it was kept, or cut by whatever is in between. */
function wasCut(error: unknown): boolean {
  return ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'].includes(codeOf(error));
}

function timedOut(error: unknown): boolean {
  return error instanceof Error && error.name === 'TimeoutError';
}

function connectionError(request: HttpRequest, url: URL, error: Error): ApiError {
  const details = {
    service: request.service,
    method: request.method,
    path: url.pathname,
    address: url.host,
    seconds: request.limitSeconds,
    reason: scrub(reasonOf(error), (request.secrets ?? []).map(reveal)),
  };
  if (timedOut(error)) return new ApiError(problem('API_TIMEOUT', { details }), 0);
  if (error instanceof DialError)
    return new ApiError(problem('API_DIAL_FAILED', { details }), 0, { cause: error.cause });
  if (CERTIFICATE_CODES.test(codeOf(error))) return new ApiError(problem('API_CERTIFICATE', { details }), 0);
  return new ApiError(problem('API_UNREACHABLE', { details }), 0);
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection closed without an answer',
  EPIPE: 'connection closed without an answer',
  UND_ERR_SOCKET: 'connection closed without an answer',
  EHOSTUNREACH: 'no route from this machine',
  ENETUNREACH: 'no route from this machine',
  ENOENT: 'the forwarded socket is gone',
  ETIMEDOUT: 'no answer to the connection attempt',
  UND_ERR_CONNECT_TIMEOUT: 'no answer to the connection attempt',
};

function reasonOf(error: Error): string {
  return REASONS[codeOf(error)] ?? error.message;
}
