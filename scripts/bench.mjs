// Bundles one benchmark of bench/ and runs it: node scripts/bench.mjs engine [arguments].
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
await import('./install.mjs');
const { build } = await import('esbuild');
const { bundleOptions } = await import('./bundle.mjs');
const [name = '', ...rest] = process.argv.slice(2);
const source = join(root, 'bench', `${name}.ts`);
if (!/^[a-z]+$/.test(name) || !existsSync(source)) {
  process.stderr.write('Usage: node scripts/bench.mjs NAME, NAME being a file of bench/\n');
  process.exit(2);
}
const bundle = join(root, 'dist', `bench-${name}.mjs`);
await build({ ...bundleOptions, entryPoints: [source], outfile: bundle });
// What it starts as a process of its own.
const child = join(root, 'bench', `${name}Run.ts`);
if (existsSync(child)) {
  await build({
    ...bundleOptions,
    entryPoints: [child],
    outfile: join(root, 'dist', `bench-${name}-run.mjs`),
  });
}
const run = spawnSync(process.execPath, [bundle, ...rest], { cwd: root, stdio: 'inherit' });
process.exit(run.status ?? 1);
