import { completionCommand } from './commands/completion.ts';
import { labDownCommand } from './commands/lab/down.ts';
import { labSshCommand } from './commands/lab/ssh.ts';
import { labStatusCommand } from './commands/lab/status.ts';
import { labUpCommand } from './commands/lab/up.ts';
import { validateCommand } from './commands/validate.ts';
import type { CommandTable } from './program.ts';

const completion = completionCommand(() => table);

/** Every command, in the order of help. */
export const table: CommandTable = {
  groups: [{ name: 'lab', summary: 'trial machines on this host' }],
  commands: [validateCommand, labUpCommand, labDownCommand, labStatusCommand, labSshCommand, completion],
};
