import { resolve } from 'node:path';
import type { Command } from '../../command.ts';
import { findDescription } from '../../file.ts';

export const vaultRekeyCommand: Command = {
  name: 'vault rekey',
  summary: 'encrypts the vault with a new password',
  details:
    'Without an option a new key is generated in .cloudwright/ beside the description. The last keys that were replaced ' +
    'are kept there.',
  options: [
    { name: 'ask', summary: 'ask for the new password' },
    {
      name: 'new-vault-password-file',
      value: 'FILE',
      summary: 'read the new password from this file',
      completes: 'file',
    },
  ],
  async run(context, input) {
    const { rekeyVaultOf } = await import('../../../app/vault.ts');
    const given = input.option('new-vault-password-file');
    const rekeyed = await rekeyVaultOf(
      {
        file: findDescription(context),
        ask: input.flag('ask'),
        newPasswordFile: given === undefined ? undefined : resolve(context.folder, given),
      },
      context.caller,
    );
    const key = rekeyed.newKeyFile ? 'a new key in .cloudwright/' : 'the new password';
    return { exitCode: 0, data: rekeyed, text: () => `The vault is now encrypted with ${key}.\n` };
  },
};
