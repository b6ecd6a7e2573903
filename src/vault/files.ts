import { randomBytes } from 'node:crypto';
import { constants, link, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fail } from '../errors/problem.ts';

export type FileRead =
  | { readonly kind: 'text'; readonly text: string; readonly mode: number }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unusable'; readonly reason: string };

/**
 * Reads a file of ours with its permission bits. A symbolic link is not followed, and a pipe does not block: both are
 * unusable, as is what may not be read.
 */
export async function readRegular(file: string): Promise<FileRead> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  try {
    const handle = await open(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    try {
      const found = await handle.stat();
      if (!found.isFile()) return { kind: 'unusable', reason: 'it is not a regular file' };
      return { kind: 'text', text: await handle.readFile('utf8'), mode: found.mode };
    } finally {
      await handle.close();
    }
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return { kind: 'absent' };
    return { kind: 'unusable', reason: code === 'ELOOP' ? 'it is a symbolic link' : code };
  }
}

export interface WriteOptions {
  /** What the file must hold just before it is replaced; null: it must not exist. Left out: anything. */
  readonly expected?: string | null;
}

/**
 * Writes a file that only its owner may read, all or nothing: a temporary file beside it is written, synced and
 * renamed over it. Fails with VAULT_UNREADABLE, and with VAULT_CHANGED where the file is not the expected one.
 */
export async function writePrivate(file: string, text: string, options: WriteOptions = {}): Promise<void> {
  const temporary = `${file}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(text);
      await handle.chmod(0o600);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await moveInto(temporary, file, options.expected);
    await syncFolder(dirname(file));
  } catch (error) {
    await rm(temporary, { force: true });
    const reason = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    if (reason === 'EEXIST' || error instanceof OtherContent) fail('VAULT_CHANGED', { details: { file } });
    fail('VAULT_UNREADABLE', { details: { file, reason }, cause: error });
  }
}

/** Names of files that a killed `writePrivate` leaves behind. */
export const TEMPORARY = /\.\d+\.[0-9a-f]{8}\.tmp$/;

/** Brings the names in a folder to the disk. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  await folder.sync().finally(() => folder.close());
}

class OtherContent extends Error {}

async function moveInto(temporary: string, file: string, expected: string | null | undefined): Promise<void> {
  if (expected === null) {
    // Unlike rename, this fails where the file exists.
    await link(temporary, file);
    await rm(temporary);
    return;
  }
  if (expected !== undefined) {
    const found = await readRegular(file);
    if (found.kind !== 'text' || found.text !== expected) throw new OtherContent();
  }
  await rename(temporary, file);
}
