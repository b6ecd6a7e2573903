import type { Command } from '../../command.ts';
import { labName, labOption } from './shared.ts';

export const labDownCommand: Command = {
  name: 'lab down',
  summary: 'stops the trial machines and deletes everything that belongs to them',
  details:
    'Also cleans up after a crash. The base tree and the package cache stay, so that the next lab starts fast.',
  options: [labOption],
  async run(context, input) {
    const { labDown, labNamed } = await import('../../../app/lab.ts');
    const name = labName(input);
    await labDown(labNamed(name, context.caller), context.caller);
    return { exitCode: 0, data: { lab: name, down: true }, text: () => `Lab ${name} is down.\n` };
  },
};
