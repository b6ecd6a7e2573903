import type { Command } from '../command.ts';
import { completionScript, type Shell, shells } from '../completion.ts';
import type { CommandTable } from '../program.ts';

/** Needs the table that it is itself part of, so it takes a function that gives it. */
export function completionCommand(table: () => CommandTable): Command {
  return {
    name: 'completion',
    summary: 'prints a completion script for a shell',
    arguments: [{ name: 'SHELL', summary: 'the shell', required: true, choices: shells }],
    examples: [
      {
        line: 'source <(cloudwright completion bash)',
        says: 'complete in this bash; put it into ~/.bashrc to keep it',
      },
    ],
    async run(context, input) {
      context.terminal.out(completionScript(input.argument('SHELL') as Shell, table()));
      return 0;
    },
  };
}
