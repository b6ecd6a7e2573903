// Bundles the sources into dist/: one file to load, so that a command starts in a tenth of a second.
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

// Made aside and moved in whole: another command may be loading the bundle now, or building it as well.
await mkdir('dist', { recursive: true });
const aside = await mkdtemp(join('dist', '.making-'));
try {
  await build({
    entryPoints: ['src/cli/main.ts'],
    outfile: join(aside, 'cloudwright.mjs'),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    packages: 'external',
    sourcemap: 'linked',
    logLevel: 'warning',
  });
  for (const file of ['cloudwright.mjs.map', 'cloudwright.mjs'])
    await rename(join(aside, file), join('dist', file));
} finally {
  await rm(aside, { recursive: true, force: true });
}
