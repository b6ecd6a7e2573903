import type { Command } from '../command.ts';

export const completionCommand: Command = {
  name: 'completion',
  purpose: 'other',
  summary: 'prints a completion script for a shell',
  details: 'Completes commands, options, and the steps, hosts, labs and nodes that exist.',
  arguments: [{ name: 'SHELL', summary: 'the shell', required: true, choices: ['bash', 'zsh', 'fish'] }],
  examples: [
    {
      line: 'source <(cloudwright completion bash)',
      says: 'complete in this bash; add the line to ~/.bashrc to keep it',
    },
  ],
  async run(_context, input) {
    const { completionScript } = await import('../completion.ts');
    const script = completionScript(input.argument('SHELL') ?? '');
    return { exitCode: 0, data: { script }, text: () => script, essential: true };
  },
};
