import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cloud } from '../cloud/cloud.ts';
import { fail } from '../errors/problem.ts';
import { nearest } from '../errors/suggest.ts';
import type { Connections } from './connection.ts';
import { privateFolder } from './privateFolder.ts';
import { openSsh, type SshConnection } from './ssh.ts';
import { operatorFiles, sshConfig } from './sshConfig.ts';

export interface ConnectionsOptions {
  /** Takes what the operator should know: the first contact with a host. */
  note?(text: string): void;
  readonly lanes?: number;
  readonly limitSeconds?: number;
}

/** Reaches the hosts of a cloud over ssh, each once, when first asked for. */
export function connections(
  cloud: Pick<Cloud, 'hosts' | 'ssh'>,
  options: ConnectionsOptions = {},
): Connections {
  const folder = privateFolder();
  const configFile = join(folder.path, 'config');
  writeFileSync(configFile, sshConfig(cloud.ssh, operatorFiles(cloud.ssh)), { mode: 0o600 });
  const opened = new Map<string, Promise<SshConnection>>();
  const ways = new Map<string, Promise<string>>();

  function get(name: string): Promise<SshConnection> {
    const known = opened.get(name);
    if (known) return known;
    const names = cloud.hosts.map((host) => host.name);
    const index = names.indexOf(name);
    const host = cloud.hosts[index];
    if (!host) {
      const suggestion = nearest(name, names);
      return fail('HOST_UNKNOWN', {
        details: { host: name, known: names.join(', ') },
        suggestion,
      });
    }
    const connection = openSsh({
      ...options,
      host: name,
      address: host.sshAddress,
      settings: cloud.ssh,
      folder: folder.path,
      configFile,
      index,
    });
    opened.set(name, connection);
    return connection;
  }

  return {
    get,
    forward(host, address, port) {
      const key = `${host} ${address}:${port}`;
      const known = ways.get(key);
      if (known) return known;
      const socket = join(folder.path, `f${ways.size}`);
      const way = get(host).then(async (connection) => {
        await connection.forward(socket, address, port);
        return socket;
      });
      ways.set(key, way);
      // A way that failed may be tried again later, as when the host was still starting.
      way.catch(() => ways.delete(key));
      return way;
    },
    async closeAll() {
      const settled = await Promise.allSettled(opened.values());
      await Promise.all(settled.map((one) => (one.status === 'fulfilled' ? one.value.close() : undefined)));
      folder.remove();
    },
  };
}
