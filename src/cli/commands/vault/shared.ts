import { dirname } from 'node:path';
import type { Confidential } from '../../../secrets/confidential.ts';
import { findVaultPassword } from '../../../vault/password.ts';
import type { CommandContext } from '../../command.ts';
import { findDescription } from '../../description.ts';
import { vaultOptions } from '../../session.ts';

export interface OpenVault {
  /** Folder of the description, where the vault lies. */
  readonly folder: string;
  readonly password: Confidential;
}

/** The vault beside the description that the command line means, and its password. Rejects VAULT_MISSING, VAULT_PASSWORD_*. */
export async function openVault(context: CommandContext): Promise<OpenVault> {
  const folder = dirname(await findDescription(context));
  const { password } = await findVaultPassword(folder, vaultOptions(context));
  return { folder, password };
}
