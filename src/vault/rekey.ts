import type { Confidential } from '../secrets/confidential.ts';
import { writePrivate } from './files.ts';
import {
  makeStateFolder,
  newKey,
  pendingKeyFileOf,
  promotePendingKey,
  recoverKeys,
  retireKey,
  setKeyAside,
} from './keys.ts';
import { refuseShortPassword } from './password.ts';
import { readVault, writeVault } from './secrets.ts';

/**
 * Encrypts the vault under another password; without one a new key file is made. A kill at any point loses nothing: the
 * key that opens the vault is always in the key file or in the pending one, both of which `findVaultPassword` tries.
 * Replaced keys are kept. The lock of the cloud must be held. Fails with VAULT_PASSWORD_SHORT, VAULT_CHANGED and as
 * `readVault` does.
 */
export async function rekeyVault(folder: string, password: Confidential, next?: Confidential): Promise<void> {
  if (next) refuseShortPassword(next);
  const { text, label, envelope } = await readVault(folder, password);
  await makeStateFolder(folder);
  await recoverKeys(folder);
  const pending = pendingKeyFileOf(folder);
  // Left by a change that was cut off before it wrote the vault.
  await retireKey(folder, pending);
  if (next) {
    // A key file that does not open the vault would be found before the operator is asked.
    await setKeyAside(folder);
    await writeVault(folder, text, next, { label, expected: envelope });
    await retireKey(folder, pending);
    return;
  }
  const key = newKey();
  await writePrivate(pending, `${key.reveal()}\n`);
  await writeVault(folder, text, key, { label, expected: envelope });
  await promotePendingKey(folder);
}
