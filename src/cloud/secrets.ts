import type { Text } from '../secrets/confidential.ts';

/** Secrets that every cloud has, whatever its services. Keys are stable, snake_case. */
export type BaseSecretName =
  | 'cloud_id'
  | 'admin_password'
  | 'demo_password'
  | 'messaging_password'
  | 'messaging_cookie'
  | 'keepalived_password'
  | 'haproxy_stats_password'
  | 'memcache_secret_key'
  | 'keystone_database_password'
  | 'ceph_fsid'
  | 'ceph_mon_key'
  | 'ceph_admin_key'
  | 'ceph_bootstrap_osd_key'
  | `ceph_${'glance' | 'cinder' | 'nova' | 'cinder_backup'}_key`
  | 'ceph_libvirt_uuid'
  | 'ceph_volume_libvirt_uuid'
  | 'rgw_access_key'
  | 'rgw_secret_key'
  | 'fernet_key_0'
  | 'credential_key_0'
  | 'password_mark_key'
  | PairedSecretName;

/** Secrets of a pair: generated together, and one is never replaced without the other. */
export type PairedSecretName =
  | 'tls_ca_key'
  | 'tls_ca_certificate'
  | 'tls_key'
  | 'tls_certificate'
  | 'nova_ssh_private_key'
  | 'nova_ssh_public_key';

/**
 * Every secret of a cloud by name, filled from the vault: those of `BaseSecretName`, further keys of Keystone's
 * repositories (`fernet_key_<n>`), the accounts' passwords and the services' own secrets (`services.ts`). Confidential values are revealed only where they are sent.
 */
export type Secrets = Readonly<Record<BaseSecretName, Text>> & Readonly<Record<string, Text>>;

/** A secret whose name is computed or declared by a service. An unknown name is a mistake of the program. */
export function secretOf(cloud: { readonly secrets: Secrets }, name: string): Text {
  const value = Object.hasOwn(cloud.secrets, name) ? cloud.secrets[name] : undefined;
  if (value === undefined)
    throw new Error(`no secret is called ${name}; declare it in the service's definition`);
  return value;
}
