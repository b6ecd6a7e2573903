import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { ImportResult, SourceFile } from '../../src/formats/result.ts';

/** All files of a fixture folder, named from the folder on. */
export function fixture(folder: string): readonly SourceFile[] {
  const files: SourceFile[] = [];
  const walk = (path: string): void => {
    for (const name of readdirSync(path).sort()) {
      const inner = join(path, name);
      if (statSync(inner).isDirectory()) walk(inner);
      else files.push({ path: relative(folder, inner), text: readFileSync(inner, 'utf8') });
    }
  };
  walk(folder);
  return files;
}

/** The same files with one of them changed. */
export function changed(
  files: readonly SourceFile[],
  path: string,
  change: (text: string) => string,
): readonly SourceFile[] {
  return files.map((file) => (file.path === path ? { ...file, text: change(file.text) } : file));
}

/** The report as text, a line a key, for a golden file. */
export function reportText(result: ImportResult): string {
  const lines = result.report.keys.map(({ key, place, outcome, to, note }) =>
    [outcome.padEnd(12), `${place.file}:${place.line}`, key, to && `-> ${to}`, note && `| ${note}`]
      .filter(Boolean)
      .join('  '),
  );
  const problems = result.problems.map((found) => {
    const place = found.place?.kind === 'file' ? `${found.place.file}:${found.place.line}` : '-';
    return `${found.severity.padEnd(12)}  ${place}  ${found.code}  ${found.what}`;
  });
  return `${[...lines, ...problems].join('\n')}\n`;
}
