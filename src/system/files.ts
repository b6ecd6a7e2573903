import { access, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { fail } from '../errors/problem.ts';
import { command } from './command.ts';

export async function fileExists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

/** The file's text, or '' where it cannot be read: files below /proc and /sys vanish with what they describe. */
export async function textOf(path: string): Promise<string> {
  return await readFile(path, 'utf8').catch(() => '');
}

/** Writes the whole file or nothing: a crash leaves the old one. */
export async function writeWhole(path: string, text: string, mode = 0o644): Promise<void> {
  const temporary = `${path}.new-${process.pid}`;
  await rm(temporary, { force: true });
  await writeFile(temporary, text, { mode, flag: 'wx' });
  await rename(temporary, path);
}

/** The parsed JSON, or undefined where there is no complete file. */
export async function readJson<T>(path: string): Promise<T | undefined> {
  const text = await textOf(path);
  if (!text) return undefined;
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
}

/** Mount points below the folder, the innermost first. */
export async function mountsBelow(folder: string): Promise<string[]> {
  const mounts = (await readFile('/proc/self/mounts', 'utf8')).split('\n');
  const paths = mounts.map((line) => line.split(' ')[1] ?? '');
  return paths.filter((path) => path.startsWith(`${folder}/`)).sort((a, b) => b.length - a.length);
}

/** Removes a folder with all its content, but never through a mount: SYSTEM_STILL_MOUNTED where one is below it. */
export async function removeTree(folder: string, limitSeconds = 300): Promise<void> {
  const mounts = await mountsBelow(folder);
  if (mounts.length > 0) fail('SYSTEM_STILL_MOUNTED', { details: { folder, mounts: mounts.join(', ') } });
  // rm(1) removes the tree of a deployed node in a tenth of the time that fs.rm takes.
  await command('rm', ['-rf', '--one-file-system', '--', folder], {
    doing: `remove ${folder}`,
    limitSeconds,
  });
}
