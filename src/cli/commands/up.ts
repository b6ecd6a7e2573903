import { resolve } from 'node:path';
import type { Command } from '../command.ts';
import { numberOption } from '../numbers.ts';
import { labName, labOption } from './lab/shared.ts';

export const upCommand: Command = {
  name: 'up',
  purpose: 'start',
  summary: 'makes a trial cloud on this host: lab, deployment, acceptance test',
  details:
    'Without FILE the description of an all-in-one cloud is written to trial/cloud.yaml. Running it again changes ' +
    'only what differs, and does not repeat an acceptance test that passed. Needs root on Linux.',
  arguments: [{ name: 'FILE', summary: 'a description whose hosts are nodes of the lab', completes: 'file' }],
  options: [
    labOption,
    { name: 'memory', value: 'MIB', summary: 'memory limit of each node (default: 8192)' },
    { name: 'layer', value: 'NAME', summary: 'start new nodes from a saved layer' },
    { name: 'skip-test', summary: 'do not run the acceptance test' },
  ],
  examples: [{ line: 'cloudwright up', says: 'what `npm start` calls' }],
  async run(context, input) {
    const [{ up }, { labNamed }, { formatNextSteps, nextSteps }] = await Promise.all([
      import('../../app/up.ts'),
      import('../../app/lab.ts'),
      import('../print/nextSteps.ts'),
    ]);
    const named = input.argument('FILE') ?? context.settings.file;
    const file = resolve(context.folder, named ?? 'trial/cloud.yaml');
    const result = await up(
      {
        lab: labNamed(labName(input), context.caller),
        file,
        trial: named === undefined,
        memoryMiB: numberOption(input, 'memory', 'up'),
        layer: input.option('layer'),
        ...(!input.flag('skip-test') && { test: {} }),
      },
      context.caller,
    );
    const { run, test, access, exitCode } = result;
    return {
      exitCode,
      data: { run, test, access },
      ...(access && {
        text: () => `\n${formatNextSteps(nextSteps(access, context.folder), context.terminal.colors)}`,
      }),
    };
  },
};
