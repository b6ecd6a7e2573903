import type { Cloud } from '../cloud/cloud.ts';
import { type DerivedAddress, readCloud } from '../cloud/read.ts';
import { CloudwrightError, type Problem } from '../errors/problem.ts';
import { findVaultPassword, type VaultPasswordOptions, vaultFileOf } from './password.ts';
import { ensureSecrets, withSecrets } from './secrets.ts';

/** A cloud with its secrets, and what an operator should hear about it. */
export interface OpenedCloud {
  readonly cloud: Cloud;
  readonly warnings: readonly Problem[];
  readonly derived: readonly DerivedAddress[];
  /** Sentences on keys and secrets that were made. */
  readonly notes: readonly string[];
}

/**
 * Reads a description and its vault; what is missing in the vault is generated. The one way from files to `Cloud`.
 * Throws CloudwrightError with every error of the description, or with VAULT_* problems.
 */
export async function openCloud(file: string, options: VaultPasswordOptions = {}): Promise<OpenedCloud> {
  const { cloud, problems, derived } = await readCloud(file);
  if (!cloud) throw new CloudwrightError(problems);
  const found = await findVaultPassword(cloud.folder, options);
  const ensured = await ensureSecrets(cloud, found.password);
  const notes: string[] = [];
  if (found.made !== undefined) {
    notes.push(
      `The vault's key was made: ${found.made}. Keep a copy in a safe place; without it the secrets are lost.`,
    );
  }
  if (ensured.made.length > 0)
    notes.push(`${ensured.made.length} secrets were generated into ${vaultFileOf(cloud.folder)}.`);
  return { cloud: withSecrets(cloud, ensured), warnings: problems, derived, notes };
}
