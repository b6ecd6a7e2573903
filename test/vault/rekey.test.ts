import { lstat, mkdir, readdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Confidential } from '../../src/secrets/confidential.ts';
import { viewVault } from '../../src/vault/actions.ts';
import { encryptVault } from '../../src/vault/format.ts';
import { keyFileOf, newKey, pendingKeyFileOf, recoverKeys, vaultFileOf } from '../../src/vault/keys.ts';
import { findVaultPassword, withVaultPassword } from '../../src/vault/password.ts';
import { rekeyVault } from '../../src/vault/rekey.ts';
import { codesOf, newFolder } from './folder.ts';
import { killedAt } from './kill.ts';

const SECRETS = 'admin_password: Own.Choice-1\n';
const chosen = new Confidential('a password of a person');
const options = { environment: {}, prompt: async () => chosen.reveal() };

/** A folder with a vault and its key file. */
async function vaultWithKey(): Promise<{ folder: string; key: Confidential }> {
  const folder = await newFolder();
  const key = newKey();
  await mkdir(join(folder, '.cloudwright'), { mode: 0o700 });
  await writeFile(keyFileOf(folder), `${key.reveal()}\n`, { mode: 0o600 });
  await writeFile(vaultFileOf(folder), encryptVault(SECRETS, key.reveal()), { mode: 0o600 });
  return { folder, key };
}

async function opened(folder: string): Promise<string> {
  const { password } = await findVaultPassword(folder, options);
  return (await viewVault(folder, password)).reveal();
}

/** Every file of a folder with its content, the state folder's too. */
async function filesOf(folder: string): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(path, await readFile(path, 'utf8'));
  }
  return files;
}

const keysIn = async (folder: string) =>
  [...(await filesOf(folder))].flatMap(([path, text]) => (path.includes('vault-key') ? [text.trim()] : []));

const earlierIn = async (folder: string) =>
  (await readdir(join(folder, '.cloudwright'))).filter((name) => name.endsWith('.old')).sort();

describe('a change of keys that is killed', () => {
  it.each([
    ['for a new key', undefined],
    ['for a password', chosen],
  ])('%s loses nothing, whatever it did last', async (_, next) => {
    let points = 0;
    for (let nth = 1; ; nth++) {
      const { folder, key } = await vaultWithKey();
      const untouched = await filesOf(folder);
      const killed = await killedAt(nth, () => rekeyVault(folder, key, next));
      if (!killed) break;
      const before = await filesOf(folder);
      if (isDeepStrictEqual(before, untouched)) continue;
      points += 1;
      expect(await opened(folder), `read after operation ${nth}`).toBe(SECRETS);
      expect(await filesOf(folder), `a reader writes nothing after ${nth}`).toEqual(before);
      await recoverKeys(folder);
      expect([...(await filesOf(folder)).keys()].filter((path) => path.endsWith('.tmp'))).toEqual([]);
      const { password } = await findVaultPassword(folder, options);
      await rekeyVault(folder, password, next);
      expect(await opened(folder), `finished after operation ${nth}`).toBe(SECRETS);
      expect(await keysIn(folder), `the first key after ${nth}`).toContain(key.reveal());
      expect(await readdir(join(folder, '.cloudwright'))).not.toContain('vault-key.new');
    }
    expect(points).toBeGreaterThan(10);
  });

  it('is killed again while it is recovered, and still loses nothing', async () => {
    for (let nth = 1; ; nth++) {
      const { folder, key } = await vaultWithKey();
      const pending = newKey();
      await writeFile(pendingKeyFileOf(folder), `${pending.reveal()}\n`, { mode: 0o600 });
      await writeFile(vaultFileOf(folder), encryptVault(SECRETS, pending.reveal()), { mode: 0o600 });
      const killed = await killedAt(nth, () => recoverKeys(folder));
      expect(await opened(folder), `read after operation ${nth}`).toBe(SECRETS);
      await recoverKeys(folder);
      expect((await readFile(keyFileOf(folder), 'utf8')).trim()).toBe(pending.reveal());
      expect(await keysIn(folder)).toContain(key.reveal());
      if (!killed) break;
    }
  });
});

describe('a pending key', () => {
  it.each([
    [
      'is encrypted with neither key',
      () => encryptVault(SECRETS, 'a key that nobody has'),
      'VAULT_PASSWORD_WRONG',
    ],
    ['is cut short', () => encryptVault(SECRETS, 'a key that nobody has').slice(0, 300), 'VAULT_FORMAT'],
    ['is empty', () => '', 'VAULT_FORMAT'],
  ])('stays with its key where the vault %s', async (_, text, code) => {
    const { folder, key } = await vaultWithKey();
    await writeFile(pendingKeyFileOf(folder), `${newKey().reveal()}\n`, { mode: 0o600 });
    await writeFile(vaultFileOf(folder), text());
    const before = await filesOf(folder);
    await recoverKeys(folder);
    expect(await codesOf(() => opened(folder))).toEqual([code]);
    expect(await codesOf(() => rekeyVault(folder, key))).toEqual([code]);
    expect(await filesOf(folder)).toEqual(before);
  });

  it('stays where the vault cannot be read', async () => {
    const { folder, key } = await vaultWithKey();
    await writeFile(pendingKeyFileOf(folder), `${newKey().reveal()}\n`, { mode: 0o600 });
    const vault = await readFile(vaultFileOf(folder), 'utf8');
    await rename(vaultFileOf(folder), join(folder, 'elsewhere'));
    // For root too, unlike a mode.
    await mkdir(vaultFileOf(folder));
    await recoverKeys(folder);
    expect(await codesOf(() => opened(folder))).toEqual(['VAULT_UNREADABLE']);
    expect(await codesOf(() => rekeyVault(folder, key))).toEqual(['VAULT_UNREADABLE']);
    expect(await keysIn(folder)).toHaveLength(2);
    expect(await readFile(join(folder, 'elsewhere'), 'utf8')).toBe(vault);
  });

  it('is kept when the next change of keys replaces it', async () => {
    const { folder, key } = await vaultWithKey();
    const left = newKey();
    await writeFile(pendingKeyFileOf(folder), `${left.reveal()}\n`, { mode: 0o600 });
    await rekeyVault(folder, key);
    expect(await opened(folder)).toBe(SECRETS);
    expect(await keysIn(folder)).toEqual(expect.arrayContaining([left.reveal(), key.reveal()]));
  });
});

describe('replaced keys', () => {
  it('are kept, the last five, for their owner alone', async () => {
    const { folder } = await vaultWithKey();
    const replaced: string[] = [];
    for (let change = 0; change < 7; change++) {
      const { password } = await findVaultPassword(folder, options);
      replaced.push(password.reveal());
      await rekeyVault(folder, password);
    }
    const names = await earlierIn(folder);
    expect(names).toHaveLength(5);
    const kept = names.map(async (name) => {
      const file = join(folder, '.cloudwright', name);
      expect((await lstat(file)).mode & 0o777).toBe(0o600);
      return (await readFile(file, 'utf8')).trim();
    });
    expect(await Promise.all(kept)).toEqual(replaced.slice(-5));
  });

  it('open an older copy of the vault, as the error says', async () => {
    const { folder, key } = await vaultWithKey();
    const copy = await readFile(vaultFileOf(folder), 'utf8');
    await rekeyVault(folder, key);
    await writeFile(vaultFileOf(folder), copy);
    expect(await codesOf(() => opened(folder))).toEqual(['VAULT_KEY_EARLIER']);
    const [name = ''] = await earlierIn(folder);
    const passwordFile = join(folder, '.cloudwright', name);
    await rekeyVault(folder, (await findVaultPassword(folder, { passwordFile })).password);
    expect(await opened(folder)).toBe(SECRETS);
  });
});

describe('a reader beside a change of keys', () => {
  it('tries the key again that was changed in between', async () => {
    const { folder, key } = await vaultWithKey();
    let tries = 0;
    const text = await withVaultPassword(folder, options, async ({ password }) => {
      tries += 1;
      if (tries === 1) await rekeyVault(folder, key);
      return await viewVault(folder, password);
    });
    expect([text.reveal(), tries]).toEqual([SECRETS, 2]);
  });

  it('always opens the vault, and never costs it', async () => {
    const { folder } = await vaultWithKey();
    let changing = true;
    const change = async () => {
      for (let times = 0; times < 8; times++) {
        const { password } = await findVaultPassword(folder, options);
        await rekeyVault(folder, password);
      }
      changing = false;
    };
    const read = async () => {
      let reads = 0;
      do {
        const found = await withVaultPassword(folder, { environment: {} }, ({ password }) =>
          viewVault(folder, password),
        );
        expect(found.reveal()).toBe(SECRETS);
        reads += 1;
      } while (changing);
      return reads;
    };
    const [, ...reads] = await Promise.all([change(), read(), read()]);
    expect(Math.min(...reads)).toBeGreaterThan(1);
    expect(await opened(folder)).toBe(SECRETS);
  });

  it('gives up where the key is the same', async () => {
    const { folder } = await vaultWithKey();
    await writeFile(vaultFileOf(folder), encryptVault(SECRETS, 'a key that nobody has'));
    let tries = 0;
    const read = () =>
      withVaultPassword(folder, options, async ({ password }) => {
        tries += 1;
        return await viewVault(folder, password);
      });
    expect(await codesOf(read)).toEqual(['VAULT_PASSWORD_WRONG']);
    expect(tries).toBe(1);
  });
});

describe('a symbolic link', () => {
  it.each([
    ['the vault', vaultFileOf, 'VAULT_UNREADABLE'],
    ['the key', keyFileOf, 'VAULT_PASSWORD_FILE'],
    ['the pending key', pendingKeyFileOf, 'VAULT_PASSWORD_FILE'],
  ])('in place of %s is refused and never followed', async (_, fileOf, code) => {
    const { folder, key } = await vaultWithKey();
    const target = join(folder, 'target');
    await writeFile(pendingKeyFileOf(folder), `${newKey().reveal()}\n`, { mode: 0o600 });
    await rename(fileOf(folder), target);
    await symlink(target, fileOf(folder));
    const text = await readFile(target, 'utf8');
    expect(await codesOf(() => opened(folder))).toEqual([code]);
    await recoverKeys(folder);
    if (code === 'VAULT_UNREADABLE') expect(await codesOf(() => rekeyVault(folder, key))).toEqual([code]);
    else await rekeyVault(folder, key);
    expect(await readFile(target, 'utf8')).toBe(text);
  });

  it('in place of the state folder is refused, and its target keeps its permissions', async () => {
    const { folder, key } = await vaultWithKey();
    const target = join(folder, 'target');
    await rename(join(folder, '.cloudwright'), target);
    await symlink(target, join(folder, '.cloudwright'));
    const { mode } = await lstat(target);
    expect(await codesOf(() => rekeyVault(folder, key))).toEqual(['VAULT_UNREADABLE']);
    expect((await lstat(target)).mode).toBe(mode);
    expect(await readdir(target)).toEqual(['vault-key']);
  });
});
