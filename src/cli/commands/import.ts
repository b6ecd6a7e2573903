import { dirname, resolve } from 'node:path';
import { exitCodeOf } from '../../errors/problem.ts';
import { importFiles } from '../../formats/import.ts';
import type { Format } from '../../formats/recognise.ts';
import type { Command } from '../command.ts';
import { DESCRIPTION_NAME, writeText } from '../description.ts';
import { hintOptions, hintsOf } from '../importHints.ts';
import { storeImportedSecrets, vaultDecryptor } from '../importSecrets.ts';
import { reportRest } from '../outcome.ts';
import { asides, printJson } from '../print/aside.ts';
import { formatImport, importAsJson } from '../print/import.ts';

const formats: readonly Format[] = ['burrito', 'packstack', 'kolla'];

export const importCommand: Command = {
  name: 'import',
  summary: 'reads the files of Burrito, Packstack or Kolla Ansible and writes cloud.yaml',
  details:
    'The installer is recognised by what stands in the files, or named first: `import kolla DIR`. Every key that was ' +
    'read is accounted for. Secrets go into the vault beside the description.',
  arguments: [
    {
      name: 'FILE',
      summary: 'files and folders, after the installer if it is named',
      required: true,
      many: true,
      file: true,
    },
  ],
  options: [
    ...hintOptions,
    { name: 'all', summary: 'also list the keys that were left out because they are the default' },
    { name: 'force', summary: 'overwrite the description' },
    {
      name: 'import-password-file',
      value: 'FILE',
      summary: 'password of the encrypted files that are read',
      file: true,
    },
  ],
  examples: [
    { line: 'cloudwright import packstack answers.txt', says: 'an answer file' },
    { line: 'cloudwright import /etc/kolla', says: 'a folder, recognised by content' },
  ],
  async run(context, input) {
    const words = input.arguments('FILE');
    const named = words.length > 1 ? formats.find((format) => format === words[0]) : undefined;
    const paths = named ? words.slice(1) : words;
    const decrypt = await vaultDecryptor(context, input);
    const imported = await importFiles(paths, {
      base: context.folder,
      hints: hintsOf(input),
      ...(named && { format: named }),
      ...(decrypt && { decrypt }),
    });
    const file = resolve(context.folder, context.settings.file ?? DESCRIPTION_NAME);
    const { result, rendered } = imported;
    if (rendered) await writeText(file, rendered.text, input.flag('force'));
    const stored =
      result && rendered ? await storeImportedSecrets(context, dirname(file), result.secrets) : 0;
    if (context.settings.json) {
      printJson(context, { ...importAsJson(imported), file, secrets: stored });
      return exitCodeOf(imported.problems);
    }
    if (result && !context.settings.quiet) {
      context.terminal.out(formatImport(result.report, context.terminal, input.flag('all')));
      asides(context)(`Wrote ${file}${stored > 0 ? ` and ${stored} secrets into the vault beside it` : ''}.`);
    }
    return reportRest(context, imported.problems);
  },
};
