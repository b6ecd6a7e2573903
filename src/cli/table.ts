import { completionCommand } from './commands/completion.ts';
import type { CommandTable } from './program.ts';

/** Every command, in the order of help. */
export const table: CommandTable = {
  groups: [],
  commands: [completionCommand(() => table)],
};
