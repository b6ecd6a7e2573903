import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CloudwrightError, fail, type Problem, problem } from '../errors/problem.ts';
import { Confidential } from '../secrets/confidential.ts';
import { writePrivate } from './files.ts';
import {
  keyFileOf,
  makeStateFolder,
  newKey,
  opensVault,
  passwordIn,
  pendingKeyFileOf,
  readEnvelope,
  readKey,
  vaultFileOf,
} from './keys.ts';

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

/** Characters that a password of a person has at least: ansible-vault's format makes guessing cheap. */
export const LEAST_PASSWORD = 16;

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
  const key = await findKey(folder);
  if (key) return { password: key, source: 'key' };
  const vaultFile = vaultFileOf(folder);
  if ((await readEnvelope(folder)) !== undefined) {
    if (!options.prompt) return fail('VAULT_PASSWORD_MISSING', { details: { file: vaultFile, keyFile } });
    const answer = await options.prompt();
    if (answer === '') fail('VAULT_PASSWORD_EMPTY');
    return { password: new Confidential(answer), source: 'prompt' };
  }
  if (!options.mayCreate) return fail('VAULT_MISSING', { details: { file: vaultFile } });
  return { password: newKey(), source: 'key', newKeyFile: keyFile };
}

/**
 * The key of the folder. While the vault's key is changed there are two, of which the one that opens the vault counts.
 * Nothing is written: this may run beside the command that changes the key.
 */
async function findKey(folder: string): Promise<Confidential | undefined> {
  const first = await readKey(pendingKeyFileOf(folder));
  const key = await readKey(keyFileOf(folder));
  // Either may have been renamed to the other in between.
  const pending = first ?? (key ? undefined : await readKey(pendingKeyFileOf(folder)));
  if (!pending) return key;
  const envelope = await readEnvelope(folder);
  if (envelope === undefined) return key;
  if (opensVault(envelope, pending, folder)) return pending;
  return key;
}

/**
 * Finds the password and reads with it. Another command may change the key in between; the new one is then tried too.
 * For commands that do not hold the lock of the cloud.
 */
export async function withVaultPassword<T>(
  folder: string,
  options: VaultPasswordOptions,
  read: (found: VaultPassword) => Promise<T>,
): Promise<T> {
  let found = await findVaultPassword(folder, options);
  for (;;) {
    try {
      return await read(found);
    } catch (error) {
      const code = error instanceof CloudwrightError ? error.problems[0]?.code : undefined;
      if (code !== 'VAULT_PASSWORD_WRONG' || found.source !== 'key') throw error;
      const next = await findVaultPassword(folder, options);
      if (next.password.reveal() === found.password.reveal()) throw error;
      found = next;
    }
  }
}

/** Refuses a short password for a new vault or a new password. Fails with VAULT_PASSWORD_EMPTY, _SHORT. */
export function refuseShortPassword(password: Confidential): void {
  if (password.reveal() === '') fail('VAULT_PASSWORD_EMPTY');
  const [short] = shortPasswordProblems(password, 'error');
  if (short) throw new CloudwrightError([short]);
}

/** A short password of a vault that exists still opens it, with this warning. */
export function shortPasswordProblems(
  password: Confidential,
  severity: Problem['severity'] = 'warning',
): readonly Problem[] {
  if ([...password.reveal()].length >= LEAST_PASSWORD) return [];
  return [problem('VAULT_PASSWORD_SHORT', { severity, details: { least: LEAST_PASSWORD } })];
}

/** Writes a new key into its file, readable by its owner alone, and returns the file; nothing for other passwords. */
export async function saveKeyFile({ password, newKeyFile }: VaultPassword): Promise<string | undefined> {
  if (newKeyFile === undefined) return undefined;
  await makeStateFolder(dirname(dirname(newKeyFile)));
  // Another process may have made a key meanwhile, and a vault with it.
  await writePrivate(newKeyFile, `${password.reveal()}\n`, { expected: null });
  return newKeyFile;
}

/** A file that the operator names: it may be a link or a pipe, such as `<(pass show cloud)`. */
async function readPasswordFile(file: string): Promise<Confidential> {
  const refuse = (reason: string): never => fail('VAULT_PASSWORD_FILE', { details: { file, reason } });
  try {
    const handle = await open(file, 'r');
    try {
      const found = await handle.stat();
      if (!found.isFile() && !found.isFIFO() && !found.isCharacterDevice()) return refuse('it is not a file');
      return passwordIn(await handle.readFile('utf8'), found.isFile() ? found.mode : 0, file);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof CloudwrightError) throw error;
    return refuse((error as NodeJS.ErrnoException).code ?? 'unknown error');
  }
}
