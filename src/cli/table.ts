import { completionCommand } from './commands/completion.ts';
import { labDownCommand } from './commands/lab/down.ts';
import { labSshCommand } from './commands/lab/ssh.ts';
import { labStatusCommand } from './commands/lab/status.ts';
import { labUpCommand } from './commands/lab/up.ts';
import type { CommandTable } from './program.ts';

/** Every command, in the order of help. */
export const table: CommandTable = {
  groups: [{ name: 'lab', summary: 'trial machines on this host' }],
  commands: [labUpCommand, labDownCommand, labStatusCommand, labSshCommand, completionCommand(() => table)],
};
