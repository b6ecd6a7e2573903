// Writes what is generated from the sources and kept under version control: the list of errors, the JSON Schemas,
// the reference of commands, the tables of steps and of JSON output.
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
  // First what other sources are built on.
  const definitions = join(place, 'definitions.mjs');
  await build({
    ...bundleOptions,
    stdin: { contents: `export { factsModule } from './src/services/facts.ts';`, resolveDir: root },
    outfile: definitions,
  });
  const { factsModule } = await import(pathToFileURL(definitions).href);
  await writeFile(join(root, 'src', 'cloud', 'services.generated.ts'), factsModule());
  const outfile = join(place, 'generated.mjs');
  await build({
    ...bundleOptions,
    stdin: {
      contents: `export { errorsDocument } from './src/errors/document.ts';
        export { descriptionJsonSchema } from './src/cloud/schema.ts';
        export { withListenersTable, withStepsTable } from './src/steps/document.ts';
        export { commandReference } from './src/cli/reference.ts';
        export { table } from './src/cli/table.ts';
        export { withOutputTables } from './src/cli/output/document.ts';
        export { outputJsonSchema } from './src/cli/output/schema.ts';`,
      resolveDir: root,
    },
    outfile,
  });
  const made = await import(pathToFileURL(outfile).href);
  const { errorsDocument, descriptionJsonSchema, withStepsTable } = made;
  await mkdir(join(root, 'docs'), { recursive: true });
  await mkdir(join(root, 'schema'), { recursive: true });
  await writeFile(join(root, 'docs', 'errors.md'), errorsDocument());
  const engine = join(root, 'docs', 'engine.md');
  await writeFile(engine, withStepsTable(await readFile(engine, 'utf8')));
  const security = join(root, 'docs', 'security.md');
  await writeFile(security, made.withListenersTable(await readFile(security, 'utf8')));
  const schema = `${JSON.stringify(descriptionJsonSchema(), null, 2)}\n`;
  await writeFile(join(root, 'schema', 'cloud.schema.json'), schema);
  const output = `${JSON.stringify(made.outputJsonSchema(), null, 2)}\n`;
  await writeFile(join(root, 'schema', 'output.schema.json'), output);
  await writeFile(join(root, 'docs', 'commands.md'), made.commandReference(made.table));
  const json = join(root, 'docs', 'json.md');
  await writeFile(json, made.withOutputTables(await readFile(json, 'utf8')));
} finally {
  await rm(place, { recursive: true, force: true });
}
