import { hostname, userInfo } from 'node:os';
import type { Client } from '../api/client.ts';
import type { Cloud } from '../cloud/cloud.ts';
import { controlHosts } from '../cloud/topology.ts';
import type { RunEvent } from '../engine/event.ts';
import type { RunOwner } from '../engine/hostLock.ts';
import type { RunInput } from '../engine/run.ts';
import type { Connections } from '../hosts/connection.ts';
import { connections as connect } from '../hosts/connections.ts';
import { plain } from '../secrets/confidential.ts';
import { steps } from '../steps/index.ts';
import { removableKinds } from '../steps/kinds.ts';
import { type Caller, note } from './caller.ts';
import { type CloudClientOptions, cloudClient } from './client.ts';
import { version } from './version.ts';

/** A described cloud within reach. Nothing is connected until it is first used. */
export interface ReachedCloud {
  readonly cloud: Cloud;
  readonly connections: Connections;
  client(options?: CloudClientOptions): Client;
}

/** Gives `work` the connections to the cloud's hosts and APIs, and closes them in every case. */
export async function withReach<T>(
  cloud: Cloud,
  caller: Pick<Caller, 'emit'>,
  work: (reached: ReachedCloud) => Promise<T>,
): Promise<T> {
  const connections = connect(cloud, { note: (text) => note(caller, text) });
  const clients: Client[] = [];
  try {
    return await work({
      cloud,
      connections,
      client(options) {
        const client = cloudClient(cloud, connections, options);
        clients.push(client);
        return client;
      },
    });
  } finally {
    for (const client of clients) client.close();
    await connections.closeAll();
  }
}

export interface RunFrame {
  /** The command for the journal. */
  readonly command: string;
  /** Seconds that a request waits for a service that is still starting. */
  readonly patienceSeconds: number;
  /** See `RunInput.beforeChanges`. */
  readonly beforeChanges?: RunInput['beforeChanges'];
}

/** What the engine needs to work on the cloud. Every event of the run goes to the caller. */
export function runInput(
  reached: ReachedCloud,
  frame: RunFrame,
  caller: Pick<Caller, 'emit' | 'signal'>,
): RunInput<Cloud & { readonly id: string }> {
  const emit: RunInput['emit'] = (event) => caller.emit({ at: Date.now(), ...event } as RunEvent);
  let client: Client | undefined;
  const { secrets, ssh } = reached.cloud;
  const controls = controlHosts(reached.cloud).map((host) => host.name);
  return {
    steps,
    subject: { ...reached.cloud, id: plain(secrets.cloud_id) },
    kinds: removableKinds,
    keepers: controls,
    locks: { hosts: controls, owner: ownerOf(frame.command) },
    beforeChanges: frame.beforeChanges,
    secrets: [...Object.values(secrets), ssh.password, ssh.sudoPassword],
    connections: reached.connections,
    api: async () => {
      client ??= reached.client({
        patienceSeconds: frame.patienceSeconds,
        onWait: (what) => emit({ type: 'note', text: `Waiting for ${what}` }),
      });
      return client;
    },
    emit,
    signal: caller.signal,
    command: frame.command,
    version,
  };
}

/** How this run is named to a run on another machine that finds it at work. */
function ownerOf(command: string): RunOwner {
  const { username: user } = userInfo();
  return { command, user, machine: hostname(), pid: process.pid, since: new Date().toISOString() };
}
