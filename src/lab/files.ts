import { access, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { fail } from '../errors/problem.ts';

export async function fileExists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

/** The file's text, or '' where it can't be read (gone in the meantime, as files below /proc and /sys are). */
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

/** Writes a file inside a node's tree, where the old one may be a link that leads out of the tree: never follows it. */
export async function writeInTree(path: string, text: string, mode = 0o644): Promise<void> {
  await rm(path, { force: true });
  await writeFile(path, text, { mode, flag: 'wx' });
}

/** The parsed JSON, or undefined where there is no whole file. */
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

/** Removes a folder with all in it, but never through a mount: LAB_REMAINS where something is mounted below it. */
export async function removeTree(folder: string): Promise<void> {
  const mounts = await mountsBelow(folder);
  if (mounts.length > 0) fail('LAB_REMAINS', { details: { name: folder, remains: mounts.join(', ') } });
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
}
