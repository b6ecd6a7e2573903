import type { Account } from './auth.ts';
import { type ComputeApi, computeApi } from './compute.ts';
import type { Dial } from './dial.ts';
import { createHttp } from './http.ts';
import { type IdentityApi, identityApi } from './identity.ts';
import { type ImageApi, imageApi } from './image.ts';
import { type KeyManagerApi, keyManagerApi } from './key-manager.ts';
import { type NetworkApi, networkApi } from './network.ts';
import { type OrchestrationApi, orchestrationApi } from './orchestration.ts';
import { type PlacementApi, placementApi } from './placement.ts';
import { createSession, type Session } from './session.ts';
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
  /** Told what is waited for, once for each wait. */
  readonly onWait?: (what: string) => void;
  /** Milliseconds between the first two probes of a wait; 250 unless told. */
  readonly interval?: number;
}

/** The typed OpenStack client. Nothing is sent before the first call, and one token serves all of them. */
export interface Client {
  readonly session: Session;
  readonly identity: IdentityApi;
  readonly image: ImageApi;
  readonly compute: ComputeApi;
  readonly network: NetworkApi;
  readonly volume: VolumeApi;
  readonly placement: PlacementApi;
  readonly orchestration: OrchestrationApi;
  readonly keyManager: KeyManagerApi;
  /** Waits for a named condition, with a limit in seconds. */
  until<T>(
    what: string,
    probe: () => Promise<Seen<T>>,
    limitSeconds: number,
    options?: UntilOptions,
  ): Promise<T>;
  /** Gives up idle connections. */
  close(): void;
}

export function createClient(options: ClientOptions): Client {
  const http = createHttp({
    ...(options.ca !== undefined && { ca: options.ca }),
    ...(options.dial && { dial: options.dial }),
  });
  const session = createSession({
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
    orchestration: orchestrationApi(session),
    keyManager: keyManagerApi(session),
    until: (what, probe, limitSeconds, settings) =>
      until(what, probe, limitSeconds, { interval, ...settings }),
    close: () => http.close(),
  };
}
