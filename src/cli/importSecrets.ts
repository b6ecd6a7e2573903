import { CloudwrightError } from '../errors/problem.ts';
import type { Confidential } from '../secrets/confidential.ts';
import { decryptVault } from '../vault/format.ts';
import { findVaultPassword, vaultFileOf } from '../vault/password.ts';
import { checkSecrets, parseVault, readVault, setInVault, writeVault } from '../vault/secrets.ts';
import type { CommandContext, Input } from './command.ts';
import { exists } from './description.ts';
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
  const file = vaultFileOf(folder);
  const isThere = await exists(file);
  const { password } = await findVaultPassword(folder, vaultOptions(context));
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
