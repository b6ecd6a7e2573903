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
 * Puts imported secrets into the vault beside a description, which is made where there is none. Values that are in
 * the vault already stay. Gives how many were put in; rejects VAULT_*.
 */
export async function storeImportedSecrets(
  folder: string,
  secrets: Readonly<Record<string, Confidential>>,
  caller: Caller,
): Promise<number> {
  if (Object.keys(secrets).length === 0) return 0;
  const found = await findVaultPassword(folder, { ...vaultOptions(caller), mayCreate: true });
  return setSecrets(folder, found, secrets, { keep: true, mayCreate: true });
}
