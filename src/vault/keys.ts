import { randomBytes } from 'node:crypto';
import { constants, link, mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CloudwrightError, fail } from '../errors/problem.ts';
import { Confidential } from '../secrets/confidential.ts';
import { readRegular, syncFolder, TEMPORARY } from './files.ts';
import { decryptVault } from './format.ts';

/** Keys that are kept after they were replaced. */
const KEPT = 5;
const EARLIER = /^vault-key\.\d{8}T\d{9}Z\.old$/;

export function vaultFileOf(folder: string): string {
  return join(folder, 'vault.yml');
}

function stateFolderOf(folder: string): string {
  return join(folder, '.cloudwright');
}

/** The generated key of a description's folder, for those who give no password. */
export function keyFileOf(folder: string): string {
  return join(stateFolderOf(folder), 'vault-key');
}

/** The second key that may open the vault while its key is changed. */
export function pendingKeyFileOf(folder: string): string {
  return `${keyFileOf(folder)}.new`;
}

export function newKey(): Confidential {
  return new Confidential(randomBytes(32).toString('base64url'));
}

/** The encrypted text of the vault; undefined where there is none. Fails with VAULT_UNREADABLE. */
export async function readEnvelope(folder: string): Promise<string | undefined> {
  const file = vaultFileOf(folder);
  const found = await readRegular(file);
  if (found.kind === 'unusable') fail('VAULT_UNREADABLE', { details: { file, reason: found.reason } });
  return found.kind === 'text' ? found.text : undefined;
}

/** A key of the state folder; undefined where there is none. Fails with VAULT_PASSWORD_FILE, _FILE_OPEN, _EMPTY. */
export async function readKey(file: string): Promise<Confidential | undefined> {
  const found = await readRegular(file);
  if (found.kind === 'unusable') fail('VAULT_PASSWORD_FILE', { details: { file, reason: found.reason } });
  return found.kind === 'text' ? passwordIn(found.text, found.mode, file) : undefined;
}

/** The first line of the file, as ansible-vault reads it too (it strips the whole file; a password is one line). */
export function passwordIn(text: string, mode: number, file: string): Confidential {
  if (mode & 0o077) fail('VAULT_PASSWORD_FILE_OPEN', { details: { file } });
  const password = text.trim();
  if (password === '') fail('VAULT_PASSWORD_EMPTY');
  if (password.includes('\n'))
    fail('VAULT_PASSWORD_FILE', { details: { file, reason: 'it has more than one line' } });
  return new Confidential(password);
}

/** Whether a key opens the vault. Fails with VAULT_FORMAT where the vault is damaged: then no key would. */
export function opensVault(envelope: string, key: Confidential, folder: string): boolean {
  try {
    decryptVault(envelope, key.reveal(), vaultFileOf(folder));
    return true;
  } catch (error) {
    if (error instanceof CloudwrightError && error.problems[0]?.code === 'VAULT_PASSWORD_WRONG') return false;
    throw error;
  }
}

/** Makes `.cloudwright/` beside the description, for its owner alone. Fails with VAULT_UNREADABLE. */
export async function makeStateFolder(folder: string): Promise<void> {
  const home = stateFolderOf(folder);
  await attempt(home, async () => {
    await mkdir(home, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    // A symbolic link is refused: what it points to must not get other permissions.
    const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;
    const handle = await open(home, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    await handle.chmod(0o700).finally(() => handle.close());
  });
  // The state folder is never meant for version control.
  await writeFile(join(home, '.gitignore'), '*\n', { flag: 'wx' }).catch(() => undefined);
}

/** The first of the earlier keys, newest first, that opens the vault: its file. */
export async function earlierKeyOf(folder: string, envelope: string): Promise<string | undefined> {
  for (const file of await earlierKeys(folder)) {
    const key = await readKey(file).catch(() => undefined);
    if (key && opensVault(envelope, key, folder)) return file;
  }
  return undefined;
}

/** Files of the keys that were replaced, newest first. */
async function earlierKeys(folder: string): Promise<readonly string[]> {
  const home = stateFolderOf(folder);
  const names = await readdir(home).catch(() => []);
  return names
    .filter((name) => EARLIER.test(name))
    .sort()
    .reverse()
    .map((name) => join(home, name));
}

/**
 * Completes a change of keys that was cut off, and removes temporary files of commands that were killed. No key is
 * deleted: one that does not open the vault stays where it is. The lock of the cloud must be held.
 */
export async function recoverKeys(folder: string): Promise<void> {
  await removeTemporary(folder);
  if (await pendingKeyOpens(folder)) await promotePendingKey(folder);
}

async function pendingKeyOpens(folder: string): Promise<boolean> {
  try {
    const [key, envelope] = [await readKey(pendingKeyFileOf(folder)), await readEnvelope(folder)];
    return key !== undefined && envelope !== undefined && opensVault(envelope, key, folder);
  } catch (error) {
    // Whoever reads the vault next reports it.
    if (error instanceof CloudwrightError) return false;
    throw error;
  }
}

/** The pending key becomes the key; the one that it replaces is kept. There is a key file at every instant. */
export async function promotePendingKey(folder: string): Promise<void> {
  const key = keyFileOf(folder);
  await attempt(key, async () => {
    await ignoreAbsent(link(key, await earlierName(folder)));
    await rename(pendingKeyFileOf(folder), key);
    await settle(folder);
  });
}

/** Puts a key that is out of use among the earlier ones, if there is one. The lock of the cloud must be held. */
export async function retireKey(folder: string, file: string): Promise<void> {
  if ((await readRegular(file)).kind === 'absent') return;
  await attempt(file, async () => {
    await rename(file, await earlierName(folder));
    await settle(folder);
  });
}

/** Makes the key of the folder the pending one, since the vault is about to get a password of the operator. */
export async function setKeyAside(folder: string): Promise<void> {
  const key = keyFileOf(folder);
  await attempt(key, () => ignoreAbsent(rename(key, pendingKeyFileOf(folder))));
}

/** A free name with the present time, in which the newest sorts last. */
async function earlierName(folder: string): Promise<string> {
  const taken = new Set(await earlierKeys(folder));
  for (let at = Date.now(); ; at++) {
    const name = `${keyFileOf(folder)}.${new Date(at).toISOString().replace(/[-:.]/g, '')}.old`;
    if (!taken.has(name)) return name;
  }
}

async function settle(folder: string): Promise<void> {
  await syncFolder(stateFolderOf(folder));
  for (const file of (await earlierKeys(folder)).slice(KEPT)) await rm(file, { force: true });
}

async function removeTemporary(folder: string): Promise<void> {
  for (const file of [vaultFileOf(folder), keyFileOf(folder), pendingKeyFileOf(folder)]) {
    const place = dirname(file);
    // Never another file: the folder of the description belongs to the operator.
    const left = (name: string): boolean =>
      TEMPORARY.test(name) && name.replace(TEMPORARY, '') === basename(file);
    const names = await readdir(place).catch(() => []);
    for (const name of names.filter(left)) await rm(join(place, name), { force: true });
  }
}

async function ignoreAbsent(action: Promise<void>): Promise<void> {
  await action.catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}

async function attempt(file: string, action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    fail('VAULT_UNREADABLE', { details: { file, reason: code }, cause: error });
  }
}
