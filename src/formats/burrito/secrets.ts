import { meaninglessOf, secretsOf } from '../serviceKeys.ts';
import type { Burrito } from './context.ts';

type Target = { readonly to: string } | { readonly reason: string };

/** Where each secret of Burrito's vault goes; a reason where it goes nowhere. */
const targets: ReadonlyMap<string, Target> = new Map<string, Target>([
  ['vault_ssh_password', { to: 'ssh_password' }],
  ['vault_sudo_password', { to: 'sudo_password' }],
  ['vault_openstack_admin_password', { to: 'admin_password' }],
  [
    'vault_mariadb_root_password',
    { reason: 'not used: root reaches the database over its local socket, without a password' },
  ],
  ['vault_rabbitmq_openstack_password', { to: 'messaging_password' }],
  ['vault_pfx_admin_password', { reason: 'of PowerFlex, which Cloudwright cannot deploy yet' }],
  ['vault_pfx_lia_token', { reason: 'of PowerFlex, which Cloudwright cannot deploy yet' }],
  ...[...secretsOf('burrito')].map(([key, to]): [string, Target] => [key, { to }]),
  ...[...meaninglessOf('burrito')].map(([key, reason]): [string, Target] => [key, { reason }]),
]);

/** Puts the secrets into the vault, and flags those that are none. */
export function carrySecrets(burrito: Burrito): void {
  const { context } = burrito;
  for (const [key, target] of targets) {
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
    context.secrets[target.to] = secret;
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
