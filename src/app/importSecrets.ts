import type { Confidential } from '../secrets/confidential.ts';
import { setSecrets } from '../vault/actions.ts';
import { decryptVault } from '../vault/format.ts';
import { findVaultPassword } from '../vault/password.ts';
import type { Caller } from './caller.ts';
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
 * Finds the password of the vault beside a description, and gives what puts imported secrets into the vault, which is
 * made where there is none. Values that are in the vault already stay. It gives how many were put in. Undefined where
 * there are no secrets; rejects VAULT_*.
 */
export async function vaultForImport(
  folder: string,
  secrets: Readonly<Record<string, Confidential>>,
  caller: Caller,
): Promise<(() => Promise<number>) | undefined> {
  if (Object.keys(secrets).length === 0) return undefined;
  const found = await findVaultPassword(folder, { ...vaultOptions(caller), mayCreate: true });
  return () => setSecrets(folder, found, secrets, { keep: true, mayCreate: true });
}
