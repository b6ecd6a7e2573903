// Writes what is generated from the sources and kept under version control: error list, JSON Schema, table of steps.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { bundleOptions } from './bundle.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
// Inside the checkout, so that the bundle finds the packages it leaves out.
await mkdir(join(root, 'node_modules', '.cache'), { recursive: true });
const place = await mkdtemp(join(root, 'node_modules', '.cache', 'generate-'));
try {
  const outfile = join(place, 'generated.mjs');
  await build({
    ...bundleOptions,
    stdin: {
      contents: `export { errorsDocument } from './src/errors/document.ts';
        export { descriptionJsonSchema } from './src/cloud/schema.ts';
        export { withStepsTable } from './src/steps/document.ts';`,
      resolveDir: root,
    },
    outfile,
  });
  const { errorsDocument, descriptionJsonSchema, withStepsTable } = await import(pathToFileURL(outfile).href);
  await mkdir(join(root, 'docs'), { recursive: true });
  await mkdir(join(root, 'schema'), { recursive: true });
  await writeFile(join(root, 'docs', 'errors.md'), errorsDocument());
  const engine = join(root, 'docs', 'engine.md');
  await writeFile(engine, withStepsTable(await readFile(engine, 'utf8')));
  const schema = `${JSON.stringify(descriptionJsonSchema(), null, 2)}\n`;
  await writeFile(join(root, 'schema', 'cloud.schema.json'), schema);
} finally {
  await rm(place, { recursive: true, force: true });
}
