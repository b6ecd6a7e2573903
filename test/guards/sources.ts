import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The text of the files below a directory of the project, by path from its root. */
export function filesBelow(directory: string, pattern: RegExp): Map<string, string> {
  const files = new Map<string, string>();
  for (const entry of readdirSync(join(ROOT, directory), { recursive: true, withFileTypes: true })) {
    const path = relative(ROOT, join(entry.parentPath, entry.name));
    if (entry.isFile() && pattern.test(path)) files.set(path, readFileSync(join(ROOT, path), 'utf8'));
  }
  return files;
}

/** The first directory below src: `src/engine/run.ts` is in `engine`. */
export const directoryOf = (path: string): string => path.split('/')[1] ?? '';
