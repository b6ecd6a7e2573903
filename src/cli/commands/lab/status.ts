import type { Command } from '../../command.ts';
import { labName, labOption } from './shared.ts';

export const labStatusCommand: Command = {
  name: 'lab status',
  summary: 'shows the trial machines',
  options: [labOption],
  async run(context, input) {
    const [{ labNamed, labStatus }, { formatLab }] = await Promise.all([
      import('../../../app/lab.ts'),
      import('../../print/lab.ts'),
    ]);
    const name = labName(input);
    const status = await labStatus(labNamed(name, context.caller));
    return {
      exitCode: 0,
      data: { lab: name, nodes: status?.nodes ?? [], state: status?.state },
      text: () => formatLab(name, status, context.terminal.colors),
      essential: true,
    };
  },
};
