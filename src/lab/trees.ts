import { rm, writeFile } from 'node:fs/promises';

/** Writes a file inside a node's tree, where the old one may be a link that leads out of the tree: never follows it. */
export async function writeInTree(path: string, text: string, mode = 0o644): Promise<void> {
  await rm(path, { force: true });
  await writeFile(path, text, { mode, flag: 'wx' });
}
