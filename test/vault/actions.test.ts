import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Confidential, reveal } from '../../src/secrets/confidential.ts';
import { editVault, makeVault, setSecrets, viewVault } from '../../src/vault/actions.ts';
import { encryptVault } from '../../src/vault/format.ts';
import { keyFileOf, vaultFileOf } from '../../src/vault/keys.ts';
import { openCloud } from '../../src/vault/open.ts';
import { findVaultPassword, saveKeyFile } from '../../src/vault/password.ts';
import { rekeyVault } from '../../src/vault/rekey.ts';
import { VALID } from '../cloud/broken/case.ts';
import { cloudIn, codesOf, found as given, loadSecrets, newFolder, word } from './folder.ts';

describe('makeVault', () => {
  it('makes a vault once, with what the operator gives', async () => {
    const folder = await newFolder();
    const { generated } = await makeVault(cloudIn(folder), given, {
      ssh_password: new Confidential('host word'),
    });
    expect(generated).toContain('admin_password');
    expect((await loadSecrets(folder, word)).get('ssh_password')).toBe('host word');
    expect(await codesOf(() => makeVault(cloudIn(folder), given))).toEqual(['VAULT_EXISTS']);
  });

  it('refuses a default password before anything is written', async () => {
    const folder = await newFolder();
    const weak = { admin_password: new Confidential('password') };
    expect(await codesOf(() => makeVault(cloudIn(folder), given, weak))).toEqual(['VAULT_SECRET_WEAK']);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('editVault', () => {
  it('shows the text to the editor in a private file and leaves none behind', async () => {
    const folder = await newFolder();
    await makeVault(cloudIn(folder), given);
    const trace = join(folder, 'trace');
    const editor = `sh -c 'echo "$1" > ${trace}; stat -c %a "$1" "$(dirname "$1")" >> ${trace}; echo "sudo_password: by hand" >> "$1"' sh`;
    expect(await editVault(folder, word, { editor })).toBe(true);
    const [file = '', mode, folderMode] = (await readFile(trace, 'utf8')).split('\n');
    expect([mode, folderMode]).toEqual(['600', '700']);
    await expect(stat(file)).rejects.toThrow(/ENOENT/);
    expect((await loadSecrets(folder, word)).get('sudo_password')).toBe('by hand');
    expect(await editVault(folder, word, { editor: 'true' })).toBe(false);
  });

  it('leaves the vault as it was when the editor fails or the text is not valid', async () => {
    const folder = await newFolder();
    await makeVault(cloudIn(folder), given);
    const before = await readFile(vaultFileOf(folder), 'utf8');
    const broken = `sh -c 'echo "- x" > "$1"' sh`;
    expect(await codesOf(() => editVault(folder, word, { editor: 'false' }))).toEqual(['VAULT_EDITOR']);
    expect(await codesOf(() => editVault(folder, word, { editor: broken }))).toEqual(['VAULT_CONTENT']);
    expect(await readFile(vaultFileOf(folder), 'utf8')).toBe(before);
    let asked = 0;
    const again = async (): Promise<boolean> => {
      asked++;
      return asked < 3;
    };
    expect(await codesOf(() => editVault(folder, word, { editor: broken, again }))).toEqual([
      'VAULT_CONTENT',
    ]);
    expect(asked).toBe(3);
  });
});

describe('rekeyVault', () => {
  it('changes the password and keeps the secrets', async () => {
    const folder = await newFolder();
    await makeVault(cloudIn(folder), given);
    const before = (await viewVault(folder, word)).reveal();
    const next = new Confidential('the next password');
    await rekeyVault(folder, word, next);
    expect(await codesOf(() => viewVault(folder, word))).toEqual(['VAULT_PASSWORD_WRONG']);
    expect((await viewVault(folder, next)).reveal()).toBe(before);
    await rekeyVault(folder, next);
    const found = await findVaultPassword(folder, { environment: {} });
    expect([found.source, (await viewVault(folder, found.password)).reveal()]).toEqual(['key', before]);
  });

  it('makes a new key file', async () => {
    const folder = await newFolder();
    const first = await findVaultPassword(folder, { environment: {}, mayCreate: true });
    await makeVault(cloudIn(folder), first);
    const oldKey = await readFile(keyFileOf(folder), 'utf8');
    await rekeyVault(folder, first.password);
    expect(await readFile(keyFileOf(folder), 'utf8')).not.toBe(oldKey);
    const found = await findVaultPassword(folder, { environment: {} });
    expect((await loadSecrets(folder, found.password)).has('admin_password')).toBe(true);
  });
});

describe('a vault with a password of a person', () => {
  it('is not taken for one of the key that an earlier vault left', async () => {
    for (const make of [
      async (folder: string) => void (await makeVault(cloudIn(folder), given)),
      async (folder: string) =>
        void (await setSecrets(folder, given, { sudo_password: word }, { mayCreate: true })),
    ]) {
      const folder = await newFolder();
      await saveKeyFile(await findVaultPassword(folder, { environment: {}, mayCreate: true }));
      await make(folder);
      const found = await findVaultPassword(folder, { environment: {}, prompt: async () => word.reveal() });
      expect(found.source).toBe('prompt');
      await viewVault(folder, found.password);
      expect(await readdir(join(folder, '.cloudwright'))).toContainEqual(
        expect.stringMatching(/^vault-key\..*\.old$/),
      );
    }
  });
});

describe('a short password', () => {
  const short = new Confidential('fifteen letters');

  it('is refused for a new vault and as a new password, before anything is written', async () => {
    const folder = await newFolder();
    const chosen = { password: short, source: 'file' } as const;
    expect(await codesOf(() => makeVault(cloudIn(folder), chosen))).toEqual(['VAULT_PASSWORD_SHORT']);
    const values = { sudo_password: new Confidential('x') };
    const put = () => setSecrets(folder, chosen, values, { mayCreate: true });
    expect(await codesOf(put)).toEqual(['VAULT_PASSWORD_SHORT']);
    expect(await readdir(folder)).toEqual([]);
    await makeVault(cloudIn(folder), given);
    const before = await readFile(vaultFileOf(folder), 'utf8');
    expect(await codesOf(() => rekeyVault(folder, word, short))).toEqual(['VAULT_PASSWORD_SHORT']);
    expect(await readFile(vaultFileOf(folder), 'utf8')).toBe(before);
  });

  it('still opens a vault that exists, with one warning that says how to change it', async () => {
    const folder = await newFolder();
    const file = join(folder, 'cloud.yaml');
    const passwordFile = join(folder, 'password');
    await writeFile(file, VALID);
    await writeFile(passwordFile, 'short\n', { mode: 0o600 });
    await writeFile(vaultFileOf(folder), encryptVault('admin_password: Own.Choice-1\n', 'short'));
    const { cloud, warnings } = await openCloud(file, { passwordFile, environment: {} });
    expect(reveal(cloud.secrets.admin_password)).toBe('Own.Choice-1');
    const found = warnings.filter(({ code }) => code === 'VAULT_PASSWORD_SHORT');
    expect(found).toMatchObject([{ severity: 'warning', next: expect.stringContaining('vault rekey') }]);
  });
});

describe('setSecrets', () => {
  it('puts a host password in beside the others', async () => {
    const folder = await newFolder();
    await makeVault(cloudIn(folder), given);
    await setSecrets(folder, given, { sudo_password: new Confidential('for: sudo "x"') });
    expect((await loadSecrets(folder, word)).get('sudo_password')).toBe('for: sudo "x"');
  });
});

describe('findVaultPassword', () => {
  it('takes the named file before the environment before the key file before a question', async () => {
    const folder = await newFolder();
    const [one, two] = [join(folder, 'one'), join(folder, 'two')];
    await writeFile(one, 'first\n', { mode: 0o600 });
    await writeFile(two, 'second\n', { mode: 0o600 });
    const environment = { CLOUDWRIGHT_VAULT_PASSWORD_FILE: two };
    const named = await findVaultPassword(folder, { passwordFile: one, environment });
    expect([named.password.reveal(), named.source]).toEqual(['first', 'file']);
    expect((await findVaultPassword(folder, { environment })).password.reveal()).toBe('second');
    expect(await codesOf(() => findVaultPassword(folder, { environment: {} }))).toEqual(['VAULT_MISSING']);
    const made = await findVaultPassword(folder, { environment: {}, mayCreate: true });
    expect(made.newKeyFile).toBe(keyFileOf(folder));
    await expect(stat(keyFileOf(folder))).rejects.toThrow(/ENOENT/);
    await saveKeyFile(made);
    expect((await stat(keyFileOf(folder))).mode & 0o777).toBe(0o600);
    const found = await findVaultPassword(folder, { environment: {} });
    expect([found.source, found.newKeyFile]).toEqual(['key', undefined]);
    expect(found.password.reveal()).toBe(made.password.reveal());
  });

  it('asks for the password of a vault without a key file, or says how to give it', async () => {
    const folder = await newFolder();
    await makeVault(cloudIn(folder), given);
    expect(await codesOf(() => findVaultPassword(folder, { environment: {} }))).toEqual([
      'VAULT_PASSWORD_MISSING',
    ]);
    const asked = await findVaultPassword(folder, { environment: {}, prompt: async () => word.reveal() });
    expect([asked.source, asked.password.reveal()]).toEqual(['prompt', word.reveal()]);
  });

  it('refuses password files that are missing, empty, or open to others', async () => {
    const folder = await newFolder();
    const file = join(folder, 'word');
    const find = () => findVaultPassword(folder, { passwordFile: file, environment: {} });
    expect(await codesOf(find)).toEqual(['VAULT_PASSWORD_FILE']);
    await writeFile(file, '\n', { mode: 0o600 });
    expect(await codesOf(find)).toEqual(['VAULT_PASSWORD_EMPTY']);
    await writeFile(file, 'one\ntwo\n');
    expect(await codesOf(find)).toEqual(['VAULT_PASSWORD_FILE']);
    await chmod(file, 0o644);
    expect(await codesOf(find)).toEqual(['VAULT_PASSWORD_FILE_OPEN']);
  });
});

describe('openCloud', () => {
  it('goes from a folder with nothing but a description to a cloud with secrets', async () => {
    const folder = await newFolder();
    const file = join(folder, 'cloud.yaml');
    await writeFile(file, VALID);
    expect(await codesOf(() => openCloud(file, { environment: {} }))).toEqual(['VAULT_MISSING']);
    const opened = await openCloud(file, { environment: {}, mayCreate: true });
    expect(opened.cloud.secrets.admin_password).toBeInstanceOf(Confidential);
    expect(opened.vault.isNew).toBe(true);
    expect(Object.isFrozen(opened.cloud)).toBe(true);
    expect(await readdir(folder)).toEqual(['cloud.yaml']);
    expect(await opened.vault.commit()).toHaveLength(2);
    expect(await opened.vault.commit()).toEqual([]);
    const again = await openCloud(file, { environment: {} });
    expect([again.vault.isNew, again.vault.generated]).toEqual([false, []]);
    expect(reveal(again.cloud.secrets.cloud_id)).toBe(reveal(opened.cloud.secrets.cloud_id));
    await writeFile(file, VALID.replace('trial', 'Trial'));
    expect(await codesOf(() => openCloud(file, { environment: {} }))).toEqual(['CLOUD_FORMAT']);
  });
});
