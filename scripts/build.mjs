// Bundles the sources into dist/: an entry and chunks that are loaded when a command needs them, so that a command
// starts in a tenth of a second. A folder may be named instead of dist/.
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { bundleOptions } from './bundle.mjs';

const [outdir = 'dist'] = process.argv.slice(2);
const chunks = join(outdir, 'chunks');

const { outputFiles } = await build({
  ...bundleOptions,
  entryPoints: { cloudwright: 'src/cli/main.ts' },
  outdir,
  outExtension: { '.js': '.mjs' },
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  sourcemap: 'linked',
  // The packages too: what a command needs of them is read from one file instead of a hundred, in half of the time.
  packages: 'bundle',
  // These are large, need what a bundle changes (decorators and their metadata), or are rarely used.
  external: ['@peculiar/x509', 'reflect-metadata', 'undici'],
  banner: {
    js: "import { createRequire as createRequireOfNode } from 'node:module'; const require = createRequireOfNode(import.meta.url);",
  },
  write: false,
});
await mkdir(chunks, { recursive: true });
// Moved in whole, the entry last: another command may be loading the bundle now, or building it as well.
const isEntry = ({ path }) => basename(path) === 'cloudwright.mjs';
for (const { path, contents } of outputFiles.toSorted((a, b) => isEntry(a) - isEntry(b))) {
  await writeFile(`${path}.${process.pid}`, contents);
  await rename(`${path}.${process.pid}`, path);
}

// Chunks of earlier builds go a day later: a command that is running now may still load them.
const DAY = 24 * 3600 * 1000;
const current = new Set(outputFiles.map(({ path }) => basename(path)));
for (const name of await readdir(chunks)) {
  if (current.has(name)) continue;
  const file = join(chunks, name);
  const age = Date.now() - (await stat(file).catch(() => ({ mtimeMs: Date.now() }))).mtimeMs;
  if (age > DAY) await rm(file, { force: true });
}
