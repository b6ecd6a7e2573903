// `npm run lint`: format and rules (Biome), dead code (knip), shell programs (shellcheck).
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

function run(tool, words) {
  const { error, status } = spawnSync(tool, words, { cwd: root, stdio: 'inherit' });
  if (error?.code === 'ENOENT') {
    process.stderr.write(`${tool} is not installed. On Debian: apt-get install ${tool}\n`);
  }
  return status === 0;
}

const bin = (...path) => join(root, 'node_modules', ...path);

/** The launcher and every shell program of the sources and tests. */
function shellPrograms() {
  const below = (directory) =>
    readdirSync(join(root, directory), { recursive: true })
      .filter((name) => name.endsWith('.sh'))
      .map((name) => join(directory, name));
  return ['cloudwright', ...below('src'), ...below('test')];
}

const outcomes = [
  run(process.execPath, [bin('@biomejs', 'biome', 'bin', 'biome'), 'check', '.']),
  run(process.execPath, [bin('knip', 'bin', 'knip.js'), '--no-progress']),
  // Hosts run dash. The launcher is read by whatever sh is.
  run('shellcheck', ['--shell=dash', ...shellPrograms()]),
];
process.exitCode = outcomes.every(Boolean) ? 0 : 1;
