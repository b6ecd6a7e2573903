import type { Confidential } from '../secrets/confidential.ts';
import { setSecrets } from '../vault/actions.ts';
import { decryptVault } from '../vault/format.ts';
import { readEnvelope } from '../vault/keys.ts';
import { findVaultPassword, refuseShortPassword, shortPasswordProblems } from '../vault/password.ts';
import { type Caller, emitProblems } from './caller.ts';
import { refuseLostVault, vaultOptions } from './open.ts';

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
 * made where there is none. Values that are in the vault already stay. It gives how many were put in. The lock of the
 * cloud must be held. Rejects VAULT_*.
 */
export async function vaultForImport(
  folder: string,
  secrets: Readonly<Record<string, Confidential>>,
  caller: Caller,
): Promise<() => Promise<number>> {
  await refuseLostVault(folder);
  const found = await findVaultPassword(folder, { ...vaultOptions(caller), mayCreate: true });
  if ((await readEnvelope(folder)) === undefined) refuseShortPassword(found.password);
  else emitProblems(caller, shortPasswordProblems(found.password));
  return () => setSecrets(folder, found, secrets, { keep: true, mayCreate: true });
}
