import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { access, constants, mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DescribedCloud } from '../cloud/build.ts';
import { CloudwrightError, fail, type Problem } from '../errors/problem.ts';
import { Confidential } from '../secrets/confidential.ts';
import { writePrivate } from './files.ts';
import { keyFileOf, readEnvelope, retireKey, vaultFileOf } from './keys.ts';
import { refuseShortPassword, saveKeyFile, type VaultPassword } from './password.ts';
import { checkSecrets, parseVault, readVault, setInVault, writeVault } from './secrets.ts';
import { openVault } from './vault.ts';

/** What the operator gives, or an import carries over; everything left out is generated where it can be. */
export type GivenSecrets = Readonly<Record<string, Confidential>>;

/**
 * Makes the vault of a cloud: the given values and everything that can be generated. Returns the names of what was
 * generated, and notes for the operator. Fails with VAULT_EXISTS, VAULT_SECRET_*.
 */
export async function makeVault(
  cloud: DescribedCloud,
  found: VaultPassword,
  given: GivenSecrets = {},
): Promise<{ readonly generated: readonly string[]; readonly notes: readonly string[] }> {
  const file = vaultFileOf(cloud.folder);
  if ((await readEnvelope(cloud.folder)) !== undefined) fail('VAULT_EXISTS', { details: { file } });
  const vault = await openVault(cloud, found, { mayCreate: true, given: revealed(given) });
  return { generated: vault.generated, notes: await vault.commit() };
}

/** The vault's text, for the operator who asked to see it. */
export async function viewVault(folder: string, password: Confidential): Promise<Confidential> {
  return new Confidential((await readVault(folder, password)).text);
}

/**
 * Puts single values in, such as imported passwords. With `keep`, values that the vault holds already stay. Returns
 * how many were put in; the vault is made where there is none and `mayCreate` was given to `findVaultPassword`.
 */
export async function setSecrets(
  folder: string,
  found: VaultPassword,
  given: GivenSecrets,
  { keep = false, mayCreate = false } = {},
): Promise<number> {
  const file = vaultFileOf(folder);
  const isNew = mayCreate && (await readEnvelope(folder)) === undefined;
  if (isNew) refuseShortPassword(found.password);
  const read = isNew
    ? { text: '# Secrets of this cloud.\n', label: undefined, envelope: null }
    : await readVault(folder, found.password);
  const known = parseVault(read.text);
  const values = new Map([...revealed(given)].filter(([name]) => !keep || !known.has(name)));
  const changed = setInVault(read.text, values);
  refuseUnfit(changed, file);
  if (isNew && found.source !== 'key') await retireKey(folder, keyFileOf(folder));
  await saveKeyFile(found);
  await writeVault(folder, changed, found.password, { label: read.label, expected: read.envelope });
  return values.size;
}

function revealed(given: GivenSecrets): ReadonlyMap<string, string> {
  return new Map(Object.entries(given).map(([name, value]) => [name, value.reveal()]));
}

export interface EditOptions {
  /** A command line as in EDITOR, e.g. `code --wait`. */
  readonly editor: string;
  /** Asked when the edited text is not valid: true opens the editor again, false drops the change. */
  readonly again?: (problems: readonly Problem[]) => Promise<boolean>;
}

/**
 * Opens the decrypted vault in an editor. The text is in memory (/dev/shm), in a folder of the operator's own, and
 * is removed whatever happens. Returns whether anything changed. Fails with VAULT_EDITOR, VAULT_CONTENT, VAULT_SECRET_*.
 */
export async function editVault(
  folder: string,
  password: Confidential,
  options: EditOptions,
): Promise<boolean> {
  const { text, label, envelope } = await readVault(folder, password);
  const place = await mkdtemp(join(await memoryFolder(), 'cloudwright-vault-'));
  const remove = (): void => rmSync(place, { recursive: true, force: true });
  const leave = (signal: NodeJS.Signals): void => {
    remove();
    process.kill(process.pid, signal);
  };
  process.once('exit', remove);
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.once(signal, leave);
  try {
    const file = join(place, 'vault.yml');
    await writePrivate(file, text);
    for (;;) {
      await runEditor(options.editor, file);
      const edited = await readFile(file, 'utf8');
      if (edited === text) return false;
      const problems = unfit(edited, vaultFileOf(folder));
      if (problems.length === 0) {
        await writeVault(folder, edited, password, { label, expected: envelope });
        return true;
      }
      if (!(await options.again?.(problems))) throw new CloudwrightError(problems);
    }
  } finally {
    remove();
    process.off('exit', remove);
    for (const signal of signals) process.off(signal, leave);
  }
}

function unfit(text: string, file: string): readonly Problem[] {
  try {
    return checkSecrets(parseVault(text), file);
  } catch (error) {
    if (error instanceof CloudwrightError) return error.problems;
    throw error;
  }
}

function refuseUnfit(text: string, file: string): void {
  const problems = unfit(text, file);
  if (problems.length > 0) throw new CloudwrightError(problems);
}

/** A folder that never reaches a disk, where there is one. */
async function memoryFolder(): Promise<string> {
  return access('/dev/shm', constants.W_OK).then(
    () => '/dev/shm',
    () => tmpdir(),
  );
}

function runEditor(editor: string, file: string): Promise<void> {
  return new Promise((resolve, reject) => {
    // As git does: the shell splits the editor's own words, the file is passed as its argument.
    const child = spawn('/bin/sh', ['-c', `${editor} "$@"`, 'sh', file], { stdio: 'inherit' });
    const refuse = (reason: string): void => {
      try {
        fail('VAULT_EDITOR', { details: { editor, reason } });
      } catch (error) {
        reject(error as Error);
      }
    };
    child.once('error', (error) => refuse(error.message));
    child.once('exit', (code, signal) => {
      if (code === 0) resolve();
      else refuse(signal ? `signal ${signal}` : `exit code ${code}`);
    });
  });
}
