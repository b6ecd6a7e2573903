import type { Connection } from './connection.ts';

/** One way to a host. It does not come back once it has ended. */
export interface HostLink extends Connection {
  /** Opens `socket` (0600) on this machine as a way to `address:port` as seen from the host. */
  forward(socket: string, address: string, port: number): Promise<void>;
  /** Resolves once the link has ended, with the last lines that say why. */
  readonly ended: Promise<string>;
}

/** How hosts are reached: over ssh, or in a test or a benchmark by something that answers like a host. */
export interface Transport {
  /** Makes one attempt to reach the host. Rejects with CloudwrightError (HOST_*). */
  open(host: string): Promise<HostLink>;
  /** A path for a forwarded socket: `name` is short and unique; the folder is private to this user. */
  socketPath(name: string): string;
  /** Releases what the transport itself holds, after all links are closed. */
  close(): void;
}
