import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { DescribedCloud } from '../../src/cloud/build.ts';
import {
  authorityNames,
  domainNames,
  hostCredentialNames,
  trustDomains,
} from '../../src/cloud/certificates.ts';
import { secretOf } from '../../src/cloud/secrets.ts';
import { Confidential, reveal } from '../../src/secrets/confidential.ts';
import { encryptVault } from '../../src/vault/format.ts';
import { vaultFileOf } from '../../src/vault/keys.ts';
import { parseVault, readVault, setInVault } from '../../src/vault/secrets.ts';
import { chainedSecrets, DOMAIN_CREDENTIAL, singleSecrets } from '../../src/vault/table.ts';
import { openVault, withSecrets } from '../../src/vault/vault.ts';
import { cloudIn, codesOf, found, loadSecrets, newFolder, word } from './folder.ts';

const now = new Date('2026-01-15T12:00:00Z');

/** Opens the vault, which may be new, and writes what was generated. */
async function ensureSecrets(cloud: DescribedCloud, at?: Date) {
  const vault = await openVault(cloud, found, { mayCreate: true, ...(at && { now: at }) });
  await vault.commit();
  return vault;
}

/** Without the certificates of the hosts, which have tests of their own. */
const ofPeople = (names: readonly string[]) => names.filter((name) => !DOMAIN_CREDENTIAL.test(name));

describe('openVault', () => {
  it('makes every secret in its form, keeps them, and writes for the owner alone', async () => {
    const folder = await newFolder();
    const cloud = cloudIn(folder);
    const first = await ensureSecrets(cloud, now);
    const credentials = domainNames.flatMap((domain) => [
      authorityNames(domain),
      ...trustDomains[domain](cloud).map((host) => hostCredentialNames(domain, host.name)),
    ]);
    const certified = credentials.flatMap(({ key, certificate }) => [key, certificate]);
    const names = [...Object.keys(singleSecrets), ...chainedSecrets, ...certified].sort();
    expect(Object.keys(first.secrets).sort()).toEqual(names);
    expect([...first.generated].sort()).toEqual(names);
    for (const [name, kind] of Object.entries(singleSecrets)) {
      expect(reveal(secretOf(first, name)), name).toMatch(kind.pattern);
    }
    const file = vaultFileOf(folder);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const before = await readFile(file, 'utf8');
    const again = await ensureSecrets(cloud, now);
    expect(again.generated).toEqual([]);
    expect(await readFile(file, 'utf8')).toBe(before);
    for (const name of names) {
      expect(reveal(secretOf(again, name)), name).toBe(reveal(secretOf(first, name)));
    }
    const values = names.map((name) => reveal(secretOf(first, name)));
    expect(new Set(values).size).toBe(values.length);
  });

  it('shows none of the confidential ones when the cloud is printed', async () => {
    const folder = await newFolder();
    const ensured = await ensureSecrets(cloudIn(folder), now);
    const cloud = withSecrets(cloudIn(folder), ensured);
    const shown = `${inspect(cloud, { depth: 9 })}${JSON.stringify(cloud)}${String(cloud.secrets.admin_password)}`;
    for (const secret of Object.values(cloud.secrets)) {
      if (secret instanceof Confidential) expect(shown.includes(secret.reveal())).toBe(false);
    }
    expect(typeof cloud.secrets.tls_certificate).toBe('string');
    expect(cloud.secrets.tls_key).toBeInstanceOf(Confidential);
  });

  it('keeps names it does not know, comments, and what the operator put in', async () => {
    const folder = await newFolder();
    const text =
      '# mine\nadmin_password: Own.Choice-1\nssh_password: "let me in"\nteam_token: abc # kept\nnested: { a: 1 }\n';
    await writeFile(vaultFileOf(folder), encryptVault(text, word.reveal(), { label: 'prod' }));
    const ensured = await ensureSecrets(cloudIn(folder), now);
    expect(reveal(ensured.secrets.admin_password)).toBe('Own.Choice-1');
    expect(ensured.generated).not.toContain('admin_password');
    const after = await readVault(folder, word);
    expect(after.label).toBe('prod');
    expect(after.text.startsWith('# mine\nadmin_password: Own.Choice-1\n')).toBe(true);
    expect(after.text).toContain('team_token: abc # kept');
    const cloud = withSecrets(cloudIn(folder), ensured);
    expect(cloud.ssh.password && reveal(cloud.ssh.password)).toBe('let me in');
    expect(cloud.ssh.sudoPassword && reveal(cloud.ssh.sudoPassword)).toBe('let me in');
  });

  // The broker's nodes give every right to whoever has it.
  it('makes a long cookie of mixed characters, and keeps the one of an existing cloud', async () => {
    const made = await ensureSecrets(cloudIn(await newFolder()), now);
    const cookie = reveal(made.secrets.messaging_cookie);
    expect(cookie).toMatch(/^[A-Za-z0-9]{64}$/);
    expect(cookie).toMatch(/[a-z]/);
    const folder = await newFolder();
    const earlier = 'ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEF';
    await writeFile(
      vaultFileOf(folder),
      encryptVault(`messaging_cookie: ${earlier}\n`, word.reveal(), { label: 'prod' }),
    );
    const kept = await ensureSecrets(cloudIn(folder), now);
    expect(reveal(kept.secrets.messaging_cookie)).toBe(earlier);
  });

  it('makes certificates that chain, name every address and are renewed in time', async () => {
    const folder = await newFolder();
    const first = await ensureSecrets(cloudIn(folder), now);
    const authority = new X509Certificate(reveal(first.secrets.tls_ca_certificate));
    const server = new X509Certificate(reveal(first.secrets.tls_certificate));
    expect(authority.ca).toBe(true);
    expect(authority.verify(authority.publicKey)).toBe(true);
    expect(server.ca).toBe(false);
    expect(server.checkIssued(authority)).toBe(true);
    expect(server.verify(authority.publicKey)).toBe(true);
    for (const address of ['192.168.21.100', '192.168.20.100', '192.168.21.13']) {
      expect(server.checkIP(address)).toBe(address);
    }
    expect(server.checkPrivateKey(createPrivateKey(reveal(first.secrets.tls_key)))).toBe(true);
    expect(new Date(authority.validTo).toISOString()).toBe('2036-01-13T12:00:00.000Z');

    const moved = cloudIn(folder, (text) => text.replace('192.168.21.100', '192.168.21.200'));
    const second = await ensureSecrets(moved, now);
    expect(ofPeople(second.generated)).toEqual(['tls_key', 'tls_certificate']);
    expect(
      new X509Certificate(reveal(second.secrets.tls_certificate)).checkIP('192.168.21.200'),
    ).toBeDefined();
    expect(reveal(second.secrets.tls_key)).toBe(reveal(first.secrets.tls_key));
    expect(reveal(second.secrets.tls_ca_certificate)).toBe(reveal(first.secrets.tls_ca_certificate));

    const late = new Date('2028-04-01T00:00:00Z');
    expect(ofPeople((await ensureSecrets(moved, late)).generated)).toEqual(['tls_key', 'tls_certificate']);
  });

  it('makes an ssh key pair whose halves belong together', async () => {
    const folder = await newFolder();
    const { secrets } = await ensureSecrets(cloudIn(folder), now);
    const body = reveal(secrets.nova_ssh_private_key).replace(/-----[A-Z ]+-----|\n/g, '');
    const bytes = Buffer.from(body, 'base64');
    expect(bytes.subarray(0, 15).toString()).toBe('openssh-key-v1\0');
    const open = Buffer.from(reveal(secrets.nova_ssh_public_key).split(' ')[1] ?? '', 'base64').subarray(-32);
    // The private part holds the 32-byte seed followed by the public key.
    const seed = bytes.subarray(bytes.lastIndexOf(open) - 32, bytes.lastIndexOf(open));
    const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
    const key = createPublicKey(createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }));
    expect(Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url')).toEqual(Buffer.from(open));
  });

  it('makes Ceph keys in Ceph’s own form', async () => {
    const folder = await newFolder();
    const { secrets } = await ensureSecrets(cloudIn(folder));
    const bytes = Buffer.from(reveal(secrets.ceph_admin_key), 'base64');
    expect(bytes).toHaveLength(28);
    expect([bytes.readUInt16LE(0), bytes.readUInt16LE(10)]).toEqual([1, 16]);
    expect(Math.abs(bytes.readUInt32LE(2) - Date.now() / 1000)).toBeLessThan(60);
  });
});

describe('the vault’s contents', () => {
  it('with a default, short or unfit password are refused by name, without the value', async () => {
    const folder = await newFolder();
    const text =
      'admin_password: changeme\nnova_password: "short"\nfernet_key_0: nonsense\nglance_password: "has spaces in it"\ntls_key: only\n';
    await writeFile(vaultFileOf(folder), encryptVault(text, word.reveal()));
    expect(await codesOf(() => loadSecrets(folder, word))).toEqual([
      'VAULT_SECRET_WEAK',
      'VAULT_SECRET_WEAK',
      'VAULT_SECRET_FORM',
      'VAULT_SECRET_FORM',
      'VAULT_SECRETS_PARTIAL',
    ]);
    const message = await ensureSecrets(cloudIn(folder)).catch((error: unknown) => String(error));
    expect(message).not.toMatch(/changeme|short"|nonsense|has spaces/);
  });

  it('keep numbers as they are written and refuse what is not a map of text', () => {
    expect(parseVault('a: 0123\nb: true\nc: "x"\n')).toEqual(
      new Map([
        ['a', '0123'],
        ['b', 'true'],
        ['c', 'x'],
      ]),
    );
    expect(parseVault('# nothing\n').size).toBe(0);
    for (const text of ['- a\n', 'a: [\n', 'admin_password: [a]\n', 'a: 1\na: 2\n']) {
      expect(() => parseVault(text), text).toThrow(/VAULT_CONTENT/);
    }
  });

  it('are quoted when set, so that YAML 1.1 reads the same text', () => {
    const text = setInVault(
      'a: 1 # one\n',
      new Map([
        ['b', '0o7'],
        ['c', 'line\nline\n'],
      ]),
    );
    expect(text).toBe('a: 1 # one\nb: "0o7"\nc: |\n  line\n  line\n');
  });
});

describe('a vault', () => {
  it('that is missing, in clear or under another password says so', async () => {
    const folder = await newFolder();
    expect(await codesOf(() => loadSecrets(folder, word))).toEqual(['VAULT_MISSING']);
    await writeFile(vaultFileOf(folder), 'admin_password: in clear\n');
    expect(await codesOf(() => loadSecrets(folder, word))).toEqual(['VAULT_FORMAT']);
    await writeFile(vaultFileOf(folder), encryptVault('a: b\n', 'another'));
    expect(await codesOf(() => ensureSecrets(cloudIn(folder)))).toEqual(['VAULT_PASSWORD_WRONG']);
  });
});
