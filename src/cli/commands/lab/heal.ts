import { labHeal } from '../../../lab/index.ts';
import type { Command } from '../../command.ts';
import { asides, printDone } from '../../print/aside.ts';
import { labOf, labOption, nodeArgument } from './shared.ts';

export const labHealCommand: Command = {
  name: 'lab heal',
  summary: 'gives a trial machine its power and its cables back, and waits until ssh answers',
  arguments: [nodeArgument],
  options: [labOption],
  async run(context, input) {
    const node = input.argument('NODE') ?? '';
    await labHeal(labOf(context, input), node, asides(context));
    printDone(context, { node, power: 'on', cables: 'in' }, `${node} is back.`);
    return 0;
  },
};
