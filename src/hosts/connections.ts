import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail } from '../errors/problem.ts';
import { nearest } from '../errors/suggest.ts';
import type { Connections } from './connection.ts';
import { HostConnection, type HostState } from './hostConnection.ts';
import { type LimitOptions, type Limits, limits } from './limits.ts';
import { privateFolder } from './privateFolder.ts';
import type { ReachableHosts } from './reachable.ts';
import { openSsh } from './ssh.ts';
import { operatorFiles, sshConfig } from './sshConfig.ts';
import type { Transport } from './transport.ts';

export interface ConnectionsOptions extends LimitOptions {
  /** Takes what the operator should know: the first contact with a host. */
  note?(text: string): void;
  /** Requests at a time on one host, one ssh session each; 8 by default. */
  readonly sessions?: number;
  /** Seconds for connecting and logging in; 30 by default. */
  readonly limitSeconds?: number;
  /** How long an interrupted script has to end, after SIGTERM and again after SIGKILL; 3 s by default. */
  readonly graceMilliseconds?: number;
}

/** Connections that say how they are, also to a server that lives for months. */
export interface WatchedConnections extends Connections {
  /** The state of each host that was used. */
  states(): ReadonlyMap<string, HostState>;
  /** Calls `listener` at each change of state; gives the function that ends it. */
  watch(listener: HostStateListener): () => void;
}

export type HostStateListener = (host: string, state: HostState) => void;

/**
 * Reaches the hosts of a cloud over ssh, each when it is first used. A failed attempt is not kept: the next use tries
 * again. A lost connection is made again at its next use.
 */
export function connections(cloud: ReachableHosts, options: ConnectionsOptions = {}): WatchedConnections {
  const names = cloud.hosts.map((host) => host.name);
  return connectionsOver(names, sshTransport(cloud, options));
}

/** The same over any transport. `clock`: milliseconds. */
export function connectionsOver(
  hosts: readonly string[],
  transport: Transport,
  clock: () => number = Date.now,
): WatchedConnections {
  const used = new Map<string, HostConnection>();
  const listeners = new Set<HostStateListener>();

  function connectionOf(host: string): HostConnection {
    const known = used.get(host);
    if (known) return known;
    if (!hosts.includes(host)) {
      return fail('HOST_UNKNOWN', {
        details: { host, known: hosts.join(', ') },
        suggestion: nearest(host, hosts),
      });
    }
    const made = new HostConnection(host, {
      transport,
      clock,
      socketPrefix: `f${hosts.indexOf(host)}-`,
      onState: (state) => {
        for (const listener of listeners) listener(host, state);
      },
    });
    used.set(host, made);
    return made;
  }

  return {
    async get(host) {
      const connection = connectionOf(host);
      await connection.connect();
      return connection;
    },
    async fresh(host) {
      connectionOf(host);
      return await transport.open(host);
    },
    forward: (host, address, port) => connectionOf(host).forward(address, port),
    async closeAll() {
      await Promise.all([...used.values()].map((connection) => connection.close()));
      transport.close();
    },
    states: () => new Map([...used].map(([host, connection]) => [host, connection.state])),
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** ssh, with a private folder for control sockets and forwarded sockets. */
function sshTransport(cloud: ReachableHosts, options: ConnectionsOptions): Transport {
  const folder = privateFolder();
  const configFile = join(folder.path, 'config');
  writeFileSync(configFile, sshConfig(cloud.ssh, operatorFiles(cloud.ssh)), { mode: 0o600 });
  const shared: Limits = limits(options);
  let attempts = 0;
  return {
    open(name) {
      const host = cloud.hosts.find((candidate) => candidate.name === name);
      if (!host)
        return fail('HOST_UNKNOWN', {
          details: { host: name, known: cloud.hosts.map((known) => known.name).join(', ') },
        });
      attempts += 1;
      // Each attempt has a control socket of its own: one left by a lost connection is not in the way.
      const id = `${attempts}`;
      return shared.connecting(() =>
        openSsh({
          host: name,
          address: host.sshAddress,
          settings: cloud.ssh,
          folder: folder.path,
          configFile,
          id,
          limits: shared,
          sessions: options.sessions,
          limitSeconds: options.limitSeconds,
          graceMilliseconds: options.graceMilliseconds,
          note: options.note,
        }),
      );
    },
    socketPath: (name) => join(folder.path, name),
    close: () => folder.remove(),
  };
}
