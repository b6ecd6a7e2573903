import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { DescribedCloud } from '../../cloud/build.ts';
import { exportBurrito } from '../../formats/burrito/export.ts';
import { type ExportResult, exportLines } from '../../formats/export.ts';
import { exportKolla } from '../../formats/kolla/export.ts';
import { exportPackstack } from '../../formats/packstack/export.ts';
import type { Format } from '../../formats/recognise.ts';
import type { Command } from '../command.ts';
import { readDescription } from '../description.ts';
import { printJson } from '../print/aside.ts';

const exporters: Readonly<Record<Format, (cloud: DescribedCloud) => ExportResult>> = {
  packstack: exportPackstack,
  burrito: exportBurrito,
  kolla: exportKolla,
};

export const exportCommand: Command = {
  name: 'export',
  summary: 'writes the description as files of another installer, as far as it has words for it',
  details: 'Tells of every part of the description what became of it. Passwords are never written.',
  arguments: [
    { name: 'FORMAT', summary: 'which installer', required: true, choices: Object.keys(exporters) },
    { name: 'FOLDER', summary: 'where the files go (default: the working folder)', file: true },
  ],
  examples: [{ line: 'cloudwright export packstack old/', says: 'old/answers.txt' }],
  async run(context, input) {
    const { cloud } = await readDescription(context);
    const folder = resolve(context.folder, input.argument('FOLDER') ?? '.');
    const result = exporters[input.argument('FORMAT') as Format](cloud);
    for (const file of result.files) {
      const path = join(folder, file.path);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, file.text, { mode: 0o600 });
    }
    const paths = result.files.map((file) => join(folder, file.path));
    if (context.settings.json) printJson(context, { files: paths, parts: result.parts });
    else if (!context.settings.quiet) {
      for (const line of exportLines(result)) context.terminal.out(`${line}\n`);
      for (const path of paths) context.terminal.out(`Wrote ${path}.\n`);
    }
    return 0;
  },
};
