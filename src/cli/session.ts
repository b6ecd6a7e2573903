import { isCancel, password } from '@clack/prompts';
import type { Cloud } from '../cloud/cloud.ts';
import { fail } from '../errors/problem.ts';
import type { VaultPasswordOptions } from '../vault/password.ts';
import { openCloud } from '../vault/open.ts';
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
    ...(context.terminal.asks && { prompt: async () => await askPassword('Vault password') }),
  };
}

/** Asks for a password without showing it. Throws CLI_INTERRUPTED when the operator gives up. */
export async function askPassword(message: string): Promise<string> {
  const answer = await password({ message, output: process.stderr });
  return isCancel(answer) ? fail('CLI_INTERRUPTED') : answer;
}

/** Opens the description that the command line means, with its secrets; says what the operator should hear about it. */
export async function openDescribedCloud(context: CommandContext): Promise<Cloud> {
  const opened = await openCloud(await findDescription(context), vaultOptions(context));
  const { terminal, settings, folder } = context;
  const say = asides(context);
  if (opened.warnings.length > 0 && !settings.quiet && !settings.json) {
    terminal.err(
      `${formatProblems(opened.warnings, { colors: terminal.errColors, columns: terminal.columns(), folder })}\n`,
    );
  }
  for (const note of opened.notes) say(note);
  return opened.cloud;
}
