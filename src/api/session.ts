import type { Readable } from 'node:stream';
import { problem } from '../errors/problem.ts';
import { Confidential, reveal, type Text } from '../secrets/confidential.ts';
import { type Account, findEndpoint, type Login, logIn, loginExpired } from './auth.ts';
import { ApiError, serviceMessage } from './errors.ts';
import type { Http, HttpResponse } from './http.ts';
import { type ServiceName, services } from './services.ts';
import { until } from './until.ts';

export interface ApiRequest {
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** After the service's address in the catalog, with a leading slash. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as it is; made anew should the request be sent again with a new token. */
  readonly stream?: { readonly type: string; readonly length: number; open(): Readable };
  readonly text?: { readonly type: string; readonly content: Text };
  readonly headers?: Readonly<Record<string, Text>>;
  /** Secrets that the body holds, taken out of messages that quote it. */
  readonly secrets?: readonly Text[];
  readonly limitSeconds?: number;
}

export interface SessionOptions extends Account {
  readonly http: Http;
  readonly region: string;
  readonly interface: 'public' | 'internal' | 'admin';
  /** Seconds to wait for a service that is not there yet (a start is under way) before a request fails. */
  readonly patienceSeconds: number;
  /** Told once for each wait: "the image service to be there". */
  readonly onWait?: ((what: string) => void) | undefined;
}

/** One login, used by every service's calls. */
export interface Session {
  readonly region: string;
  readonly authUrl: string;
  readonly http: Http;
  /** A request that succeeded; anything else rejects with ApiError. */
  send(service: ServiceName, request: ApiRequest): Promise<HttpResponse>;
  /** As `send`, with the answer read as JSON. */
  json<T>(service: ServiceName, request: ApiRequest): Promise<T>;
  /** All items of a list, page after page. */
  list<T>(
    service: ServiceName,
    path: string,
    key: string,
    query?: ApiRequest['query'],
  ): Promise<readonly T[]>;
  login(): Promise<Login>;
  /** The address of a service; the catalog is read anew when it is missing there. */
  endpoint(service: ServiceName): Promise<string>;
  /** Whether the identity service lets this account in. */
  accepts(account: Omit<Account, 'authUrl'>): Promise<boolean>;
}

const LIMIT_SECONDS = 60;

export function createSession(options: SessionOptions): Session {
  let current: Promise<Login> | undefined;

  async function login(): Promise<Login> {
    const known = current;
    if (known) {
      const value = await known;
      if (!loginExpired(value)) return value;
      if (current === known) current = undefined;
    }
    current ??= patiently('identity', true, () => logIn(options.http, options)).catch((error: unknown) => {
      current = undefined;
      throw error;
    });
    return current;
  }

  /** Waits while nobody has taken the request: nothing listens, or haproxy has no healthy server. */
  async function patiently<T>(service: ServiceName, repeatable: boolean, work: () => Promise<T>): Promise<T> {
    let told = false;
    const what = `${services[service].label} to be there`;
    let last: unknown;
    try {
      return await until(
        what,
        async () => {
          try {
            return { value: await work() };
          } catch (error) {
            if (options.patienceSeconds === 0 || !notThereYet(error, repeatable)) throw error;
            last = error;
            if (!told) options.onWait?.(what);
            told = true;
            return { seen: error instanceof ApiError ? (error.problems[0]?.what ?? '') : '' };
          }
        },
        options.patienceSeconds,
      );
    } catch (error) {
      // The reason says more than the wait that ended.
      if (last !== undefined && !(error instanceof ApiError)) throw last;
      throw error;
    }
  }

  async function endpoint(service: ServiceName): Promise<string> {
    if (service === 'identity') return options.authUrl.replace(/\/+$/, '');
    const held = await login();
    const found = findEndpoint(held.catalog, service, options);
    if (found) return found;
    // Registered since the login, perhaps by this very run.
    const fresh = await patiently('identity', true, () => logIn(options.http, options));
    current = Promise.resolve(fresh);
    const now = findEndpoint(fresh.catalog, service, options);
    if (now) return now;
    const details = {
      service: services[service].label,
      interface: options.interface,
      region: options.region,
      types: services[service].types.join(', '),
      known: fresh.catalog.map((entry) => entry.type).join(', ') || 'nothing',
    };
    throw new ApiError(problem('API_SERVICE_MISSING', { details }), 0);
  }

  async function attempt(service: ServiceName, request: ApiRequest): Promise<HttpResponse> {
    const base = await endpoint(service);
    const { token } = await login();
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(request.query ?? {}))
      if (value !== undefined) query.set(name, value);
    const search = query.size > 0 ? `?${query}` : '';
    const content = bodyOf(request);
    const response = await options.http.send({
      service: services[service].label,
      method: request.method ?? 'GET',
      url: `${base}${request.path}${search}`,
      headers: {
        ...services[service].headers,
        ...content.headers,
        ...request.headers,
        'x-auth-token': token,
      },
      ...(content.body !== undefined && { body: content.body }),
      limitSeconds: request.limitSeconds ?? LIMIT_SECONDS,
      secrets: [token, ...(request.secrets ?? [])],
    });
    if (response.status >= 200 && response.status < 300) return response;
    throw statusError(service, request, response, [token, ...(request.secrets ?? [])]);
  }

  async function send(service: ServiceName, request: ApiRequest): Promise<HttpResponse> {
    const method = request.method ?? 'GET';
    const repeatable = method === 'GET' || method === 'HEAD';
    return patiently(service, repeatable, async () => {
      const before = current;
      try {
        return await attempt(service, request);
      } catch (error) {
        if (!(error instanceof ApiError) || error.status !== 401) throw error;
        // The token was withdrawn or its keys have gone; a new one, once.
        if (before === current) current = undefined;
        return attempt(service, request);
      }
    });
  }

  async function json<T>(service: ServiceName, request: ApiRequest): Promise<T> {
    const response = await send(service, request);
    if (response.body === '') return undefined as T;
    try {
      return JSON.parse(response.body) as T;
    } catch {
      throw unreadable(service, request, 'It is not JSON.');
    }
  }

  async function list<T>(
    service: ServiceName,
    path: string,
    key: string,
    query: ApiRequest['query'] = {},
  ): Promise<readonly T[]> {
    const items: T[] = [];
    let page = query;
    // A bound, should a service's next link lead round in a circle.
    for (let count = 0; count < 1000; count++) {
      const answer = await json<Record<string, unknown>>(service, { path, query: page });
      const part = answer?.[key];
      if (!Array.isArray(part)) throw unreadable(service, { path }, `It has no list \`${key}\`.`);
      items.push(...(part as T[]));
      const next = nextPage(answer, key);
      if (next === undefined || part.length === 0) return items;
      // The link's host may be one that only the service knows; its query is all that is new.
      page = { ...query, ...Object.fromEntries(new URL(next, 'http://link').searchParams) };
    }
    throw unreadable(service, { path }, 'Its list has no end.');
  }

  return {
    region: options.region,
    authUrl: options.authUrl,
    http: options.http,
    send,
    json,
    list,
    login,
    endpoint,
    async accepts(account) {
      try {
        await logIn(options.http, { ...account, authUrl: options.authUrl });
        return true;
      } catch (error) {
        if (error instanceof ApiError && error.status === 401) return false;
        throw error;
      }
    },
  };
}

function bodyOf(request: ApiRequest): {
  readonly headers: Record<string, string>;
  readonly body?: Text | { readonly stream: Readable; readonly length: number };
} {
  if (request.json !== undefined) {
    return {
      headers: { 'content-type': 'application/json' },
      body: new Confidential(JSON.stringify(revealed(request.json))),
    };
  }
  if (request.stream) {
    const { type, length } = request.stream;
    return { headers: { 'content-type': type }, body: { stream: request.stream.open(), length } };
  }
  if (request.text) return { headers: { 'content-type': request.text.type }, body: request.text.content };
  return { headers: {} };
}

/** A value fit for the wire: confidential parts in clear. */
export function revealed(value: unknown): unknown {
  if (value instanceof Confidential) return reveal(value);
  if (Array.isArray(value)) return value.map(revealed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, revealed(inner)]));
}

function nextPage(answer: Record<string, unknown>, key: string): string | undefined {
  const links = answer[`${key}_links`];
  if (Array.isArray(links)) {
    const next = links.find((link) => (link as { rel?: string }).rel === 'next') as
      | { href?: string }
      | undefined;
    return next?.href;
  }
  return typeof answer.next === 'string' ? answer.next : undefined;
}

function notThereYet(error: unknown, repeatable: boolean): boolean {
  if (!(error instanceof ApiError)) return false;
  if (error.code === 'API_UNAVAILABLE') return repeatable || error.status === 503;
  if (error.code !== 'API_UNREACHABLE') return false;
  return repeatable || /refused|no route/.test(error.problems[0]?.what ?? '');
}

function statusError(
  service: ServiceName,
  request: ApiRequest,
  response: HttpResponse,
  secrets: readonly Text[],
): ApiError {
  const details = {
    service: services[service].label,
    method: request.method ?? 'GET',
    path: request.path,
    status: response.status,
    message: serviceMessage(response.body, secrets.map(reveal)),
  };
  const { status } = response;
  if (status >= 502 && status <= 504) return new ApiError(problem('API_UNAVAILABLE', { details }), status);
  if (status === 401 || status === 403) return new ApiError(problem('API_DENIED', { details }), status);
  return new ApiError(problem('API_ERROR', { details }), status);
}

function unreadable(service: ServiceName, request: ApiRequest, reason: string): ApiError {
  const details = {
    service: services[service].label,
    method: request.method ?? 'GET',
    path: request.path,
    reason,
  };
  return new ApiError(problem('API_ANSWER_UNREADABLE', { details }), 0);
}
