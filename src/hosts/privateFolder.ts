import { lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PREFIX = 'cloudwright-';

/**
 * A folder that only this user can enter (0700), for control sockets; short, because a socket's path may have no
 * more than 108 bytes and ssh adds 17 to it while it makes one. Removed at the end of the process.
 */
export interface PrivateFolder {
  readonly path: string;
  remove(): void;
}

export function privateFolder(): PrivateFolder {
  const base = [process.env.XDG_RUNTIME_DIR, tmpdir(), '/tmp'].find(
    (candidate) => candidate !== undefined && candidate.length <= 40 && usable(candidate),
  );
  const root = base ?? '/tmp';
  sweep(root);
  const path = mkdtempSync(join(root, `${PREFIX}${process.pid}-`));
  const remove = (): void => rmSync(path, { recursive: true, force: true });
  process.once('exit', remove);
  return {
    path,
    remove() {
      process.off('exit', remove);
      remove();
    },
  };
}

function usable(folder: string): boolean {
  try {
    readdirSync(folder);
    return true;
  } catch {
    return false;
  }
}

/** Removes the folders of processes that were killed. */
function sweep(root: string): void {
  for (const name of readdirSync(root)) {
    const pid = /^cloudwright-(\d+)-[A-Za-z0-9]{6}$/.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    try {
      // The folder is open to all: another user may have made one with such a name, or a link.
      const found = lstatSync(join(root, name));
      if (!found.isDirectory() || found.uid !== process.getuid?.()) continue;
      rmSync(join(root, name), { recursive: true, force: true });
    } catch {
      // It belongs to another user.
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
