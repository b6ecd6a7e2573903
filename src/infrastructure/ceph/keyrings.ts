import type { Cloud } from '../../cloud/cloud.ts';
import { type Text, text } from '../../secrets/confidential.ts';

export interface CephClient {
  readonly name: 'glance' | 'cinder' | 'nova' | 'cinder_backup';
  /** Ceph's name of it, without `client.`. */
  readonly id: string;
  readonly caps: string;
}

/**
 * Least rights for each service (C4): every client may use RBD in the pools that it needs and nothing else.
 * Glance's images are read by Cinder and Nova to clone volumes and disks from them.
 */
export function cephClients(cloud: Cloud): readonly CephClient[] {
  const rbd = (
    id: string,
    name: CephClient['name'],
    pools: readonly string[],
    readOnly: readonly string[] = [],
  ) => ({
    name,
    id,
    caps: [
      '\tcaps mgr = "profile rbd"',
      '\tcaps mon = "profile rbd"',
      `\tcaps osd = "${[...pools.map((pool) => `profile rbd pool=${pool}`), ...readOnly.map((pool) => `profile rbd-read-only pool=${pool}`)].join(', ')}"`,
    ].join('\n'),
  });
  return [
    rbd('glance', 'glance', ['images']),
    rbd('cinder', 'cinder', ['volumes', 'vms'], ['images']),
    rbd('nova', 'nova', ['vms', 'volumes'], ['images']),
    ...(cloud.volumeBackup ? [rbd('cinder-backup', 'cinder_backup', ['backups'])] : []),
  ];
}

export function poolsOf(cloud: Cloud): readonly string[] {
  return ['images', 'volumes', 'vms', ...(cloud.volumeBackup ? ['backups'] : [])];
}

export function clientKeyring(cloud: Cloud, client: CephClient): Text {
  return text`[client.${client.id}]
\tkey = ${cloud.secrets[`ceph_${client.name}_key`]}
${client.caps}
`;
}

export function adminKeyring(cloud: Cloud): Text {
  return text`[client.admin]
\tkey = ${cloud.secrets.ceph_admin_key}
\tcaps mds = "allow *"
\tcaps mgr = "allow *"
\tcaps mon = "allow *"
\tcaps osd = "allow *"
`;
}

export function bootstrapKeyring(cloud: Cloud): Text {
  return text`[client.bootstrap-osd]
\tkey = ${cloud.secrets.ceph_bootstrap_osd_key}
\tcaps mgr = "allow r"
\tcaps mon = "profile bootstrap-osd"
`;
}

/** What a monitor is born with; the admin and bootstrap keys are in it, so that they work from the first second. */
export function monitorKeyring(cloud: Cloud): Text {
  return text`[mon.]
\tkey = ${cloud.secrets.ceph_mon_key}
\tcaps mon = "allow *"
${adminKeyring(cloud)}${bootstrapKeyring(cloud)}`;
}
