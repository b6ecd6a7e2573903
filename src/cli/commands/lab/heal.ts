import type { Command } from '../../command.ts';
import { labName, labOption, nodeArgument } from './shared.ts';

export const labHealCommand: Command = {
  name: 'lab heal',
  summary: 'powers a node on, connects its networks, and waits until ssh answers',
  arguments: [nodeArgument],
  options: [labOption],
  async run(context, input) {
    const { labHeal, labNamed } = await import('../../../app/lab.ts');
    const node = input.argument('NODE') ?? '';
    await labHeal(labNamed(labName(input), context.caller), node, context.caller);
    return {
      exitCode: 0,
      data: { node, power: 'on', connected: true },
      text: () => `${node} is running and connected.\n`,
    };
  },
};
