import type { Command } from '../../command.ts';
import { findDescription } from '../../file.ts';

export const vaultEditCommand: Command = {
  name: 'vault edit',
  summary: 'opens the decrypted secrets in an editor and encrypts them again',
  details:
    'The editor is VISUAL, EDITOR or vi. The decrypted text is kept in memory only, readable by you alone.',
  async run(context) {
    const { editVaultOf } = await import('../../../app/vault.ts');
    const { environment } = context;
    const editor = environment.VISUAL || environment.EDITOR || 'vi';
    const changed = await editVaultOf({ file: findDescription(context), editor }, context.caller);
    return {
      exitCode: 0,
      data: { changed },
      text: () => (changed ? 'The vault was changed.\n' : 'Nothing was changed.\n'),
    };
  },
};
