import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { fail } from '../errors/problem.ts';

/** Who works on a cloud. */
export interface LockOwner {
  readonly pid: number;
  /** Start of the process, in the kernel's clock ticks since boot (field 22 of /proc/<pid>/stat): pids are reused. */
  readonly processStart: string;
  readonly user: string;
  readonly command: string;
  /** ISO 8601. */
  readonly since: string;
}

export interface Lock {
  release(): void;
  /** The owner of a lock that was left behind and has been taken over. */
  readonly tookOverFrom?: LockOwner;
}

/** Where Linux shows processes; macOS has nothing like it. */
const PROC = '/proc';

export function lockFile(folder: string): string {
  return join(folder, '.cloudwright', 'lock');
}

/**
 * Takes the lock of a cloud: one run at a time. A lock whose process is gone, or whose pid now belongs to another
 * process, is taken over. Fails with RUN_LOCKED, which names the owner. `proc`: where the kernel shows processes, if it
 * does.
 */
export function takeLock(file: string, command: string, proc = PROC): Lock {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const owner: LockOwner = {
    pid: process.pid,
    processStart: processStart(process.pid, proc) ?? '',
    user: userInfo().username,
    command,
    since: new Date().toISOString(),
  };
  const content = JSON.stringify(owner);
  // Written whole under another name and then linked: whoever sees the lock sees its owner.
  const draft = `${file}.${process.pid}`;
  // Left by a process that was killed and had the same number; a link in its place is not followed.
  rmSync(draft, { force: true });
  writeFileSync(draft, content, { mode: 0o600, flag: 'wx' });
  try {
    let left: LockOwner | undefined;
    // Twice: a lock that was left behind is cleared once.
    for (let attempt = 0; attempt < 2; attempt++) {
      if (linked(draft, file)) return held(file, content, left);
      const found = readOwner(file);
      if (found && isRunning(found, proc)) return locked(found);
      clearAway(file, found);
      left = found;
    }
    return locked(readOwner(file) ?? owner);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** The owner of the lock whose process runs now; undefined when nobody works on the cloud. */
export function lockOwner(file: string): LockOwner | undefined {
  const found = readOwner(file);
  return found && isRunning(found, PROC) ? found : undefined;
}

function linked(draft: string, file: string): boolean {
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function held(file: string, content: string, left: LockOwner | undefined): Lock {
  const release = (): void => {
    process.off('exit', release);
    // Never another's: it may have been taken over.
    if (read(file) === content) rmSync(file, { force: true });
  };
  process.once('exit', release);
  return { release, ...(left && { tookOverFrom: left }) };
}

/**
 * Removes a lock that was left behind. It is moved away first, which one of two runs that find it at once can do; a
 * lock that turns out to be another's, taken in between, is put back.
 */
function clearAway(file: string, seen: LockOwner | undefined): void {
  const aside = `${file}.left.${process.pid}`;
  try {
    renameSync(file, aside);
    const moved = readOwner(aside);
    if (moved?.pid !== seen?.pid || moved?.processStart !== seen?.processStart) linked(aside, file);
    rmSync(aside, { force: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

function locked(owner: LockOwner): never {
  const { command, user, pid, since } = owner;
  return fail('RUN_LOCKED', { details: { command, user, pid, since } });
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function readOwner(file: string): LockOwner | undefined {
  try {
    const owner = JSON.parse(read(file) ?? '') as LockOwner;
    return typeof owner.pid === 'number' ? owner : undefined;
  } catch {
    return undefined;
  }
}

function isRunning(owner: LockOwner, proc: string): boolean {
  const now = processStart(owner.pid, proc);
  if (owner.processStart !== '' && now !== undefined) return now === owner.processStart;
  // Without /proc the number of the process is all there is.
  return now === undefined && !existsSync(join(proc, 'self', 'stat')) && isAlive(owner.pid);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Undefined when there is no such process. */
function processStart(pid: number, proc: string): string | undefined {
  const stat = read(join(proc, String(pid), 'stat'));
  // The name in parentheses may hold blanks; the fields after it are counted from its end.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}
