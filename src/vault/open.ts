import type { Cloud } from '../cloud/cloud.ts';
import { type DerivedAddress, readCloud } from '../cloud/read.ts';
import type { TablesOfRelease } from '../cloud/services.ts';
import { CloudwrightError, type Problem } from '../errors/problem.ts';
import { type VaultPasswordOptions, withVaultPassword } from './password.ts';
import { type OpenVault, openVault, withSecrets } from './vault.ts';

/** A cloud with its secrets, and what an operator should know about it. */
export interface OpenedCloud {
  readonly cloud: Cloud;
  readonly vault: OpenVault;
  /** Of the description and of the vault. */
  readonly warnings: readonly Problem[];
  readonly derived: readonly DerivedAddress[];
}

/**
 * Reads a description and its vault: the one way from files to `Cloud`. Nothing is written; what is missing in the
 * vault is generated in memory, and `vault.commit()` writes it. Throws CloudwrightError with every error of the
 * description, or with VAULT_* problems.
 */
export async function openCloud(
  file: string,
  options: VaultPasswordOptions & { readonly tablesOf?: TablesOfRelease } = {},
): Promise<OpenedCloud> {
  const { cloud, problems, derived } = await readCloud(file, options.tablesOf);
  if (!cloud) throw new CloudwrightError(problems);
  const vault = await withVaultPassword(cloud.folder, options, (found) =>
    openVault(cloud, found, { mayCreate: options.mayCreate ?? false }),
  );
  return { cloud: withSecrets(cloud, vault), vault, warnings: [...problems, ...vault.warnings], derived };
}
