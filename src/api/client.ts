import type { Account } from './auth.ts';
import { type ComputeApi, computeApi } from './compute.ts';
import type { Dial } from './dial.ts';
import { createHttp, type HttpRequest } from './http.ts';
import { type IdentityApi, identityApi } from './identity.ts';
import { type ImageApi, imageApi } from './image.ts';
import { type NetworkApi, networkApi } from './network.ts';
import { type PlacementApi, placementApi } from './placement.ts';
import { type ApiRequest, Session } from './session.ts';
import { type Seen, type UntilOptions, until } from './until.ts';
import { type VolumeApi, volumeApi } from './volume.ts';

export interface ClientOptions extends Account {
  readonly region: string;
  readonly interface?: 'public' | 'internal' | 'admin';
  /** PEM of the authority that signed the deployment's certificates. */
  readonly ca?: string;
  /** The way to an address that this machine has no route to. */
  readonly dial?: Dial;
  /**
   * Seconds to wait for a service that is not there yet before a request fails: some during an apply, which
   * starts services; none (the default) where the answer "not there" is wanted at once.
   */
  readonly patienceSeconds?: number;
  /** Called with what is waited for, once for each wait. */
  readonly onWait?: (what: string) => void;
  /** Milliseconds between the first two probes of a wait; default 250. */
  readonly interval?: number;
}

export type RequestOptions = Pick<
  ApiRequest,
  'query' | 'headers' | 'microversion' | 'version' | 'secrets' | 'limitSeconds'
>;

/** The typed OpenStack client. Nothing is sent before the first call, and one token serves all of them. */
export interface Client {
  readonly session: Session;
  readonly identity: IdentityApi;
  readonly image: ImageApi;
  readonly compute: ComputeApi;
  readonly network: NetworkApi;
  readonly volume: VolumeApi;
  readonly placement: PlacementApi;
  /**
   * Any service by its official catalog type, for what has no typed call here: `body` goes out as JSON, the answer is
   * JSON, undefined when it is empty. An answer of another type is read with `session.send`.
   */
  request<T = unknown>(
    service: string,
    method: HttpRequest['method'],
    path: string,
    body?: unknown,
    options?: RequestOptions,
  ): Promise<T>;
  /** All items of the list `key` of any service, page after page. */
  list<T>(service: string, path: string, key: string, options?: RequestOptions): Promise<readonly T[]>;
  /** Waits for a named condition, with a limit in seconds. */
  until<T>(
    what: string,
    probe: () => Promise<Seen<T>>,
    limitSeconds: number,
    options?: UntilOptions,
  ): Promise<T>;
  /** Closes all connections. */
  close(): void;
}

export function createClient(options: ClientOptions): Client {
  const http = createHttp({
    ...(options.ca !== undefined && { ca: options.ca }),
    ...(options.dial && { dial: options.dial }),
  });
  const session = new Session({
    ...options,
    http,
    interface: options.interface ?? 'public',
    patienceSeconds: options.patienceSeconds ?? 0,
  });
  const interval = options.interval ?? 250;
  return {
    session,
    identity: identityApi(session),
    image: imageApi(session),
    compute: computeApi(session),
    network: networkApi(session),
    volume: volumeApi(session),
    placement: placementApi(session),
    request: (service, method, path, body, more = {}) =>
      session.json(service, { ...more, method, path, ...(body !== undefined && { json: body }) }),
    list: (service, path, key, { query, ...more } = {}) => session.list(service, path, key, query, more),
    until: (what, probe, limitSeconds, settings) =>
      until(what, probe, limitSeconds, { interval, ...settings }),
    close: () => http.close(),
  };
}
