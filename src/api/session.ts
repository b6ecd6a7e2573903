import type { Readable } from 'node:stream';
import { problem } from '../errors/problem.ts';
import { Confidential, reveal, type Text } from '../secrets/confidential.ts';
import { nextPage, statusError, unreadable } from './answer.ts';
import { type Account, findEndpoint, type Login, logIn, loginExpired } from './auth.ts';
import { ApiError } from './errors.ts';
import type { Http, HttpRequest, HttpResponse } from './http.ts';
import { type Patience, patiently } from './patience.ts';
import { serviceFacts } from './services.ts';

export interface ApiRequest {
  readonly method?: HttpRequest['method'];
  /** After the service's address in the catalog, with a leading slash. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as it is; opened again if the request is sent again with a new token. */
  readonly stream?: { readonly type: string; readonly length: number; open(): Readable };
  readonly headers?: Readonly<Record<string, Text>>;
  /** In place of the service's pinned one: `2.95`. */
  readonly microversion?: string | undefined;
  /** The API's version, for a service whose address in the catalog may lack it: `v1`. */
  readonly version?: string | undefined;
  /** Secrets that the body holds; they are removed from messages that quote it. */
  readonly secrets?: readonly Text[] | undefined;
  readonly limitSeconds?: number | undefined;
}

export interface SessionOptions extends Account {
  readonly http: Http;
  readonly region: string;
  readonly interface: 'public' | 'internal' | 'admin';
  /** Seconds to wait for a service that is still starting before a request fails. */
  readonly patienceSeconds: number;
  /** Called once for each wait: "the image service to be there". */
  readonly onWait?: ((what: string) => void) | undefined;
}

/** Pages of one list; a service whose next links form a circle ends here. */
const MOST_PAGES = 1000;
const LIMIT_SECONDS = 60;

/**
 * One login, used by the calls to every service and renewed when it expires or is refused. A service is named by its
 * official catalog type.
 */
export class Session {
  readonly region: string;
  readonly authUrl: string;
  readonly http: Http;
  readonly #options: SessionOptions;
  readonly #patience: Patience;
  #login: Promise<Login> | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#patience = { seconds: options.patienceSeconds, onWait: options.onWait };
    this.region = options.region;
    this.authUrl = options.authUrl.replace(/\/+$/, '');
    this.http = options.http;
  }

  async login(): Promise<Login> {
    const known = this.#login;
    if (known) {
      const login = await known;
      if (!loginExpired(login)) return login;
      if (this.#login === known) this.#login = undefined;
    }
    this.#login ??= this.#logIn();
    return this.#login;
  }

  /** The address of a service; the catalog is read again when it is missing there. */
  async endpoint(service: string, version?: string): Promise<string> {
    if (service === 'identity') return this.authUrl;
    const facts = { ...serviceFacts(service), ...(version !== undefined && { version }) };
    const known = findEndpoint((await this.login()).catalog, facts, this.#options);
    if (known) return known;
    // Registered since the login, perhaps by this run.
    this.#login = this.#logIn();
    const { catalog } = await this.#login;
    const found = findEndpoint(catalog, facts, this.#options);
    if (found) return found;
    const details = {
      service: facts.label,
      interface: this.#options.interface,
      region: this.region,
      types: facts.types.join(', '),
      known: catalog.map((entry) => entry.type).join(', ') || 'nothing',
    };
    throw new ApiError(problem('API_SERVICE_MISSING', { details }), 0);
  }

  /** Resolves with a successful answer; anything else rejects with ApiError. */
  async send(service: string, request: ApiRequest): Promise<HttpResponse> {
    const method = request.method ?? 'GET';
    const repeatable = method === 'GET' || method === 'HEAD';
    return patiently(serviceFacts(service).label, this.#patience, repeatable, async () => {
      const before = this.#login;
      try {
        return await this.#attempt(service, request);
      } catch (error) {
        if (!(error instanceof ApiError) || error.status !== 401) throw error;
        // The token was withdrawn or its keys are gone: a new one, once.
        if (before === this.#login) this.#login = undefined;
        return this.#attempt(service, request);
      }
    });
  }

  /** As `send`, with the answer read as JSON; undefined for an empty one. */
  async json<T>(service: string, request: ApiRequest): Promise<T> {
    const response = await this.send(service, request);
    if (response.body === '') return undefined as T;
    try {
      return JSON.parse(response.body) as T;
    } catch {
      throw unreadable(service, request, 'It is not JSON.');
    }
  }

  /** All items of the list `key`, page after page. */
  async list<T>(
    service: string,
    path: string,
    key: string,
    query: ApiRequest['query'] = {},
    options: Pick<ApiRequest, 'version' | 'microversion' | 'headers'> = {},
  ): Promise<readonly T[]> {
    const items: T[] = [];
    let page = query;
    for (let count = 0; count < MOST_PAGES; count++) {
      const answer = await this.json<Record<string, unknown>>(service, { ...options, path, query: page });
      const part = answer?.[key];
      if (!Array.isArray(part)) throw unreadable(service, { path }, `It has no list \`${key}\`.`);
      items.push(...(part as T[]));
      const next = nextPage(answer, key);
      if (next === undefined || part.length === 0) return items;
      // The link may name an address that only the service knows; its query is all that is new.
      page = { ...query, ...Object.fromEntries(new URL(next, 'http://link').searchParams) };
    }
    throw unreadable(service, { path }, 'Its list has no end.');
  }

  /** Whether the identity service accepts this account's password. */
  async accepts(account: Omit<Account, 'authUrl'>): Promise<boolean> {
    try {
      await logIn(this.http, { ...account, authUrl: this.authUrl });
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return false;
      throw error;
    }
  }

  #logIn(): Promise<Login> {
    const label = serviceFacts('identity').label;
    const work = patiently(label, this.#patience, true, () => logIn(this.http, this.#options));
    // A failed login is not remembered: the next request tries again.
    const kept: Promise<Login> = work.catch((error: unknown) => {
      if (this.#login === kept) this.#login = undefined;
      throw error;
    });
    return kept;
  }

  async #attempt(service: string, request: ApiRequest): Promise<HttpResponse> {
    const base = await this.endpoint(service, request.version);
    const { token } = await this.login();
    const secrets = [token, ...(request.secrets ?? [])];
    const content = bodyOf(request);
    const response = await this.http.send({
      service: serviceFacts(service).label,
      method: request.method ?? 'GET',
      url: `${base}${request.path}${searchOf(request)}`,
      headers: {
        ...microversionOf(service, request),
        ...content.headers,
        ...request.headers,
        'x-auth-token': token,
      },
      ...(content.body !== undefined && { body: content.body }),
      limitSeconds: request.limitSeconds ?? LIMIT_SECONDS,
      secrets,
    });
    if (response.status >= 200 && response.status < 300) return response;
    throw statusError(service, request, response, secrets);
  }
}

function searchOf(request: ApiRequest): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(request.query ?? {}))
    if (value !== undefined) query.set(name, value);
  return query.size > 0 ? `?${query}` : '';
}

function microversionOf(service: string, request: ApiRequest): Record<string, string> {
  const value =
    request.microversion === undefined
      ? serviceFacts(service).microversion
      : `${service} ${request.microversion}`;
  return value === undefined ? {} : { 'openstack-api-version': value };
}

function bodyOf(request: ApiRequest): {
  readonly headers: Record<string, string>;
  readonly body?: HttpRequest['body'];
} {
  if (request.json !== undefined) {
    const body = new Confidential(JSON.stringify(revealed(request.json)));
    return { headers: { 'content-type': 'application/json' }, body };
  }
  if (request.stream) {
    const { type, length } = request.stream;
    return { headers: { 'content-type': type }, body: { stream: request.stream.open(), length } };
  }
  return { headers: {} };
}

/** A value fit for the wire: confidential parts in clear. */
function revealed(value: unknown): unknown {
  if (value instanceof Confidential) return reveal(value);
  if (Array.isArray(value)) return value.map(revealed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, revealed(inner)]));
}
