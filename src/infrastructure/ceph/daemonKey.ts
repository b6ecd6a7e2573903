import type { Cloud, Host } from '../../cloud/cloud.ts';
import type { Resource, ResourceOptions } from '../../engine/resource.ts';
import { command, shellProgram } from '../../resources/index.ts';
import administrator from './administrator.sh';
import daemonKeyScript from './daemonKey.sh';
import { adminKeyring } from './keyrings.ts';

export interface DaemonKey {
  /** Name of the resource: `ceph-manager-key`. */
  readonly name: string;
  readonly doing: string;
  /** `mgr.control1` */
  readonly entity: string;
  /** As `ceph auth` takes them: `mon`, `allow profile mgr`, … */
  readonly rights: readonly string[];
  /** Path of the keyring, in a folder of the daemons' user. */
  readonly keyring: string;
  readonly user: string;
}

/** A daemon's key, with exactly these rights in the cluster, in a keyring that the daemon alone can read. */
export function daemonKey(cloud: Cloud, host: Host, key: DaemonKey, options: ResourceOptions): Resource {
  const { name, doing, entity, keyring, user, rights } = key;
  const program = (act: string, admin: Parameters<typeof shellProgram>[2] = []) =>
    shellProgram(
      [administrator, daemonKeyScript],
      { act, entity, keyring, user, admin_keyring: admin[0] ?? '' },
      rights,
    );
  return command(
    host.name,
    name,
    {
      doing,
      unless: program('compare'),
      script: program('give', [adminKeyring(cloud)]),
      limitSeconds: 90,
    },
    options,
  );
}
