import type { Dirent } from 'node:fs';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { type Problem, problem } from '../errors/problem.ts';
import type { SourceFile } from './result.ts';

/** No file of an installer's configuration is larger. Bytes. */
const MOST_BYTES = 8 * 2 ** 20;
const MOST_FILES = 2000;
const DEEPEST = 4;

/** Folders that hold programs and history, not configuration. */
const IGNORED_FOLDERS = new Set([
  '.git',
  '.cloudwright',
  'node_modules',
  '__pycache__',
  'kubespray',
  'openstack-helm',
  'roles',
  '.tox',
  'venv',
]);

export interface ReadFiles {
  readonly files: readonly SourceFile[];
  readonly problems: readonly Problem[];
}

/** Text and, where it is not UTF-8 throughout (comments in EUC-KR, say), the place of the first fault. */
interface Decoded {
  readonly text: string;
  /** Line and column of the first byte that is not UTF-8. */
  readonly fault?: { readonly line: number; readonly column: number };
}

/** A file that was read, or why not. */
type Read = { readonly file: SourceFile; readonly problem?: Problem } | { readonly skipped: string };

/**
 * Reads files and folders of another installer; relative names start at `base`. A folder's files are named from the
 * folder on, as its own tool knows them: `group_vars/all/netapp_vars.yml`. Links are followed. A named file that cannot
 * be read is an error; those of a folder that are left out are named in one warning. Never throws for what the operator
 * can correct.
 */
export async function readSources(paths: readonly string[], base: string): Promise<ReadFiles> {
  const files: SourceFile[] = [];
  const problems: Problem[] = [];
  const skipped: string[] = [];
  for (const path of paths) {
    const place = resolve(base, path);
    try {
      const isFolder = (await stat(place)).isDirectory();
      const inside = isFolder
        ? await filesBelow(place, DEEPEST, { skipped, top: place, seen: new Set() })
        : [place];
      for (const inner of inside) {
        const name = isFolder ? relative(place, inner) : path;
        const found =
          files.length < MOST_FILES
            ? await readSource(inner, name)
            : { skipped: `more than ${MOST_FILES} files` };
        if ('file' in found) {
          files.push(found.file);
          if (found.problem) problems.push(found.problem);
        } else if (isFolder) skipped.push(`${name} (${found.skipped})`);
        else
          problems.push(
            problem('IMPORT_FILE_UNREADABLE', { details: { file: name, reason: found.skipped } }),
          );
      }
    } catch (error) {
      problems.push(unreadable(path, error));
    }
  }
  if (skipped.length > 0) problems.push(skippedFiles(skipped));
  return { files, problems };
}

async function readSource(path: string, name: string): Promise<Read> {
  const found = await stat(path);
  // A device has no size and no end.
  if (!found.isFile()) return { skipped: 'not a regular file' };
  if (found.size > MOST_BYTES) return { skipped: `it has ${found.size} bytes` };
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    return { skipped: (error as NodeJS.ErrnoException).code ?? 'unknown error' };
  }
  if (!encodingOf(bytes) && bytes.includes(0)) return { skipped: 'it is not text' };
  const { text, fault } = decode(bytes);
  const file = { path: name, text };
  if (!fault) return { file };
  const place = { kind: 'file', file: name, ...fault } as const;
  const details = { file: name };
  return { file, problem: problem('IMPORT_FILE_ENCODING', { severity: 'warning', place, details }) };
}

/** So many names fit into a warning. */
const MOST_NAMES = 10;

function skippedFiles(skipped: readonly string[]): Problem {
  const more = skipped.length > MOST_NAMES ? `, and ${skipped.length - MOST_NAMES} more` : '';
  const files = `${skipped.slice(0, MOST_NAMES).join(', ')}${more}`;
  return problem('IMPORT_FILES_SKIPPED', { severity: 'warning', details: { files } });
}

/** Text of any file: UTF-8 with or without mark, UTF-16 with mark; other bytes become `�`. */
export function decode(bytes: Uint8Array): Decoded {
  const encoding = encodingOf(bytes);
  if (encoding) return { text: new TextDecoder(encoding).decode(bytes) };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    const text = new TextDecoder('utf-8').decode(bytes);
    const before = text.slice(0, Math.max(0, text.indexOf('\ufffd'))).split(/\r\n|\n|\r/);
    return { text, fault: { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 } };
  }
}

/** The encoding that a mark at the start of UTF-16 text names. */
function encodingOf(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : undefined;
}

interface Walk {
  /** Takes what cannot be read. */
  readonly skipped: string[];
  /** Where the names of files start. */
  readonly top: string;
  /** Folders that were read; links may lead to them again. */
  readonly seen: Set<string>;
}

/** All files below a folder, links followed. */
async function filesBelow(folder: string, depth: number, walk: Walk): Promise<readonly string[]> {
  const found: string[] = [];
  const real = await realpath(folder);
  if (walk.seen.has(real)) return found;
  walk.seen.add(real);
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    try {
      const { isFile, isFolder } = await kindOf(path, entry);
      if (isFile) found.push(path);
      else if (isFolder && depth > 0 && !IGNORED_FOLDERS.has(entry.name))
        found.push(...(await filesBelow(path, depth - 1, walk)));
    } catch (error) {
      walk.skipped.push(
        `${relative(walk.top, path)} (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`,
      );
    }
  }
  return found;
}

async function kindOf(path: string, entry: Dirent): Promise<{ isFile: boolean; isFolder: boolean }> {
  const found = entry.isSymbolicLink() ? await stat(path) : entry;
  return { isFile: found.isFile(), isFolder: found.isDirectory() };
}

function unreadable(file: string, error: unknown): Problem {
  const reason = (error as NodeJS.ErrnoException).code ?? 'unknown error';
  if (reason === 'ENOENT') return problem('IMPORT_FILE_MISSING', { details: { file } });
  return problem('IMPORT_FILE_UNREADABLE', { details: { file, reason } });
}
