import { newToken } from './frame.ts';
import { quote } from './quote.ts';

/** Random markers that distinguish a new shell's own output from everything else on its streams. */
export interface ShellTokens {
  readonly ready: string;
  readonly prompt: string;
  readonly notRoot: string;
}

export function shellTokens(): ShellTokens {
  return { ready: newToken(), prompt: newToken(), notRoot: newToken() };
}

/** Set once in every shell: scripts may rely on these whatever the host's own settings are. */
export const SHELL_ENVIRONMENT =
  'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive; export PATH LC_ALL LANG DEBIAN_FRONTEND; umask 022; cd /\n';

/**
 * The command that starts a shell. `sudo`: becomes root with it unless the user is root already; `as-is`: keeps the
 * user. No login shell is started, so no profile of the user can disturb it.
 */
export function shellCommand(tokens: ShellTokens, become: 'sudo' | 'must-be-root' | 'as-is'): string {
  const boot = `printf "\\n%s %d\\n" ${tokens.ready} $$; printf "\\n%s\\n" ${tokens.ready} >&2; exec sh`;
  if (become === 'as-is') return boot;
  const otherwise =
    become === 'sudo'
      ? `exec sudo -S -H -p ${tokens.prompt} sh -c ${quote(boot)}`
      : `printf "\\n%s\\n" ${tokens.notRoot} >&2; exit 1`;
  return `exec sh -c ${quote(`if [ "$(id -u)" = 0 ]; then HOME=/root; export HOME; ${boot}; else ${otherwise}; fi`)}`;
}

/** Why root cannot be had, from standard error so far; undefined while it can. */
export function becomeRootFailure(
  received: string,
  tokens: ShellTokens,
  havePassword: boolean,
): 'not-root' | 'sudo-password-needed' | 'sudo-refused' | undefined {
  if (received.includes(tokens.notRoot)) return 'not-root';
  const prompts = received.split(tokens.prompt).length - 1;
  if (prompts > 0 && !havePassword) return 'sudo-password-needed';
  // Asked again: the first answer was wrong.
  return prompts > 1 ? 'sudo-refused' : undefined;
}
