// Bundles the sources into dist/: one file to load, so that a command starts in a tenth of a second.
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';
import { bundleOptions } from './bundle.mjs';

const { outputFiles } = await build({
  ...bundleOptions,
  entryPoints: ['src/cli/main.ts'],
  outfile: 'dist/cloudwright.mjs',
  sourcemap: 'linked',
  write: false,
});
// Moved in whole: another command may be loading the bundle now, or building it as well.
await mkdir('dist', { recursive: true });
for (const { path, contents } of outputFiles) {
  await writeFile(`${path}.${process.pid}`, contents);
  await rename(`${path}.${process.pid}`, path);
}
