import type { Host } from '../../cloud/cloud.ts';
import type { Resource } from '../../engine/resource.ts';
import { command, file, STATE_DIRECTORY } from '../../resources/index.ts';
import { type Text, text } from '../../secrets/confidential.ts';

/** A user of the cluster and what it may do, as a keyring. */
export interface CephUser {
  /** Without `client.`. */
  readonly id: string;
  readonly keyring: Text;
}

/** Gives each user its key and rights in the cluster, through any monitor. */
export function clientKeys(
  monitor: Host,
  users: readonly CephUser[],
  after: readonly Resource[],
): readonly Resource[] {
  return users.flatMap(({ id, keyring: content }) => {
    const path = `${STATE_DIRECTORY}/ceph/client.${id}.keyring`;
    const keyring = file(monitor.name, path, content, { mode: '0600', cloudWide: true });
    const grant = command(
      monitor.name,
      `ceph-key-${id}`,
      {
        doing: `give client.${id} its key and rights`,
        unless: `timeout 10 rados --id ${id} --keyring ${path} lspools >/dev/null`,
        script: text`ceph auth import -i ${path}`,
        limitSeconds: 30,
      },
      { after, watches: [keyring], cloudWide: true },
    );
    return [keyring, grant];
  });
}
