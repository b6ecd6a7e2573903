// Installs the exact locked packages when they are not there yet, or when the lock file is newer.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const marker = join(root, 'node_modules', '.package-lock.json');
const lock = join(root, 'package-lock.json');
if (!existsSync(marker) || statSync(marker).mtimeMs < statSync(lock).mtimeMs) {
  process.stderr.write('Installing the packages that Cloudwright is built with …\n');
  // Not `npm ci`: it refuses a lock file when a registry mirror lacks the optional packages of other platforms.
  // This takes the same locked versions and leaves the lock file as it is.
  const npm = spawnSync('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (npm.status !== 0) {
    process.stderr.write(
      'npm install failed. Check that the npm registry is reachable, then run this again.\n',
    );
    process.exit(1);
  }
}
