import { dirname } from 'node:path';
import type { DescribedCloud } from '../cloud/build.ts';
import { fail, type Problem } from '../errors/problem.ts';
import { Confidential } from '../secrets/confidential.ts';
import { editVault, type GivenSecrets, makeVault, viewVault } from '../vault/actions.ts';
import { vaultFileOf } from '../vault/keys.ts';
import {
  findVaultPassword,
  refuseShortPassword,
  shortPasswordProblems,
  type VaultPassword,
  withVaultPassword,
} from '../vault/password.ts';
import { rekeyVault } from '../vault/rekey.ts';
import { parseVault } from '../vault/secrets.ts';
import { type Caller, emitProblems, note } from './caller.ts';
import { readDescription } from './description.ts';
import { locked, refuseLostVault, vaultOptions } from './open.ts';

/** The password of the vault beside a description. Rejects VAULT_MISSING, VAULT_PASSWORD_*. */
async function passwordOf(folder: string, caller: Caller): Promise<Confidential> {
  const { password } = await findVaultPassword(folder, vaultOptions(caller));
  emitProblems(caller, shortPasswordProblems(password));
  return password;
}

export interface MadeVault {
  readonly vault: string;
  /** Names of the secrets that were generated. */
  readonly generated: readonly string[];
}

export interface MakeVaultRequest {
  readonly file: string;
  /** Asks for the vault's password, and for the passwords that only the operator knows. */
  readonly ask?: boolean;
}

/** Makes the vault of a description that has none. Throws VAULT_EXISTS, VAULT_DEPLOYED, CLI_ANSWER_NEEDED, RUN_LOCKED. */
export async function makeVaultOf(request: MakeVaultRequest, caller: Caller): Promise<MadeVault> {
  const { cloud } = await readDescription(request.file, caller);
  const { folder } = cloud;
  return await locked(folder, 'vault make', caller, async () => {
    await refuseLostVault(folder);
    const chosen = request.ask ? await askNewPassword(caller) : undefined;
    const given = request.ask ? await askSecrets(cloud, caller) : {};
    const found: VaultPassword = chosen
      ? { password: chosen, source: 'prompt' }
      : await findVaultPassword(folder, { ...vaultOptions(caller), mayCreate: true });
    const { generated, notes } = await makeVault(cloud, found, given);
    for (const text of notes) note(caller, text);
    return { vault: vaultFileOf(folder), generated };
  });
}

/** The decrypted text of the vault. Nothing is written, and no lock is needed. */
export async function viewVaultOf(request: { readonly file: string }, caller: Caller): Promise<Confidential> {
  const folder = dirname(request.file);
  return await withVaultPassword(folder, vaultOptions(caller), async ({ password }) => {
    const text = await viewVault(folder, password);
    emitProblems(caller, shortPasswordProblems(password));
    return text;
  });
}

/** The secrets of a vault's text by name. */
export function secretsIn(text: Confidential): Readonly<Record<string, unknown>> {
  return Object.fromEntries(parseVault(text.reveal()));
}

/** Opens the decrypted vault in an editor of this machine. Gives whether anything changed. Rejects RUN_LOCKED, VAULT_*. */
export async function editVaultOf(
  request: { readonly file: string; readonly editor: string },
  caller: Caller,
): Promise<boolean> {
  const folder = dirname(request.file);
  const { questions } = caller;
  return await locked(folder, 'vault edit', caller, async () =>
    editVault(folder, await passwordOf(folder, caller), {
      editor: request.editor,
      ...(questions && {
        again: async (problems: readonly Problem[]) => await questions.confirm('Edit again?', problems),
      }),
    }),
  );
}

export interface RekeyRequest {
  readonly file: string;
  readonly ask?: boolean;
  /** Absolute path of a file with the new password. */
  readonly newPasswordFile?: string | undefined;
}

/**
 * Encrypts the vault with another password; without one a new key file is made, which the answer says. Rejects
 * RUN_LOCKED, VAULT_*.
 */
export async function rekeyVaultOf(
  request: RekeyRequest,
  caller: Caller,
): Promise<{ readonly vault: string; readonly newKeyFile: boolean }> {
  const folder = dirname(request.file);
  return await locked(folder, 'vault rekey', caller, async () => {
    const { password } = await findVaultPassword(folder, vaultOptions(caller));
    const next = await nextPassword(folder, request, caller);
    await rekeyVault(folder, password, next);
    return { vault: vaultFileOf(folder), newKeyFile: next === undefined };
  });
}

/** The password that the operator chooses; undefined where a key file is wanted instead. */
async function nextPassword(
  folder: string,
  { ask, newPasswordFile }: RekeyRequest,
  caller: Caller,
): Promise<Confidential | undefined> {
  if (ask) return await askNewPassword(caller);
  if (newPasswordFile === undefined) return undefined;
  return (await findVaultPassword(folder, { passwordFile: newPasswordFile })).password;
}

async function secret(caller: Caller, question: string, option: string): Promise<string> {
  if (!caller.questions) return fail('CLI_ANSWER_NEEDED', { details: { question, option } });
  return await caller.questions.secret(question, option);
}

/** Asks twice for a new vault password; undefined where a key file is wanted instead. */
async function askNewPassword(caller: Caller): Promise<Confidential | undefined> {
  const option = 'a password file instead of --ask';
  const first = await secret(caller, 'New vault password (empty: generate a key file)', option);
  if (first === '') return undefined;
  refuseShortPassword(new Confidential(first));
  const second = await secret(caller, 'New vault password again', option);
  return first === second ? new Confidential(first) : fail('CLI_PASSWORDS_DIFFER');
}

/** Asks for what only the operator can know; what is left empty is left out. */
async function askSecrets(cloud: Pick<DescribedCloud, 'ssh'>, caller: Caller): Promise<GivenSecrets> {
  const questions = [
    ['ssh_password', `Password of ${cloud.ssh.user} on the hosts (empty: use ssh keys)`],
    ['sudo_password', 'Password for sudo (empty: none, or the same)'],
    ['admin_password', 'Password of the cloud administrator (empty: generate one)'],
  ] as const;
  const given: Partial<Record<(typeof questions)[number][0], Confidential>> = {};
  for (const [name, question] of questions) {
    if (name === 'sudo_password' && !cloud.ssh.sudo) continue;
    const answer = await secret(caller, question, 'no --ask');
    if (answer !== '') given[name] = new Confidential(answer);
  }
  return given;
}
