import { constants, type FileHandle, open } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname } from 'node:path';
import { parseDescription, type ReadResult, readCloud } from '../cloud/read.ts';
import { CloudwrightError, exitCodeOf, fail } from '../errors/problem.ts';
import { type Caller, emitProblems } from './caller.ts';
import { describeCloud } from './describe.ts';
import { tablesOfRelease } from './options.ts';

/** A description without errors; its secrets are still closed. */
export type ReadDescription = ReadResult & { readonly cloud: NonNullable<ReadResult['cloud']> };

/** Reads a description. Warnings are emitted. Throws all its problems at once when there is an error among them. */
export async function readDescription(file: string, caller: Pick<Caller, 'emit'>): Promise<ReadDescription> {
  const result = await readCloud(file, tablesOfRelease);
  const { cloud } = result;
  if (!cloud) throw new CloudwrightError(result.problems);
  emitProblems(caller, result.problems);
  return { ...result, cloud };
}

export interface Validation extends Omit<ReadResult, 'problems'> {
  /** The description has no error. */
  readonly valid: boolean;
  /** The cloud in words, line by line; empty where the description has an error. */
  readonly summary: readonly string[];
  readonly exitCode: number;
}

/** Checks a description and reaches no host. Its problems are emitted. */
export async function validate(file: string, caller: Pick<Caller, 'emit'>): Promise<Validation> {
  const { problems, ...result } = await readCloud(file, tablesOfRelease);
  emitProblems(caller, problems);
  const { cloud, derived } = result;
  return {
    ...result,
    valid: cloud !== undefined,
    summary: cloud ? describeCloud(cloud, derived) : [],
    exitCode: exitCodeOf(problems),
  };
}

/**
 * Writes a new description, if it is valid. Throws its problems, or CLI_FILE_EXISTS where a file is there and `overwrite`
 * is not set.
 */
export async function writeDescription(file: string, text: string, overwrite: boolean): Promise<void> {
  const { cloud, problems } = parseDescription(text, { file, folder: dirname(file), home: homedir() });
  if (!cloud) throw new CloudwrightError(problems);
  await writeText(file, text, overwrite);
}

/**
 * Writes a description that may still have errors, as an import's. Throws CLI_FILE_EXISTS, and CLI_FILE_UNWRITABLE also
 * where there is anything but a regular file: opening a pipe would wait for a reader.
 */
export async function writeText(file: string, text: string, overwrite: boolean): Promise<void> {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NONBLOCK } = constants;
  const refuse = (reason: string): never => fail('CLI_FILE_UNWRITABLE', { details: { file, reason } });
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, O_WRONLY | O_CREAT | O_NONBLOCK | (overwrite ? 0 : O_EXCL));
    if (!(await handle.stat()).isFile()) return refuse(NOT_REGULAR);
    await handle.truncate();
    await handle.writeFile(text);
  } catch (error) {
    if (error instanceof CloudwrightError) throw error;
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') fail('CLI_FILE_EXISTS', { details: { file } });
    // The answers for a pipe without a reader and for a socket.
    refuse(code === 'ENXIO' ? NOT_REGULAR : code);
  } finally {
    await handle?.close();
  }
}

const NOT_REGULAR = 'it is not a regular file';
