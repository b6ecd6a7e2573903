import { Confidential } from '../../secrets/confidential.ts';
import { unfitness, weakness } from '../passwords.ts';
import { packstackKeys } from './keys/index.ts';
import type { Reading } from './reading.ts';

const PLACEHOLDER = 'PW_PLACEHOLDER';
const DEFAULT = 'CONFIG_DEFAULT_PASSWORD';

/** Passwords that people type; only these follow CONFIG_DEFAULT_PASSWORD, the services’ own are generated. */
const TYPED: readonly (readonly [string, string])[] = [
  ['CONFIG_KEYSTONE_ADMIN_PW', 'admin_password'],
  ['CONFIG_KEYSTONE_DEMO_PW', 'demo_password'],
];

/**
 * The passwords for the vault. Trivial ones are left out, so that the vault generates others, and reported; no text
 * of a report holds any of them.
 */
export function readSecrets(reading: Reading): Readonly<Record<string, Confidential>> {
  const secrets: Record<string, Confidential> = {};
  const holders = new Map<string, string[]>();
  const common = reading.value(DEFAULT);
  if (common) holders.set(common, [DEFAULT]);
  for (const [key, rule] of Object.entries(packstackKeys)) {
    const value = reading.value(key);
    if (rule.handling.is !== 'secret' || value === undefined) continue;
    const to = rule.handling.to;
    if (value === PLACEHOLDER) {
      reading.settle(key, 'default', 'The vault generates it.');
      continue;
    }
    if (value === '') {
      reading.settle(key, 'suspicious', 'Empty: Packstack refuses that. The vault generates a password.');
      continue;
    }
    const weak = unfitness(to, value, userOf(key));
    if (weak) {
      reading.settle(key, 'suspicious', `Not taken over, as ${weak}. The vault generates another.`);
      continue;
    }
    secrets[to] = new Confidential(value);
    holders.set(value, [...(holders.get(value) ?? []), key]);
    reading.settle(key, 'carried', undefined, `vault: ${to}`);
  }
  for (const keys of holders.values()) {
    if (keys.length < 2) continue;
    for (const key of keys) {
      if (key === DEFAULT) continue;
      const line = (other: string): number => reading.place(other)?.line ?? 0;
      const others = keys
        .filter((other) => other !== key)
        .toSorted((a, b) => line(a) - line(b))
        .join(', ');
      const rule = packstackKeys[key];
      const to = rule?.handling.is === 'secret' ? `vault: ${rule.handling.to}` : undefined;
      reading.settle(
        key,
        'suspicious',
        `Carried over, but ${others} is the same: whoever learns one knows the others.`,
        to,
      );
    }
  }
  return { ...secrets, ...fromDefault(reading) };
}

function fromDefault(reading: Reading): Readonly<Record<string, Confidential>> {
  const value = reading.value(DEFAULT);
  if (value === undefined) return {};
  if (value === '') {
    reading.settle(DEFAULT, 'default', 'Each password is generated.');
    return {};
  }
  const weak = weakness(value) ?? unfitness('admin_password', value);
  if (weak) {
    reading.settle(
      DEFAULT,
      'suspicious',
      `Not taken over, as ${weak}. The vault generates a password for each service.`,
    );
    return {};
  }
  const open = TYPED.filter(
    ([key, name]) => [undefined, PLACEHOLDER].includes(reading.value(key)) && !unfitness(name, value),
  );
  if (open.length === 0) {
    reading.settle(DEFAULT, 'meaningless', 'Each service gets a generated password of its own.');
    return {};
  }
  for (const [key, name] of open)
    reading.settle(key, 'carried', `${DEFAULT} is used for it.`, `vault: ${name}`);
  const names = open.map(([, name]) => name).join(', ');
  const note = 'It opens what people log in to; each service gets a generated password of its own.';
  reading.settle(DEFAULT, 'carried', note, `vault: ${names}`);
  return Object.fromEntries(open.map(([, name]) => [name, new Confidential(value)]));
}

/** `CONFIG_KEYSTONE_ADMIN_PW` belongs to admin, `CONFIG_GLANCE_KS_PW` to glance, `CONFIG_MARIADB_PW` to root. */
function userOf(key: string): string {
  if (key === 'CONFIG_KEYSTONE_ADMIN_PW') return 'admin';
  if (key === 'CONFIG_KEYSTONE_DEMO_PW') return 'demo';
  if (key === 'CONFIG_MARIADB_PW') return 'root';
  return key.replace(/^CONFIG_/, '').split('_')[0] ?? '';
}
