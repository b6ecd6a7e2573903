import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { type Problem, problem } from '../errors/problem.ts';
import type { SourceFile } from './result.ts';

/** No file of an installer's configuration is larger. Bytes. */
const MOST_BYTES = 8 * 2 ** 20;
const MOST_FILES = 2000;
const DEEPEST = 4;

/** Folders that hold programs and history, not configuration. */
const PASSED_OVER = new Set([
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

/**
 * Reads files and folders of another installer; relative names start at `base`. A folder's files are named from the folder on, as its own tool
 * knows them: `group_vars/all/netapp_vars.yml`. Never throws for what the operator can mend.
 */
export async function readSources(paths: readonly string[], base: string): Promise<ReadFiles> {
  const files: SourceFile[] = [];
  const problems: Problem[] = [];
  for (const path of paths) {
    const place = resolve(base, path);
    try {
      const found = await stat(place);
      if (found.isDirectory()) {
        for (const inner of await filesBelow(place, DEEPEST))
          await read(inner, relative(place, inner), false);
      } else await read(place, path, true);
    } catch (error) {
      problems.push(unreadable(path, error));
    }
  }
  return { files, problems };

  async function read(path: string, name: string, told: boolean): Promise<void> {
    const { size } = await stat(path);
    if (size > MOST_BYTES || files.length >= MOST_FILES) {
      if (told)
        problems.push(
          problem('IMPORT_FILE_UNREADABLE', { details: { file: name, reason: `it has ${size} bytes` } }),
        );
      return;
    }
    const bytes = await readFile(path);
    // What is not text is no configuration; beside the named files a folder may hold anything.
    if (!isUtf16(bytes) && bytes.includes(0)) {
      if (told)
        problems.push(
          problem('IMPORT_FILE_UNREADABLE', { details: { file: name, reason: 'it is not text' } }),
        );
      return;
    }
    const { text, fault } = decode(bytes);
    if (fault) {
      const place = { kind: 'file', file: name, ...fault } as const;
      problems.push(problem('IMPORT_FILE_ENCODING', { severity: 'warning', place, details: { file: name } }));
    }
    files.push({ path: name, text });
  }
}

/** Text of any file: UTF-8 with or without mark, UTF-16 with mark; other bytes become `�`. */
export function decode(bytes: Uint8Array): Decoded {
  if (isUtf16(bytes)) return { text: new TextDecoder('utf-16le').decode(bytes) };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    const text = new TextDecoder('utf-8').decode(bytes);
    const before = text.slice(0, Math.max(0, text.indexOf('\ufffd'))).split(/\r\n|\n|\r/);
    return { text, fault: { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 } };
  }
}

function isUtf16(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xfe;
}

async function filesBelow(folder: string, depth: number): Promise<readonly string[]> {
  const found: string[] = [];
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (depth > 0 && !PASSED_OVER.has(entry.name)) found.push(...(await filesBelow(path, depth - 1)));
    } else if (entry.isFile()) found.push(path);
  }
  return found;
}

function unreadable(file: string, error: unknown): Problem {
  const reason = (error as NodeJS.ErrnoException).code ?? 'unknown error';
  if (reason === 'ENOENT') return problem('IMPORT_FILE_MISSING', { details: { file } });
  return problem('IMPORT_FILE_UNREADABLE', { details: { file, reason } });
}
