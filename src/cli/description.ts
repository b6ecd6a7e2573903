import { access, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { ReadResult } from '../cloud/read.ts';
import { parseDescription, readCloud } from '../cloud/read.ts';

import { CloudwrightError, fail } from '../errors/problem.ts';
import type { CommandContext } from './command.ts';
import { formatProblems } from './print/problems.ts';

/** The name that is looked for where no file is named. */
export const DESCRIPTION_NAME = 'cloud.yaml';

/**
 * The description a command works on: the one named, or the nearest `cloud.yaml` in the working folder or above it.
 * Throws CLI_FILE_NOT_FOUND.
 */
export async function findDescription(context: CommandContext, named?: string): Promise<string> {
  const given = named ?? context.settings.file;
  if (given !== undefined) return resolve(context.folder, given);
  let folder = resolve(context.folder);
  for (;;) {
    const file = join(folder, DESCRIPTION_NAME);
    if (await exists(file)) return file;
    const above = dirname(folder);
    if (above === folder) return fail('CLI_FILE_NOT_FOUND', { details: { folder: context.folder } });
    folder = above;
  }
}

/** Reads the description; throws all its problems at once when there is an error among them. Warnings are printed. */
export async function readDescription(
  context: CommandContext,
  named?: string,
): Promise<ReadResult & { readonly cloud: NonNullable<ReadResult['cloud']> }> {
  const result = await readCloud(await findDescription(context, named));
  const { cloud } = result;
  if (!cloud) throw new CloudwrightError(result.problems);
  if (!context.settings.quiet && !context.settings.json && result.problems.length > 0) {
    const { terminal, folder } = context;
    terminal.err(
      `${formatProblems(result.problems, { colors: terminal.errColors, columns: terminal.columns(), folder })}\n`,
    );
  }
  return { ...result, cloud };
}

export async function exists(file: string): Promise<boolean> {
  return await access(file).then(
    () => true,
    () => false,
  );
}

/**
 * Writes a new description, once it is sound. Throws its problems, or CLI_FILE_EXISTS where a file is there and
 * `overwrite` is not set.
 */
export async function writeDescription(file: string, text: string, overwrite: boolean): Promise<void> {
  const { cloud, problems } = parseDescription(text, { file, folder: dirname(file), home: homedir() });
  if (!cloud) throw new CloudwrightError(problems);
  await writeText(file, text, overwrite);
}

/** Writes a description that may still have errors, as an import's. Throws CLI_FILE_EXISTS, CLI_FILE_UNWRITABLE. */
export async function writeText(file: string, text: string, overwrite: boolean): Promise<void> {
  try {
    await writeFile(file, text, { flag: overwrite ? 'w' : 'wx' });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    if (code === 'EEXIST') fail('CLI_FILE_EXISTS', { details: { file } });
    fail('CLI_FILE_UNWRITABLE', { details: { file, reason: code } });
  }
}
