import { confirm } from '@clack/prompts';
import { editVault } from '../../../vault/actions.ts';
import type { Command } from '../../command.ts';
import { formatProblems } from '../../print/problems.ts';
import { openVault } from './shared.ts';

export const vaultEditCommand: Command = {
  name: 'vault edit',
  summary: 'opens the decrypted secrets in an editor and encrypts them again',
  details:
    'The editor is VISUAL, EDITOR or vi. The decrypted text lies in memory only, readable by you alone.',
  async run(context) {
    const { terminal, environment } = context;
    const { folder, password } = await openVault(context);
    const changed = await editVault(folder, password, {
      editor: environment.VISUAL || environment.EDITOR || 'vi',
      ...(terminal.asks && {
        again: async (problems) => {
          const style = { colors: terminal.errColors, columns: terminal.columns(), folder: context.folder };
          terminal.err(formatProblems(problems, style));
          return (await confirm({ message: 'Edit again?', output: process.stderr })) === true;
        },
      }),
    });
    terminal.out(changed ? 'The vault was changed.\n' : 'Nothing was changed.\n');
    return 0;
  },
};
