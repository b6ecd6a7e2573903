import type { Command } from '../command.ts';
import { findDescription } from '../file.ts';

export const validateCommand: Command = {
  name: 'validate',
  purpose: 'describe',
  summary: 'checks the description and summarises the cloud; reaches no host',
  details: 'Shows all errors at once, each with its line, the rule and how to fix it.',
  arguments: [{ name: 'FILE', summary: 'the description (default: as with --file)', completes: 'file' }],
  examples: [{ line: 'cloudwright validate cloud.yaml', says: 'all errors, or a summary of the cloud' }],
  async run(context, input) {
    const { validate } = await import('../../app/description.ts');
    const file = findDescription(context, input.argument('FILE'));
    const { valid, summary, cloud, derived, exitCode } = await validate(file, context.caller);
    return {
      exitCode,
      data: { valid, file, cloud, derived },
      ...(valid && {
        text: () => `${summary.join('\n')}\n\n${context.terminal.colors.green('Valid.')}\n`,
      }),
    };
  },
};
