import { randomBytes } from 'node:crypto';
import { link, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fail } from '../errors/problem.ts';

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
    const folder = await open(dirname(file), 'r');
    await folder.sync().finally(() => folder.close());
  } catch (error) {
    await rm(temporary, { force: true });
    const reason = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    if (reason === 'EEXIST' || error instanceof OtherContent) fail('VAULT_CHANGED', { details: { file } });
    fail('VAULT_UNREADABLE', { details: { file, reason }, cause: error });
  }
}

class OtherContent extends Error {}

async function moveInto(temporary: string, file: string, expected: string | null | undefined): Promise<void> {
  if (expected === null) {
    // Unlike rename, this fails where the file exists.
    await link(temporary, file);
    await rm(temporary);
    return;
  }
  if (expected !== undefined && (await readFile(file, 'utf8')) !== expected) throw new OtherContent();
  await rename(temporary, file);
}
