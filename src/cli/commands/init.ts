import { resolve } from 'node:path';
import type { Format } from '../../app/contracts.ts';
import type { Command } from '../command.ts';
import { DESCRIPTION_NAME } from '../file.ts';
import { initOptions } from '../initOptions.ts';

export const initCommand: Command = {
  name: 'init',
  purpose: 'start',
  summary: 'writes a commented description, cloud.yaml',
  details: 'Interactive on a terminal; otherwise uses flags and defaults.',
  options: [
    ...initOptions,
    {
      name: 'like',
      value: 'INSTALLER',
      summary: 'add the name that each part has in this installer',
      choices: ['packstack', 'kolla', 'burrito'],
    },
    { name: 'defaults', summary: 'do not ask questions' },
    { name: 'force', summary: 'overwrite the file' },
  ],
  examples: [
    { line: 'cloudwright init', says: 'interactive' },
    {
      line: 'cloudwright init --multi-node --name seoul --control 10.0.0.11,3 --compute 10.0.0.21,8 --management-cidr 10.0.0.0/24 --vip 10.0.0.10',
      says: 'with flags',
    },
  ],
  async run(context, input) {
    const [{ init }, { answersFromFlags, askAnswers }] = await Promise.all([
      import('../../app/transfer.ts'),
      import('../initAnswers.ts'),
    ]);
    const file = resolve(context.folder, context.settings.file ?? DESCRIPTION_NAME);
    const flags = answersFromFlags(input);
    const asks = context.terminal.asks && input.isBare && !context.settings.json;
    const answers = asks ? await askAnswers(flags) : flags;
    const like = input.option('like') as Format | undefined;
    const data = await init({ file, answers, like, overwrite: input.flag('force') });
    return { exitCode: 0, data, text: () => `Wrote ${file}. Review it, then run: cloudwright validate\n` };
  },
};
