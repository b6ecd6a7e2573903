import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fail } from '../errors/problem.ts';
import { Confidential } from '../secrets/confidential.ts';
import { fileExists } from '../system/files.ts';
import { writePrivate } from './files.ts';
import { decryptVault } from './format.ts';

export const VAULT_PASSWORD_VARIABLE = 'CLOUDWRIGHT_VAULT_PASSWORD_FILE';

export interface VaultPassword {
  readonly password: Confidential;
  readonly source: 'file' | 'environment' | 'prompt' | 'key';
  /** The password is a new key that this file is to hold; `saveKeyFile` writes it. */
  readonly newKeyFile?: string;
}

export interface VaultPasswordOptions {
  /** From `--vault-password-file`. */
  readonly passwordFile?: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Asks the operator; used only for a vault that exists and has no key file beside it. */
  readonly prompt?: () => Promise<string>;
  /** Whether a key may be generated where the vault does not exist yet; false by default. */
  readonly mayCreate?: boolean;
}

/** The generated key of a description's folder, for those who give no password. */
export function keyFileOf(folder: string): string {
  return join(folder, '.cloudwright', 'vault-key');
}

/** A key that a change of keys was about to put into place. */
export function pendingKeyFileOf(folder: string): string {
  return `${keyFileOf(folder)}.new`;
}

export function vaultFileOf(folder: string): string {
  return join(folder, 'vault.yml');
}

/**
 * Finds the vault's password: the named file, the file in the environment, the folder's key file, a question,
 * and for a vault still to be made a new key, which is not written yet. Fails with VAULT_PASSWORD_*, VAULT_MISSING.
 */
export async function findVaultPassword(
  folder: string,
  options: VaultPasswordOptions = {},
): Promise<VaultPassword> {
  const fromEnvironment = (options.environment ?? process.env)[VAULT_PASSWORD_VARIABLE];
  if (options.passwordFile) return { password: await readPasswordFile(options.passwordFile), source: 'file' };
  if (fromEnvironment) return { password: await readPasswordFile(fromEnvironment), source: 'environment' };
  const keyFile = keyFileOf(folder);
  await finishRekey(folder);
  if (await fileExists(keyFile)) return { password: await readPasswordFile(keyFile), source: 'key' };
  const vaultFile = vaultFileOf(folder);
  if (await fileExists(vaultFile)) {
    if (!options.prompt) return fail('VAULT_PASSWORD_MISSING', { details: { file: vaultFile, keyFile } });
    const answer = await options.prompt();
    if (answer === '') fail('VAULT_PASSWORD_EMPTY');
    return { password: new Confidential(answer), source: 'prompt' };
  }
  if (!options.mayCreate) return fail('VAULT_MISSING', { details: { file: vaultFile } });
  return { password: newKey(), source: 'key', newKeyFile: keyFile };
}

export function newKey(): Confidential {
  return new Confidential(randomBytes(32).toString('base64url'));
}

/** Completes a change of keys that was cut off: the pending key counts if it opens the vault. */
async function finishRekey(folder: string): Promise<void> {
  const pending = pendingKeyFileOf(folder);
  if (!(await fileExists(pending))) return;
  const [envelope, key] = await Promise.all([
    readFile(vaultFileOf(folder), 'utf8').catch(() => ''),
    readPasswordFile(pending).catch(() => undefined),
  ]);
  if (key && opens(envelope, key)) await rename(pending, keyFileOf(folder));
  else await rm(pending, { force: true });
}

function opens(envelope: string, key: Confidential): boolean {
  try {
    decryptVault(envelope, key.reveal(), '');
    return true;
  } catch {
    return false;
  }
}

/** Makes `.cloudwright/` beside the description, for its owner alone. */
export async function makeStateFolder(folder: string): Promise<void> {
  const home = join(folder, '.cloudwright');
  await mkdir(home, { recursive: true, mode: 0o700 });
  await chmod(home, 0o700);
  // The state folder is never meant for version control.
  await writeFile(join(home, '.gitignore'), '*\n', { flag: 'wx' }).catch(() => undefined);
}

/** Writes a new key into its file, readable by its owner alone, and returns the file; nothing for other passwords. */
export async function saveKeyFile({ password, newKeyFile }: VaultPassword): Promise<string | undefined> {
  if (newKeyFile === undefined) return undefined;
  await makeStateFolder(dirname(dirname(newKeyFile)));
  // Another process may have made a key meanwhile, and a vault with it.
  await writePrivate(newKeyFile, `${password.reveal()}\n`, { expected: null });
  return newKeyFile;
}

/** The first line of the file, as ansible-vault reads it too (it strips the whole file; a password is one line). */
async function readPasswordFile(file: string): Promise<Confidential> {
  const refuse = (reason: string): never => fail('VAULT_PASSWORD_FILE', { details: { file, reason } });
  let text: string;
  let mode: number;
  try {
    const found = await stat(file);
    if (!found.isFile() && !found.isFIFO() && !found.isCharacterDevice()) return refuse('it is not a file');
    mode = found.isFile() ? found.mode : 0;
    text = await readFile(file, 'utf8');
  } catch (error) {
    return refuse((error as NodeJS.ErrnoException).code ?? 'unknown error');
  }
  if (mode & 0o077) fail('VAULT_PASSWORD_FILE_OPEN', { details: { file } });
  const password = text.trim();
  if (password === '') fail('VAULT_PASSWORD_EMPTY');
  if (password.includes('\n')) return refuse('it has more than one line');
  return new Confidential(password);
}
