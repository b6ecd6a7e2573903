import { dirname, join } from 'node:path';
import type { Cloud } from '../cloud/cloud.ts';
import { journalFile, readHistory } from '../engine/journal.ts';
import { type Lock, lockFile, takeLock } from '../engine/lock.ts';
import { fail } from '../errors/problem.ts';
import type { AllFacts } from '../hosts/connection.ts';
import { makeStateFolder, readEnvelope, recoverKeys, vaultFileOf } from '../vault/keys.ts';
import { type OpenedCloud, openCloud } from '../vault/open.ts';
import type { VaultPasswordOptions } from '../vault/password.ts';
import { type Caller, emitProblems, note } from './caller.ts';
import { tablesOfRelease } from './options.ts';

/** Writes what was generated for the vault, when the hosts' facts show that it may be. */
export type KeepSecrets = (facts: AllFacts) => Promise<void>;

export interface OpenOptions {
  /** Whether a vault may be made where there is none; only for the first deployment of a cloud. */
  readonly mayCreateVault?: boolean;
}

/** How the vault's password is found: the caller's file, the environment, the key file, a question. */
export function vaultOptions(caller: Caller): VaultPasswordOptions {
  const { questions, vaultPasswordFile } = caller;
  return {
    environment: caller.environment,
    ...(vaultPasswordFile !== undefined && { passwordFile: vaultPasswordFile }),
    ...(questions && {
      prompt: async () => await questions.secret('Vault password', '--vault-password-file'),
    }),
  };
}

/**
 * Opens a description with its secrets. Warnings are emitted. Throws its problems, VAULT_MISSING where there is no
 * vault and none may be made, and VAULT_*.
 */
export async function open(file: string, caller: Caller, options: OpenOptions = {}): Promise<Cloud> {
  return (await openWithVault(file, caller, options)).cloud;
}

/** The same with the vault, whose `commit` writes what was generated. */
export async function openWithVault(
  file: string,
  caller: Caller,
  options: OpenOptions,
): Promise<OpenedCloud> {
  const mayCreate = options.mayCreateVault === true;
  const opened = await openCloud(file, { ...vaultOptions(caller), mayCreate, tablesOf: tablesOfRelease });
  emitProblems(caller, opened.warnings);
  return opened;
}

/** Whether no run has come to its first step from here, before which the vault is written; it may be made then. */
export function neverApplied(folder: string): boolean {
  return readHistory(journalFile(folder)).steps.size === 0;
}

/**
 * Refuses a new vault where there is none but the journal has runs: the vault was lost. Fails with VAULT_DEPLOYED. For
 * commands that make a vault without seeing the hosts; a first run also compares the ids that the hosts have.
 */
export async function refuseLostVault(folder: string): Promise<void> {
  if (neverApplied(folder) || (await readEnvelope(folder)) !== undefined) return;
  fail('VAULT_DEPLOYED', { details: { file: vaultFileOf(folder), folder: join(folder, '.cloudwright') } });
}

/**
 * Takes the lock of a cloud, opens it and works on it. The lock comes first: two first runs must not both make a
 * vault. `keepSecrets` writes what was generated: before any change, since a host must never know a secret that the
 * vault does not; and after the hosts were seen, since they may belong to a cloud whose vault was lost.
 * Throws RUN_LOCKED where another run is in progress, and as `open` does.
 */
export async function openLocked<T>(
  file: string,
  command: string,
  caller: Caller,
  work: (cloud: Cloud, keepSecrets: KeepSecrets) => Promise<T>,
): Promise<T> {
  const folder = dirname(file);
  return await locked(folder, command, caller, async () => {
    const { cloud, vault } = await openWithVault(file, caller, { mayCreateVault: neverApplied(folder) });
    return await work(cloud, async (facts) => {
      const managed = [...facts].flatMap(([host, found]) => (found.managed ? [host] : []));
      if (vault.isNew && managed.length > 0)
        fail('VAULT_LOST', { details: { hosts: managed.join(', '), folder } });
      for (const text of await vault.commit()) note(caller, text);
    });
  });
}

/**
 * Holds the lock of the cloud in a folder while `work` runs. Every command that may write the vault or a key works
 * under it; commands that only read do without. Rejects RUN_LOCKED, VAULT_UNREADABLE.
 */
export async function locked<T>(
  folder: string,
  command: string,
  caller: Caller,
  work: () => Promise<T>,
): Promise<T> {
  await makeStateFolder(folder);
  const lock: Lock = takeLock(lockFile(folder), command);
  try {
    const left = lock.tookOverFrom;
    if (left)
      note(
        caller,
        `Process ${left.pid} (${left.command}, since ${left.since}) ended without finishing. Its lock was taken over.`,
      );
    await recoverKeys(folder);
    return await work();
  } finally {
    lock.release();
  }
}
