import { Confidential } from '../../secrets/confidential.ts';
import type { Burrito } from './import.ts';

/** Where each secret of Burrito's vault goes; a reason where it goes nowhere. */
const SECRETS: Readonly<Record<string, { readonly to: string } | { readonly reason: string }>> = {
  vault_ssh_password: { to: 'ssh_password' },
  vault_sudo_password: { to: 'sudo_password' },
  vault_openstack_admin_password: { to: 'admin_password' },
  vault_mariadb_root_password: {
    reason: 'root reaches the database over its local socket, without a password',
  },
  vault_rabbitmq_openstack_password: { to: 'messaging_password' },
  vault_ceph_secret_uuid: { to: 'ceph_libvirt_uuid' },
  vault_keystone_password: { to: 'keystone_database_password' },
  vault_glance_password: { to: 'glance_password' },
  vault_placement_password: { to: 'placement_password' },
  vault_neutron_password: { to: 'neutron_password' },
  vault_cinder_password: { to: 'cinder_password' },
  vault_nova_password: { to: 'nova_password' },
  vault_barbican_password: { to: 'barbican_password' },
  vault_neutron_metadata_secret: { to: 'metadata_secret' },
  vault_barbican_kek: { to: 'barbican_kek' },
  vault_nova_ssh_private_key: { to: 'nova_ssh_private_key' },
  vault_nova_ssh_public_key: { to: 'nova_ssh_public_key' },
  vault_horizon_password: { reason: 'the dashboard has no database here' },
  vault_pfx_admin_password: { reason: 'of PowerFlex, which Cloudwright cannot deploy yet' },
  vault_pfx_lia_token: { reason: 'of PowerFlex, which Cloudwright cannot deploy yet' },
};

export const burritoSecrets = SECRETS;

/** Puts the secrets into the vault, and flags those that are none. */
export function carrySecrets(burrito: Burrito): void {
  const { context } = burrito;
  for (const [key, target] of Object.entries(SECRETS)) {
    if (!context.entry(key)) continue;
    if ('reason' in target) {
      context.settle(key, 'meaningless', { note: target.reason });
      continue;
    }
    const secret = context.secret(key);
    if (!secret) {
      context.settle(key, 'suspicious', { note: 'empty or not to be opened; a new one is generated' });
      continue;
    }
    const text = target.to === 'barbican_kek' ? keyOf(secret.reveal()) : secret.reveal();
    if (text === undefined) {
      context.settle(key, 'suspicious', { note: 'not a key of 32 bytes; a new one is generated' });
      continue;
    }
    context.secrets[target.to] = new Confidential(text);
    context.settle(key, 'carried', { to: `vault: ${target.to}` });
  }
  const common = context.secret('common_password');
  if (!common) return;
  context.secrets.admin_password ??= common;
  context.settle('common_password', 'carried', {
    to: 'vault: admin_password',
    note: 'the others get passwords of their own',
  });
}

/** Barbican's key in the form the vault keeps it: 32 bytes in base 64. */
function keyOf(text: string): string | undefined {
  if (Buffer.byteLength(text) === 32) return Buffer.from(text).toString('base64');
  return /^[A-Za-z0-9+/_-]{43}=$/.test(text) ? text : undefined;
}
