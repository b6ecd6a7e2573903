// Waits until the test run that started it has ended, however that happened, and takes away what it left: processes,
// lab machines, folders. Vitest runs no hook when it is interrupted or killed.
// usage: node afterRun.mjs RECORD   with stdin held open by the test run
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const [record] = process.argv.slice(2);

/** Whether the process is one that a test started: its number may be another's by now. */
function isOurs(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('cloudwright.mjs');
  } catch {
    return false;
  }
}

const ways = {
  process: (pid) => isOurs(pid) && process.kill(Number(pid), 'SIGKILL'),
  lab: (directory) => {
    if (!existsSync(directory)) return;
    const [name] = directory.split('/').slice(-1);
    spawnSync(join(root, 'cloudwright'), ['lab', 'down', '--lab', name], { stdio: 'ignore' });
  },
  folder: (path) => rmSync(path, { recursive: true, force: true }),
};

process.stdin.resume();
process.stdin.once('close', () => {
  const lines = readFileSync(record, 'utf8').split('\n').filter(Boolean);
  for (const kind of Object.keys(ways)) {
    for (const line of lines.filter((entry) => entry.startsWith(`${kind} `))) {
      ways[kind](line.slice(kind.length + 1));
    }
  }
  rmSync(record, { force: true });
});
