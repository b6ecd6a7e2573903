import { rekeyVault } from '../../../vault/actions.ts';
import { findVaultPassword } from '../../../vault/password.ts';
import type { Command } from '../../command.ts';
import { askNewPassword } from '../../session.ts';
import { openVault } from './shared.ts';

export const vaultRekeyCommand: Command = {
  name: 'vault rekey',
  summary: 'encrypts the vault under another password',
  details: 'Without an option a new key is made in .cloudwright/ beside the description.',
  options: [
    { name: 'ask', summary: 'ask for the new password' },
    {
      name: 'new-vault-password-file',
      value: 'FILE',
      summary: 'read the new password from this file',
      file: true,
    },
  ],
  async run(context, input) {
    const { folder, password } = await openVault(context);
    const passwordFile = input.option('new-vault-password-file');
    const next = input.flag('ask')
      ? await askNewPassword(context)
      : passwordFile && (await findVaultPassword(folder, { passwordFile })).password;
    await rekeyVault(folder, password, next || undefined);
    context.terminal.out(`The vault is encrypted anew${next ? '' : ', under a new key in .cloudwright/'}.\n`);
    return 0;
  },
};
