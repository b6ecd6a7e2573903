import { CloudwrightError } from '../errors/problem.ts';
import type { Confidential } from '../secrets/confidential.ts';
import { decryptVault } from '../vault/format.ts';
import { findVaultPassword, vaultFileOf } from '../vault/password.ts';
import { checkSecrets, parseVault, readVault, setInVault, writeVault } from '../vault/secrets.ts';
import type { Caller } from './caller.ts';
import { exists } from './description.ts';
import { vaultOptions } from './open.ts';

/** Opens files encrypted by ansible-vault with the password in a file; undefined without one. */
export async function vaultDecryptor(
  folder: string,
  passwordFile: string | undefined,
): Promise<((envelope: string, file: string) => string) | undefined> {
  if (passwordFile === undefined) return undefined;
  const { password } = await findVaultPassword(folder, { passwordFile });
  return (envelope, file) => decryptVault(envelope, password.reveal(), file);
}

/**
 * Puts imported secrets into the vault beside a description, which is made where there is none. Values that are in
 * the vault already stay. Gives how many were put in; rejects VAULT_*.
 */
export async function storeImportedSecrets(
  folder: string,
  secrets: Readonly<Record<string, Confidential>>,
  caller: Caller,
): Promise<number> {
  if (Object.keys(secrets).length === 0) return 0;
  const file = vaultFileOf(folder);
  const isThere = await exists(file);
  const { password } = await findVaultPassword(folder, vaultOptions(caller));
  const { text, label } = isThere
    ? await readVault(folder, password)
    : { text: '# Secrets of this cloud.\n', label: undefined };
  const known = parseVault(text);
  const fresh = Object.entries(secrets).filter(([name]) => !known.has(name));
  const changed = setInVault(text, new Map(fresh.map(([name, value]) => [name, value.reveal()])));
  const problems = checkSecrets(parseVault(changed), file);
  if (problems.length > 0) throw new CloudwrightError(problems);
  await writeVault(folder, changed, password, label);
  return fresh.length;
}
