import { labDown } from '../../../lab/index.ts';
import type { Command } from '../../command.ts';
import { asides, printJson } from '../../print/aside.ts';
import { labOf, labOption } from './shared.ts';

export const labDownCommand: Command = {
  name: 'lab down',
  summary: 'ends the trial machines and removes all that was theirs',
  details:
    'Also cleans up after a crash. The base tree and the package cache stay, so that the next lab is quick.',
  options: [labOption],
  async run(context, input) {
    const location = labOf(context, input);
    await labDown({ ...location, report: asides(context) });
    if (context.settings.json) printJson(context, { lab: location.name, down: true });
    else context.terminal.out(`Lab ${location.name} is down.\n`);
    return 0;
  },
};
