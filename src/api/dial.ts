/**
 * The way to `host:port`: the path of a unix socket that leads there, or nothing for a direct connection. It is asked
 * for again once the path that it gave no longer works; `broken` is that path.
 */
export type Dial = (host: string, port: number, broken?: string) => Promise<string | undefined>;

/** A host that can forward connections, as `Connections.forward` does over ssh. */
export interface Forwarder {
  readonly name: string;
  /** The path of a unix socket on this machine that leads to the address as seen from the host. */
  forward(address: string, port: number): Promise<string>;
}

/**
 * Reaches addresses through the first host that can forward to them. A host whose path broke is tried last, so that
 * a client outlives the host it was started with. Rejects with the last host's error when none can forward.
 */
export function dialThrough(hosts: readonly Forwarder[]): Dial {
  const owners = new Map<string, Forwarder>();
  let order = [...hosts];
  return async (address, port, broken) => {
    const failed = broken === undefined ? undefined : owners.get(broken);
    if (failed) order = [...order.filter((host) => host !== failed), failed];
    let last: unknown = new Error('no host can forward connections');
    for (const host of order) {
      try {
        const path = await host.forward(address, port);
        owners.set(path, host);
        return path;
      } catch (error) {
        last = error;
      }
    }
    throw last;
  };
}
