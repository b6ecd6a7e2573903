import { resolve } from 'node:path';
import { renderDescription } from '../../app/init/description.ts';
import { likeDescription } from '../../formats/like.ts';
import type { Format } from '../../formats/recognise.ts';
import type { Command } from '../command.ts';
import { DESCRIPTION_NAME, writeDescription } from '../description.ts';
import { answersFromFlags, askAnswers, initOptions } from '../initAnswers.ts';
import { printDone } from '../print/aside.ts';

export const initCommand: Command = {
  name: 'init',
  summary: 'writes a commented description, cloud.yaml',
  details: 'Asks on a terminal; with flags, or elsewhere, the flags and the defaults count.',
  options: [
    ...initOptions,
    {
      name: 'like',
      value: 'INSTALLER',
      summary: 'say beside each part what it was called there',
      choices: ['packstack', 'kolla', 'burrito'],
    },
    { name: 'defaults', summary: 'ask nothing' },
    { name: 'force', summary: 'overwrite the file' },
  ],
  examples: [
    { line: 'cloudwright init', says: 'asked step by step' },
    {
      line: 'cloudwright init --multi-node --name seoul --control 10.0.0.11,3 --compute 10.0.0.21,8 --management-cidr 10.0.0.0/24 --vip 10.0.0.10',
      says: 'by flags',
    },
  ],
  async run(context, input) {
    const file = resolve(context.folder, context.settings.file ?? DESCRIPTION_NAME);
    const flags = answersFromFlags(input);
    const asks = context.terminal.asks && input.isBare && !context.settings.json;
    const answers = asks ? await askAnswers(flags) : flags;
    const like = input.option('like') as Format | undefined;
    const text = like ? likeDescription(like, answers) : renderDescription(answers);
    await writeDescription(file, text, input.flag('force'));
    printDone(context, { file }, `Wrote ${file}. Look through it, then: cloudwright validate`);
    return 0;
  },
};
