import { labCut } from '../../../lab/index.ts';
import type { Command } from '../../command.ts';
import { printDone } from '../../print/aside.ts';
import { labOf, labOption, nodeArgument } from './shared.ts';

export const labCutCommand: Command = {
  name: 'lab cut',
  summary: 'cuts the power of a trial machine',
  details: 'As a power failure would: nothing is shut down. `lab heal` brings it back.',
  arguments: [nodeArgument],
  options: [labOption],
  async run(context, input) {
    const node = input.argument('NODE') ?? '';
    await labCut(labOf(context, input), node);
    printDone(
      context,
      { node, power: 'off' },
      `${node} has no power. Bring it back: cloudwright lab heal ${node}`,
    );
    return 0;
  },
};
