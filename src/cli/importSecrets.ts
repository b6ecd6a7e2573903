import type { Confidential } from '../secrets/confidential.ts';
import { setSecrets } from '../vault/actions.ts';
import { decryptVault } from '../vault/format.ts';
import { findVaultPassword } from '../vault/password.ts';
import type { CommandContext, Input } from './command.ts';
import { vaultOptions } from './session.ts';

/** Opens files encrypted by ansible-vault with the password file that was given; undefined without one. */
export async function vaultDecryptor(
  context: CommandContext,
  input: Input,
): Promise<((envelope: string, file: string) => string) | undefined> {
  const passwordFile = input.option('import-password-file');
  if (passwordFile === undefined) return undefined;
  const { password } = await findVaultPassword(context.folder, { passwordFile });
  return (envelope, file) => decryptVault(envelope, password.reveal(), file);
}

/**
 * Puts imported secrets into the vault beside a description, which is made where there is none. Values that are in
 * the vault already stay. Gives how many were put in; rejects VAULT_*.
 */
export async function storeImportedSecrets(
  context: CommandContext,
  folder: string,
  secrets: Readonly<Record<string, Confidential>>,
): Promise<number> {
  if (Object.keys(secrets).length === 0) return 0;
  const found = await findVaultPassword(folder, { ...vaultOptions(context), mayCreate: true });
  return setSecrets(folder, found, secrets, { keep: true, mayCreate: true });
}
