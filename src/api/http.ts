import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import type { Duplex, Readable } from 'node:stream';
import tls from 'node:tls';
import { problem } from '../errors/problem.ts';
import { reveal, type Text } from '../secrets/confidential.ts';
import { ApiError, scrub } from './errors.ts';

/**
 * The way to `host:port`: the path of a unix socket that leads there, or nothing for a direct connection.
 * Asked once for each address.
 */
export type Dial = (host: string, port: number) => Promise<string | undefined>;

export interface HttpRequest {
  /** Who is asked, in words: "the image service". */
  readonly service: string;
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, Text>>;
  readonly body?: Text | { readonly stream: Readable; readonly length: number };
  readonly limitSeconds: number;
  /** Whatever must not show in an error, should a message quote it. */
  readonly secrets?: readonly Text[];
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

export interface Http {
  /** Settles with any answer, also an error status; rejects with API_* when none came. */
  send(request: HttpRequest): Promise<HttpResponse>;
  close(): void;
}

export interface HttpOptions {
  /** PEM of the authority that signed the deployment's certificates. */
  readonly ca?: string;
  readonly dial?: Dial;
}

/** Greatest answer that is read; bytes. More than any list of a cloud of this size. */
const LARGEST_ANSWER = 64 * 1024 * 1024;
/** Services and haproxy close idle connections after 5 s and more; ours are given up before. */
const IDLE_MILLISECONDS = 3000;

/** A small HTTP client over kept-alive connections, which may lead through unix sockets. */
export function createHttp(options: HttpOptions = {}): Http {
  const ways = new Map<string, Promise<string | undefined>>();

  function way(host: string, port: number): Promise<string | undefined> {
    const dial = options.dial;
    if (!dial) return Promise.resolve(undefined);
    const key = `${host}:${port}`;
    const known = ways.get(key);
    if (known) return known;
    const opening = dial(host, port);
    ways.set(key, opening);
    // A way that could not be opened is tried anew by the next request.
    opening.catch(() => ways.delete(key));
    return opening;
  }

  async function open(host: string, port: number, secure: boolean): Promise<Duplex> {
    let path: string | undefined;
    try {
      path = await way(host, port);
    } catch (error) {
      throw new DialError(error);
    }
    const socket = path === undefined ? net.connect({ host, port }) : net.connect({ path });
    socket.setNoDelay(true);
    // A way that broke down is asked for anew.
    if (path !== undefined) socket.once('error', () => ways.delete(`${host}:${port}`));
    if (!secure) return socket;
    await once(socket, 'connect');
    return tls.connect({
      socket,
      host,
      ...(net.isIP(host) === 0 && { servername: host }),
      ...(options.ca !== undefined && { ca: options.ca }),
    });
  }

  function agent(secure: boolean, keepAlive: boolean): http.Agent {
    const Agent = secure ? https.Agent : http.Agent;
    const made = new Agent({ keepAlive, maxSockets: 16, timeout: IDLE_MILLISECONDS });
    const connect = (
      target: { host?: string | null; port?: string | number | null },
      done: (error: Error | null, socket?: Duplex) => void,
    ): undefined => {
      open(target.host ?? 'localhost', Number(target.port ?? (secure ? 443 : 80)), secure).then(
        (socket) => done(null, socket),
        (error: Error) => done(error),
      );
      return undefined;
    };
    // Node takes a socket that comes later through the callback, which its types do not say.
    return Object.assign(made, { createConnection: connect });
  }

  const agents = {
    http: { kept: agent(false, true), fresh: agent(false, false) },
    https: { kept: agent(true, true), fresh: agent(true, false) },
  };

  function attempt(request: HttpRequest, fresh: boolean): Promise<HttpResponse> {
    const url = new URL(request.url);
    const secure = url.protocol === 'https:';
    const pair = secure ? agents.https : agents.http;
    return transfer(request, url, secure, fresh ? pair.fresh : pair.kept);
  }

  async function send(request: HttpRequest): Promise<HttpResponse> {
    const repeatable = request.method === 'GET' || request.method === 'HEAD';
    // A kept connection may have been closed by the other side just now. What makes something is therefore sent
    // over a fresh one, so that it is never sent twice.
    if (!repeatable) return attempt(request, true);
    try {
      return await attempt(request, false);
    } catch (error) {
      if (!(error instanceof StaleConnection)) throw error;
      return attempt(request, true);
    }
  }

  return {
    send,
    close() {
      for (const pair of Object.values(agents)) {
        pair.kept.destroy();
        pair.fresh.destroy();
      }
    },
  };
}

class DialError extends Error {
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

class StaleConnection extends Error {}

function transfer(request: HttpRequest, url: URL, secure: boolean, agent: http.Agent): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    const headers: Record<string, string> = { accept: 'application/json', 'user-agent': 'cloudwright' };
    for (const [name, value] of Object.entries(request.headers ?? {})) headers[name] = reveal(value);
    const { body } = request;
    const stream = typeof body === 'object' && 'stream' in body ? body : undefined;
    const content = body !== undefined && !stream ? Buffer.from(reveal(body as Text)) : undefined;
    if (content) headers['content-length'] = String(content.length);
    if (stream) headers['content-length'] = String(stream.length);
    const out = (secure ? https : http).request(url, { method: request.method, headers, agent });
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      out.destroy(new Error('limit'));
    }, request.limitSeconds * 1000);
    const failed = (error: Error): void => {
      clearTimeout(timer);
      stream?.stream.destroy();
      const code = (error as NodeJS.ErrnoException).code;
      const stale = out.reusedSocket && !timedOut && (code === 'ECONNRESET' || code === 'EPIPE');
      reject(stale ? new StaleConnection() : connectionError(request, url, error, timedOut));
    };
    out.on('error', failed);
    out.on('response', (response) => {
      const parts: Buffer[] = [];
      let size = 0;
      response.on('data', (part: Buffer) => {
        size += part.length;
        if (size > LARGEST_ANSWER) out.destroy(new Error('the answer is larger than 64 MiB'));
        else parts.push(part);
      });
      response.on('error', failed);
      response.on('aborted', () => failed(new Error('the answer broke off')));
      response.on('end', () => {
        clearTimeout(timer);
        const found: Record<string, string | undefined> = {};
        for (const [name, value] of Object.entries(response.headers)) {
          found[name] = Array.isArray(value) ? value.join(', ') : value;
        }
        resolve({
          status: response.statusCode ?? 0,
          headers: found,
          body: Buffer.concat(parts).toString('utf8'),
        });
      });
    });
    if (!stream) {
      out.end(content);
      return;
    }
    stream.stream.on('error', (error) => out.destroy(error));
    stream.stream.pipe(out);
  });
}

const CERTIFICATE_CODES = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME/;

function connectionError(request: HttpRequest, url: URL, error: Error, timedOut: boolean): ApiError {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const secrets = (request.secrets ?? []).map(reveal);
  const details = {
    service: request.service,
    method: request.method,
    path: url.pathname,
    address: url.host,
    seconds: request.limitSeconds,
    reason: scrub(reasonOf(code, error), secrets),
  };
  if (timedOut) return new ApiError(problem('API_TIMEOUT', { details }), 0);
  if (error instanceof DialError)
    return new ApiError(problem('API_DIAL_FAILED', { details }), 0, { cause: error.cause });
  if (CERTIFICATE_CODES.test(code)) return new ApiError(problem('API_CERTIFICATE', { details }), 0);
  return new ApiError(problem('API_UNREACHABLE', { details }), 0);
}

function reasonOf(code: string, error: Error): string {
  if (code === 'ECONNREFUSED') return 'connection refused';
  if (code === 'ECONNRESET') return 'connection closed without an answer';
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH') return 'no route from this machine';
  if (code === 'ENOENT') return 'the forwarded socket is gone';
  if (code === 'ETIMEDOUT') return 'no answer to the connection attempt';
  return error.message;
}
