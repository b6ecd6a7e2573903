import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Confidential, reveal } from '../../src/secrets/confidential.ts';
import { makeCertificate, makeKey } from '../../src/vault/certificate.ts';
import { encryptVault } from '../../src/vault/format.ts';
import { keyFileOf, vaultFileOf } from '../../src/vault/keys.ts';
import { findVaultPassword } from '../../src/vault/password.ts';
import { readVault, setInVault } from '../../src/vault/secrets.ts';
import { openVault } from '../../src/vault/vault.ts';
import { cloudIn, codesOf, found, newFolder, word } from './folder.ts';

const now = new Date('2026-01-15T12:00:00Z');

describe('openVault', () => {
  it('never makes a vault unless it may, also where only the vault was lost', async () => {
    const folder = await newFolder();
    const cloud = cloudIn(folder);
    expect(await codesOf(() => openVault(cloud, found, { mayCreate: false }))).toEqual(['VAULT_MISSING']);
    await mkdir(join(folder, '.cloudwright'));
    await writeFile(keyFileOf(folder), 'the key that is left\n', { mode: 0o600 });
    const left = await findVaultPassword(folder, { environment: {} });
    expect(await codesOf(() => openVault(cloud, left, { mayCreate: false }))).toEqual(['VAULT_MISSING']);
    expect(await readdir(folder)).toEqual(['.cloudwright']);
  });

  it('writes nothing before commit', async () => {
    const folder = await newFolder();
    const vault = await openVault(cloudIn(folder), found, { mayCreate: true });
    expect(vault.isNew).toBe(true);
    expect(vault.generated).toContain('cloud_id');
    expect(typeof vault.secrets.cloud_id).toBe('string');
    expect(await readdir(folder)).toEqual([]);
    await vault.commit();
    expect(await readdir(folder)).toEqual(['vault.yml']);
  });

  it('lets only the first of two first runs write, and keeps its key and its vault', async () => {
    const folder = await newFolder();
    const cloud = cloudIn(folder);
    const open = async () => {
      const password = await findVaultPassword(folder, { environment: {}, mayCreate: true });
      return openVault(cloud, password, { mayCreate: true });
    };
    const [first, second] = [await open(), await open()];
    await first.commit();
    expect(await codesOf(() => second.commit())).toEqual(['VAULT_CHANGED']);
    const after = await openVault(cloud, await findVaultPassword(folder, { environment: {} }), {
      mayCreate: false,
    });
    expect(after.generated).toEqual([]);
    expect(after.secrets.cloud_id).toBe(first.secrets.cloud_id);
    expect((await readdir(folder)).sort()).toEqual(['.cloudwright', 'vault.yml']);
    expect((await readdir(join(folder, '.cloudwright'))).sort()).toEqual(['.gitignore', 'vault-key']);
  });

  it('does not overwrite what an editor has written in between', async () => {
    const folder = await newFolder();
    await writeFile(vaultFileOf(folder), encryptVault('admin_password: Own.Choice-1\n', word.reveal()));
    const vault = await openVault(cloudIn(folder), found, { mayCreate: false });
    const edited = encryptVault('admin_password: Own.Choice-2\n', word.reveal());
    await writeFile(vaultFileOf(folder), edited);
    expect(await codesOf(() => vault.commit())).toEqual(['VAULT_CHANGED']);
    expect(await readFile(vaultFileOf(folder), 'utf8')).toBe(edited);
  });

  it('completes an older vault and takes the values of the operator', async () => {
    const folder = await newFolder();
    const given = new Map([['admin_password', 'Own.Choice-1']]);
    const vault = await openVault(cloudIn(folder), found, { mayCreate: true, given });
    expect(reveal(vault.secrets.admin_password)).toBe('Own.Choice-1');
    expect(vault.generated).not.toContain('admin_password');
    expect(vault.generated).toContain('heat_auth_encryption_key');
    const empty = { password: new Confidential(''), source: 'file' } as const;
    const other = cloudIn(await newFolder());
    expect(await codesOf(() => openVault(other, empty, { mayCreate: true }))).toEqual([
      'VAULT_PASSWORD_EMPTY',
    ]);
  });
});

it('names the secrets that it adds to a vault which was there before', async () => {
  const folder = await newFolder();
  const first = await openVault(cloudIn(folder), found, { mayCreate: true });
  await first.commit();
  const { text } = await readVault(folder, word);
  const older = text.split('\n').filter((line) => !line.startsWith('heat_auth_encryption_key:'));
  await writeFile(vaultFileOf(folder), encryptVault(older.join('\n'), word.reveal()));
  const notes = await (await openVault(cloudIn(folder), found, { mayCreate: false })).commit();
  expect(notes).toEqual([
    `Secrets that the vault did not have (heat_auth_encryption_key) were generated into ${vaultFileOf(folder)}.`,
  ]);
});

describe('a certificate of the operator', () => {
  const key = makeKey();
  const root = { key: makeKey(), certificate: '' };

  async function own(addresses: readonly string[], days: number): Promise<string> {
    root.certificate ||= await makeCertificate({
      subject: 'company',
      key: root.key,
      authority: true,
      addresses: [],
      names: [],
      days: 1000,
      now,
    });
    const request = { subject: 'dashboard', key, authority: false, names: ['cloud.example'], now };
    return makeCertificate({ ...request, issuer: root, addresses, days });
  }

  async function opened(values: Readonly<Record<string, string>>) {
    const folder = await newFolder();
    const text = setInVault('', new Map(Object.entries(values)));
    await writeFile(vaultFileOf(folder), encryptVault(text, word.reveal()));
    const vault = await openVault(cloudIn(folder), found, { mayCreate: false, now });
    return { vault, codes: vault.warnings.map((warning) => [warning.code, warning.severity]) };
  }

  const every = [
    '192.168.21.100',
    '192.168.20.100',
    '21.11',
    '21.12',
    '21.13',
    '20.11',
    '20.12',
    '20.13',
  ].map((address) => (address.length > 6 ? address : `192.168.${address}`));

  it('is kept with its key, next to an authority of ours', async () => {
    const certificate = await own(every, 365);
    const { vault, codes } = await opened({ tls_certificate: certificate, tls_key: key });
    expect(codes).toEqual([]);
    expect(vault.secrets.tls_certificate).toBe(certificate);
    expect(reveal(vault.secrets.tls_key)).toBe(key);
    expect(vault.generated).toContain('tls_ca_certificate');
    expect(vault.generated).not.toContain('tls_certificate');
  });

  it('may come with its authority, whose key stays with the operator', async () => {
    const certificate = await own(every, 365);
    const { vault, codes } = await opened({
      tls_certificate: certificate,
      tls_key: key,
      tls_ca_certificate: root.certificate,
    });
    expect(codes).toEqual([]);
    expect(vault.secrets.tls_ca_certificate).toBe(root.certificate);
    expect(vault.generated.filter((name) => /^tls_(ca_)?(key|certificate)$/.test(name))).toEqual([]);
  });

  it('is used, with a warning, when it is about to end', async () => {
    const certificate = await own(['192.168.21.100', '192.168.20.100'], 20);
    const { vault, codes } = await opened({ tls_certificate: certificate, tls_key: key });
    expect(codes).toEqual([['VAULT_CERTIFICATE_DATES', 'warning']]);
    expect(vault.warnings[0]?.what).toContain('2026-02-04');
    expect(vault.secrets.tls_certificate).toBe(certificate);
  });

  it('is refused when it lacks a virtual address: no client would take it', async () => {
    const certificate = await own(['192.168.21.100'], 365);
    await expect(opened({ tls_certificate: certificate, tls_key: key })).rejects.toMatchObject({
      problems: [
        expect.objectContaining({
          code: 'VAULT_CERTIFICATE_VIRTUAL',
          what: expect.stringContaining('192.168.20.100'),
        }),
      ],
    });
  });

  it('is refused with another key, and an authority without a certificate is, too', async () => {
    const certificate = await own(every, 365);
    expect(await codesOf(() => opened({ tls_certificate: certificate, tls_key: makeKey() }))).toEqual([
      'VAULT_SECRET_FORM',
    ]);
    expect(await codesOf(() => opened({ tls_ca_certificate: root.certificate }))).toEqual([
      'VAULT_SECRETS_PARTIAL',
    ]);
  });
});
