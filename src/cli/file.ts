import { accessSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fail } from '../errors/problem.ts';
import type { CommandContext } from './command.ts';

/** The name that is looked for where no file is named. */
export const DESCRIPTION_NAME = 'cloud.yaml';

/**
 * The description a command works on: the one named, or the nearest `cloud.yaml` in the working folder or above it.
 * Throws CLI_FILE_NOT_FOUND and CLI_FILE_FOREIGN.
 */
export function findDescription(
  context: { readonly folder: string; readonly settings: Pick<CommandContext['settings'], 'file'> },
  named?: string,
): string {
  const given = named ?? context.settings.file;
  if (given !== undefined) return resolve(context.folder, given);
  let folder = resolve(context.folder);
  for (;;) {
    const file = join(folder, DESCRIPTION_NAME);
    if (isThere(file)) return folder === resolve(context.folder) ? file : mine(file);
    const above = dirname(folder);
    if (above === folder) return fail('CLI_FILE_NOT_FOUND', { details: { folder: context.folder } });
    folder = above;
  }
}

/**
 * A description above the working folder is used without being named; one that somebody else put there, such as in
 * /tmp, decides over nothing. Throws CLI_FILE_FOREIGN.
 */
function mine(file: string): string {
  const own = process.getuid?.();
  const { uid } = statSync(file);
  const trusted = [own, 0, own === 0 ? Number(process.env.SUDO_UID ?? 0) : own];
  return trusted.includes(uid) ? file : fail('CLI_FILE_FOREIGN', { details: { file } });
}

function isThere(file: string): boolean {
  try {
    accessSync(file);
    return true;
  } catch {
    return false;
  }
}
