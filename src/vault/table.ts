import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { trustDomains } from '../cloud/certificates.ts';
import type { BaseSecretName, PairedSecretName } from '../cloud/secrets.ts';
import { type ServiceSecretKind, serviceSecrets } from '../cloud/services.ts';

/** How a single secret is generated and checked. Pairs are generated in `vault.ts` and `tls.ts`. */
export interface SecretKind {
  readonly make: () => string;
  /** What a value of the operator must look like, in words and as a pattern. */
  readonly form: string;
  readonly pattern: RegExp;
  /** Minimum length of a value of the operator; absent where the pattern determines it. */
  readonly least?: number;
  /** Fit to be shown: an identifier, a certificate, a public key. */
  readonly public?: true;
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Letters and digits alone: safe in URLs, ini files, shell and SQL. */
export function randomText(length: number, alphabet = LETTERS): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');
}

/** Ceph's key: type 1 (AES), seconds and nanoseconds of its making, length 16, sixteen bytes; all little-endian. */
export function makeCephKey(now = Date.now()): string {
  const head = Buffer.alloc(12);
  head.writeUInt16LE(1, 0);
  head.writeUInt32LE(Math.floor(now / 1000), 2);
  head.writeUInt32LE((now % 1000) * 1_000_000, 6);
  head.writeUInt16LE(16, 10);
  return Buffer.concat([head, randomBytes(16)]).toString('base64');
}

/** Thirty-two bytes in the URL-safe alphabet with padding, as Fernet requires. */
export function makeFernetKey(): string {
  return randomBytes(32).toString('base64').replace(/\+/g, '-').replace(/\//g, '_');
}

const SAFE = /^[A-Za-z0-9._~!*+-]+$/;
const password: SecretKind = {
  make: () => randomText(32),
  // These values are part of URLs of the database and the broker, of ini files and of SQL.
  form: 'made of letters, digits and . _ ~ ! * + - only',
  pattern: SAFE,
  least: 10,
};
const cephKey: SecretKind = {
  make: () => makeCephKey(),
  form: 'a Ceph key, 40 characters of base64',
  pattern: /^AQ[A-Za-z0-9+/]{36}==$/,
};
const uuid: SecretKind = {
  make: () => randomUUID(),
  form: 'a UUID',
  pattern: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  public: true,
};
const fernetKey: SecretKind = {
  make: makeFernetKey,
  form: '32 bytes in URL-safe base64',
  pattern: /^[A-Za-z0-9_-]{43}=$/,
};

/** Made by `hostCertificates`, which knows the hosts and the authorities. */
function pem(label: string): Pick<SecretKind, 'form' | 'pattern' | 'make'> {
  return {
    form: `PEM of a ${label.toLowerCase()}`,
    pattern: new RegExp(`^-----BEGIN ${label}-----\\n[A-Za-z0-9+/=\\n]+-----END ${label}-----\\n$`),
    make() {
      throw new Error(`a ${label.toLowerCase()} is not made by itself`);
    },
  };
}
const privateKey: SecretKind = pem('PRIVATE KEY');
const certificate: SecretKind = { ...pem('CERTIFICATE'), public: true };

export const chainedSecrets: readonly PairedSecretName[] = [
  'tls_ca_key',
  'tls_ca_certificate',
  'tls_key',
  'tls_certificate',
  'nova_ssh_private_key',
  'nova_ssh_public_key',
];

export const publicChained: ReadonlySet<string> = new Set<PairedSecretName>([
  'tls_ca_certificate',
  'tls_certificate',
  'nova_ssh_public_key',
]);

/** Kinds of the secrets that services declare for themselves. */
const serviceKinds: Readonly<Record<ServiceSecretKind, SecretKind>> = {
  password,
  'shared-secret': { ...password, least: 16 },
  'characters-32': {
    make: () => randomText(32),
    form: '32 letters and digits',
    pattern: /^[A-Za-z0-9]{32}$/,
  },
  'characters-64': { ...password, make: () => randomText(64), least: 32 },
  'bytes-32': {
    make: () => randomBytes(32).toString('base64'),
    form: '32 bytes in base64',
    pattern: /^[A-Za-z0-9+/_-]{43}=$/,
  },
};

const baseSecrets: Readonly<Record<Exclude<BaseSecretName, PairedSecretName>, SecretKind>> = {
  // Written to every host, so that a cloud and a vault that do not belong together are noticed.
  cloud_id: uuid,
  // The administrator's own: it is never part of a URL, so any printable text is valid.
  admin_password: {
    make: () => randomText(32),
    form: 'one line of printable ASCII without quotes, backslash and dollar sign',
    pattern: /^[ !#%-&(-[\]-~]+$/,
    least: 8,
  },
  demo_password: password,
  messaging_password: password,
  messaging_cookie: { ...password, make: () => randomText(64), least: 16 },
  // VRRP has room for eight characters.
  keepalived_password: {
    make: () => randomText(8),
    form: 'eight letters and digits',
    pattern: /^[A-Za-z0-9]{8}$/,
  },
  haproxy_stats_password: password,
  keystone_database_password: password,
  memcache_secret_key: { ...password, least: 16 },
  ceph_fsid: uuid,
  ceph_mon_key: cephKey,
  ceph_admin_key: cephKey,
  ceph_bootstrap_osd_key: cephKey,
  ceph_glance_key: cephKey,
  ceph_cinder_key: cephKey,
  ceph_nova_key: cephKey,
  ceph_cinder_backup_key: cephKey,
  ceph_libvirt_uuid: uuid,
  ceph_volume_libvirt_uuid: uuid,
  rgw_access_key: {
    make: () => randomText(20, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'),
    form: '16 to 128 letters and digits',
    pattern: /^[A-Za-z0-9]{16,128}$/,
  },
  rgw_secret_key: {
    make: () => randomText(40),
    form: '32 to 128 letters and digits',
    pattern: /^[A-Za-z0-9]{32,128}$/,
  },
  fernet_key_0: fernetKey,
  credential_key_0: fernetKey,
  // Keys the marks by which a user's password is recognised (resources/openstack/user.ts).
  password_mark_key: { ...password, least: 32 },
};

/** Keys of Keystone's repositories: any number of each, and 0 and 1 in a new vault. */
const NUMBERED_KEY = /^(fernet|credential)_key_(0|[1-9]\d{0,8})$/;
export const FERNET_KEY = /^fernet_key_(0|[1-9]\d{0,8})$/;

/** Every secret that is generated by itself, not as one of a pair. */
export const singleSecrets: Readonly<Record<string, SecretKind>> = {
  ...baseSecrets,
  fernet_key_1: fernetKey,
  credential_key_1: fernetKey,
  ...Object.fromEntries(serviceSecrets.map(({ name, kind }) => [name, serviceKinds[kind]])),
};

/** When the fernet keys were rotated last: a time in ISO 8601. It is not secret. */
export const ROTATION_MARK = 'fernet_rotated_at';

/** Keys and certificates of the trust domains; `hostCertificates` makes them. */
export const DOMAIN_CREDENTIAL = /^tls_(.+?)_(?:ca|host_.+)_(key|certificate)$/;

/** The kind of a secret, of a numbered key and of a host's certificate as well. */
export function secretKind(name: string): SecretKind | undefined {
  if (NUMBERED_KEY.test(name)) return fernetKey;
  const [, domain = '', part] = DOMAIN_CREDENTIAL.exec(name) ?? [];
  if (Object.hasOwn(trustDomains, domain)) return part === 'key' ? privateKey : certificate;
  return Object.hasOwn(singleSecrets, name) ? singleSecrets[name] : undefined;
}

/**
 * Names of the secrets that are missing among these. A rotation removes the first keys of a repository, so key 1 is
 * missing only where no other one but the staged key is there.
 */
export function missingSecrets(names: ReadonlySet<string>): readonly string[] {
  const primaries = new Set([...names].flatMap((name) => /^(.+_key_)[1-9]/.exec(name)?.[1] ?? []));
  return Object.keys(singleSecrets).filter((name) => {
    const replaced = NUMBERED_KEY.test(name) && name.endsWith('_1') && primaries.has(name.slice(0, -1));
    return !names.has(name) && !replaced;
  });
}

/** Secrets that only the operator knows. */
export const userSecrets = ['ssh_password', 'sudo_password'] as const;

/** Passwords that are tried first; compared in small letters. */
export const defaultPasswords: ReadonlySet<string> = new Set([
  'admin',
  'administrator',
  'admin123',
  'changeme',
  'change_me',
  'changeit',
  'cloud',
  'cloudpc',
  'debian',
  'default',
  'demo',
  'keystone',
  'letmein',
  'nomoresecret',
  'openstack',
  'pass',
  'pass1234',
  'passw0rd',
  'password',
  'password1',
  'password12',
  'password123',
  'qwerty',
  'qwerty123',
  'root',
  'secret',
  'stackops',
  'test',
  'test1234',
  'welcome1',
  '1234567890',
  '12345678',
  '123456789',
]);
