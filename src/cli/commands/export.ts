import { resolve } from 'node:path';
import type { Format } from '../../app/contracts.ts';
import type { Command } from '../command.ts';
import { findDescription } from '../file.ts';

export const exportCommand: Command = {
  name: 'export',
  purpose: 'describe',
  summary: "exports the description to another installer's format, as far as that format can express it",
  details: 'Lists the outcome of every part of the description. Passwords are never written.',
  arguments: [
    {
      name: 'FORMAT',
      summary: 'the installer',
      required: true,
      choices: ['packstack', 'burrito', 'kolla'],
    },
    { name: 'FOLDER', summary: 'where to write the files (default: the working folder)', completes: 'file' },
  ],
  examples: [{ line: 'cloudwright export packstack old/', says: 'writes old/answers.txt' }],
  async run(context, input) {
    const [{ exportDescription }, { exportLines }] = await Promise.all([
      import('../../app/transfer.ts'),
      import('../../app/installers.ts'),
    ]);
    const { files, parts, result } = await exportDescription(
      {
        file: findDescription(context),
        format: input.argument('FORMAT') as Format,
        folder: resolve(context.folder, input.argument('FOLDER') ?? '.'),
      },
      context.caller,
    );
    const text = (): string =>
      [...exportLines(result), ...files.map((path) => `Wrote ${path}.`)].map((line) => `${line}\n`).join('');
    return { exitCode: 0, data: { files, parts }, text };
  },
};
