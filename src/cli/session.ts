import { isCancel, password } from '@clack/prompts';
import type { DescribedCloud } from '../cloud/build.ts';
import type { Cloud } from '../cloud/cloud.ts';
import { fail } from '../errors/problem.ts';
import { Confidential } from '../secrets/confidential.ts';
import type { GivenSecrets } from '../vault/actions.ts';
import { openCloud } from '../vault/open.ts';
import type { VaultPasswordOptions } from '../vault/password.ts';
import type { CommandContext } from './command.ts';
import { findDescription } from './description.ts';
import { asides } from './print/aside.ts';
import { formatProblems } from './print/problems.ts';

/** How the vault's password is found: the global option, the environment, and a question where there is someone to ask. */
export function vaultOptions(context: CommandContext): VaultPasswordOptions {
  const { vaultPasswordFile } = context.settings;
  return {
    environment: context.environment,
    ...(vaultPasswordFile !== undefined && { passwordFile: vaultPasswordFile }),
    ...(context.terminal.asks && {
      prompt: async () => await askPassword(context, 'Vault password', '--vault-password-file'),
    }),
  };
}

/** Asks for a password without showing it. Throws CLI_ANSWER_NEEDED, and CLI_INTERRUPTED when the operator gives up. */
export async function askPassword(
  context: CommandContext,
  question: string,
  option: string,
): Promise<string> {
  if (!context.terminal.asks) fail('CLI_ANSWER_NEEDED', { details: { question, option } });
  const answer = await password({ message: question, output: process.stderr });
  return isCancel(answer) ? fail('CLI_INTERRUPTED') : (answer ?? '');
}

/** Asks twice for a new vault password; undefined where a key file is wanted instead. */
export async function askNewPassword(context: CommandContext): Promise<Confidential | undefined> {
  const option = 'a password file instead of --ask';
  const first = await askPassword(context, 'New vault password (empty: a key file is made)', option);
  if (first === '') return undefined;
  const second = await askPassword(context, 'The same again', option);
  return first === second ? new Confidential(first) : fail('CLI_PASSWORDS_DIFFER');
}

/** Asks for what only the operator can know; what is left empty is left out. */
export async function askSecrets(
  context: CommandContext,
  cloud: Pick<DescribedCloud, 'ssh'>,
): Promise<GivenSecrets> {
  const questions = [
    ['ssh_password', `Password of ${cloud.ssh.user} on the hosts (empty: ssh keys are used)`],
    ['sudo_password', 'Password for sudo (empty: none, or the same)'],
    ['admin_password', 'Password of the cloud administrator (empty: generated)'],
  ] as const;
  const given: Partial<Record<(typeof questions)[number][0], Confidential>> = {};
  for (const [name, question] of questions) {
    if (name === 'sudo_password' && !cloud.ssh.sudo) continue;
    const answer = await askPassword(context, question, 'no --ask');
    if (answer !== '') given[name] = new Confidential(answer);
  }
  return given;
}

/**
 * Opens the description that the command line means, with its secrets; says what the operator should hear about it.
 * With `mayCreate` the vault may be made, and what is missing in it is written.
 */
export async function openDescribedCloud(
  context: CommandContext,
  named?: string,
  mayCreate = false,
): Promise<Cloud> {
  const file = await findDescription(context, named);
  const opened = await openCloud(file, { ...vaultOptions(context), mayCreate });
  const { terminal, settings, folder } = context;
  const say = asides(context);
  if (opened.warnings.length > 0 && !settings.quiet && !settings.json) {
    const style = { colors: terminal.errColors, columns: terminal.columns(), folder };
    terminal.err(`${formatProblems(opened.warnings, style)}\n`);
  }
  if (mayCreate) for (const note of await opened.vault.commit()) say(note);
  return opened.cloud;
}
