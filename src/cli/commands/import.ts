import { resolve } from 'node:path';
import type { Command } from '../command.ts';
import { DESCRIPTION_NAME } from '../file.ts';
import { hintOptions, hintsOf } from '../importHints.ts';

const formats = ['burrito', 'packstack', 'kolla'] as const;

export const importCommand: Command = {
  name: 'import',
  purpose: 'describe',
  summary: 'reads the files of Burrito, Packstack or Kolla Ansible and writes cloud.yaml',
  details:
    'The installer is recognised by the content of the files, or named first: `import kolla DIR`. The report lists ' +
    'every key that was read. Secrets go into the vault beside the description.',
  arguments: [
    {
      name: 'FILE',
      summary: 'files and folders, after the installer if it is named',
      required: true,
      many: true,
      completes: 'file',
    },
  ],
  options: [
    ...hintOptions,
    { name: 'all', summary: 'also list the keys that were left out because they are the default' },
    { name: 'force', summary: 'overwrite the description' },
    {
      name: 'import-password-file',
      value: 'FILE',
      summary: 'password of encrypted files',
      completes: 'file',
    },
  ],
  examples: [
    { line: 'cloudwright import packstack answers.txt', says: 'an answer file' },
    { line: 'cloudwright import /etc/kolla', says: 'a folder, recognised by content' },
  ],
  async run(context, input) {
    const [{ importDescription }, { formatImport, importAsJson }] = await Promise.all([
      import('../../app/transfer.ts'),
      import('../print/import.ts'),
    ]);
    const words = input.arguments('FILE');
    const named = words.length > 1 ? formats.find((format) => format === words[0]) : undefined;
    const passwordFile = input.option('import-password-file');
    const imported = await importDescription(
      {
        paths: named ? words.slice(1) : words,
        folder: context.folder,
        file: resolve(context.folder, context.settings.file ?? DESCRIPTION_NAME),
        format: named,
        hints: hintsOf(input),
        overwrite: input.flag('force'),
        passwordFile: passwordFile === undefined ? undefined : resolve(context.folder, passwordFile),
      },
      context.caller,
    );
    const { file, written, secrets, result, exitCode } = imported;
    const vault = secrets > 0 ? ` and ${secrets} secrets into the vault beside it` : '';
    return {
      exitCode,
      data: { ...importAsJson(imported), file, written, secrets },
      ...(result && {
        text: () =>
          `${formatImport(result.report, context.terminal, input.flag('all'))}Wrote ${file}${vault}.\n`,
      }),
    };
  },
};
