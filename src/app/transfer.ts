import { mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { InitAnswers } from '../cloud/answers.ts';
import type { DescribedCloud } from '../cloud/build.ts';
import { exitCodeOf, fail } from '../errors/problem.ts';
import { exportBurrito } from '../formats/burrito/export.ts';
import type { ExportedPart, ExportResult } from '../formats/export.ts';
import type { ImportHints } from '../formats/hints.ts';
import { type Import, importFiles } from '../formats/import.ts';
import { exportKolla } from '../formats/kolla/export.ts';
import { likeDescription } from '../formats/like.ts';
import { exportPackstack } from '../formats/packstack/export.ts';
import type { Format } from '../formats/recognise.ts';
import type { ImportResult } from '../formats/result.ts';
import { type Caller, emitProblems } from './caller.ts';
import { readDescription, writeDescription, writeText } from './description.ts';
import { vaultDecryptor, vaultForImport } from './importSecrets.ts';
import { renderDescription } from './init/description.ts';
import { locked } from './open.ts';

export interface ImportRequest {
  /** Files and folders; relative to `folder`. */
  readonly paths: readonly string[];
  readonly folder: string;
  /** The description to write. */
  readonly file: string;
  /** Found by the content of the files if left out. */
  readonly format?: Format | undefined;
  readonly hints: ImportHints;
  readonly overwrite: boolean;
  /** File with the password of encrypted files that are read. */
  readonly passwordFile?: string | undefined;
}

export interface Imported extends Import {
  readonly file: string;
  /** A description was written. */
  readonly written: boolean;
  /** How many secrets were put into the vault. */
  readonly secrets: number;
  readonly exitCode: number;
}

/** Reads the files of another installer and writes a description and its secrets. Problems are emitted. */
export async function importDescription(request: ImportRequest, caller: Caller): Promise<Imported> {
  const { file, format } = request;
  await refuseSource(request);
  const decrypt = await vaultDecryptor(request.folder, request.passwordFile);
  const imported = await importFiles(request.paths, {
    base: request.folder,
    hints: request.hints,
    ...(format && { format }),
    ...(decrypt && { decrypt }),
  });
  const { result, rendered } = imported;
  const secrets = rendered ? await writeImport(request, rendered.text, result?.secrets ?? {}, caller) : 0;
  emitProblems(caller, imported.problems);
  const exitCode = exitCodeOf(imported.problems);
  return { ...imported, file, written: rendered !== undefined, secrets, exitCode };
}

/** Writes the description, and the secrets into the vault beside it. Gives how many were put in. */
async function writeImport(
  { file, overwrite }: ImportRequest,
  text: string,
  secrets: ImportResult['secrets'],
  caller: Caller,
): Promise<number> {
  if (Object.keys(secrets).length === 0) {
    await writeText(file, text, overwrite);
    return 0;
  }
  const folder = dirname(file);
  return await locked(folder, 'import', caller, async () => {
    // The password comes first: without it nothing is written.
    const store = await vaultForImport(folder, secrets, caller);
    await writeText(file, text, overwrite);
    return await store();
  });
}

/** Fails with CLI_FILE_IS_SOURCE where the description would replace a file that is imported. */
async function refuseSource({ file, folder, paths }: ImportRequest): Promise<void> {
  const target = await stat(file).catch(() => undefined);
  if (!target) return;
  for (const path of paths) {
    const source = await stat(resolve(folder, path)).catch(() => undefined);
    if (source?.ino === target.ino && source.dev === target.dev)
      fail('CLI_FILE_IS_SOURCE', { details: { file } });
  }
}

const exporters: Readonly<Record<Format, (cloud: DescribedCloud) => ExportResult>> = {
  packstack: exportPackstack,
  burrito: exportBurrito,
  kolla: exportKolla,
};

export interface ExportRequest {
  readonly file: string;
  readonly format: Format;
  /** Where the files are written. */
  readonly folder: string;
}

export interface Exported {
  readonly files: readonly string[];
  readonly parts: readonly ExportedPart[];
  readonly result: ExportResult;
}

/** Writes the description in the format of another installer. Passwords are never written. */
export async function exportDescription(request: ExportRequest, caller: Caller): Promise<Exported> {
  const { cloud } = await readDescription(request.file, caller);
  const result = exporters[request.format](cloud);
  const files: string[] = [];
  for (const file of result.files) {
    const path = join(request.folder, file.path);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, file.text, { mode: 0o600 });
    files.push(path);
  }
  return { files, parts: result.parts, result };
}

export interface InitRequest {
  readonly file: string;
  readonly answers: InitAnswers;
  /** Adds the name that each part has in this installer. */
  readonly like?: Format | undefined;
  readonly overwrite: boolean;
}

/** Writes a commented description. Throws its problems, CLI_FILE_EXISTS, CLI_FILE_UNWRITABLE. */
export async function init(request: InitRequest): Promise<{ readonly file: string }> {
  const { file, answers, like } = request;
  const text = like ? likeDescription(like, answers) : renderDescription(answers);
  await writeDescription(file, text, request.overwrite);
  return { file };
}
