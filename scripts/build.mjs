// Bundles the sources into dist/: one file to load, so that a command starts in a tenth of a second.
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';

const { outputFiles } = await build({
  entryPoints: ['src/cli/main.ts'],
  outfile: 'dist/cloudwright.mjs',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  packages: 'external',
  sourcemap: 'linked',
  logLevel: 'warning',
  write: false,
});
// Moved in whole: another command may be loading the bundle now, or building it as well.
await mkdir('dist', { recursive: true });
for (const { path, contents } of outputFiles) {
  await writeFile(`${path}.${process.pid}`, contents);
  await rename(`${path}.${process.pid}`, path);
}
