import { randomUUID } from 'node:crypto';
import { link, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fail } from '../errors/problem.ts';
import { readJson } from './files.ts';
import { startTime } from './process.ts';
import { waitFor } from './wait.ts';

interface Holder {
  readonly pid: number;
  readonly started: string;
}

/**
 * Does `work` while holding the lock file. A holder that has ended is recognised by process id and start time, and
 * its lock is taken over. With `waitSeconds` a living holder is waited for; without, SYSTEM_LOCKED.
 */
export async function withLock<T>(
  path: string,
  thing: string,
  work: () => Promise<T>,
  waitSeconds = 0,
): Promise<T> {
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  let holder: Holder | undefined;
  const take = async (): Promise<boolean> => {
    holder = await tryLock(path);
    return holder === undefined;
  };
  if (waitSeconds > 0) {
    await waitFor(`another process to finish with ${thing}`, take, waitSeconds, {
      everyMilliseconds: 100,
    });
  } else if (!(await take())) {
    fail('SYSTEM_LOCKED', { details: { pid: holder?.pid ?? 0, thing } });
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

/** Takes the lock, or gives its living holder. The file appears with its content at once, so nobody reads half of it. */
async function tryLock(path: string): Promise<Holder | undefined> {
  const mine: Holder = { pid: process.pid, started: (await startTime(process.pid)) ?? '' };
  const prepared = `${path}.${process.pid}-${randomUUID()}`;
  await writeFile(prepared, JSON.stringify(mine), { mode: 0o600 });
  try {
    for (;;) {
      const taken = await link(prepared, path).then(
        () => true,
        (error: NodeJS.ErrnoException) => {
          if (error.code === 'EEXIST') return false;
          throw error;
        },
      );
      if (taken) return undefined;
      const holder = await readJson<Holder>(path);
      if (holder && (await startTime(holder.pid)) === holder.started) return holder;
      await rm(path, { force: true });
    }
  } finally {
    await rm(prepared, { force: true });
  }
}
