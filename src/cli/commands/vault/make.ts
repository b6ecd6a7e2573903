import type { Command } from '../../command.ts';
import { findDescription } from '../../file.ts';

export const vaultMakeCommand: Command = {
  name: 'vault make',
  summary: 'generates all passwords; with `--ask` prompts for your own',
  details:
    'Without --ask and without a password file, a key is generated in .cloudwright/ beside the description, readable ' +
    'by you alone. The vault can be read and written by ansible-vault.',
  options: [
    { name: 'ask', summary: 'ask for the vault password and for the ssh, sudo and administrator passwords' },
  ],
  examples: [
    { line: 'cloudwright vault make', says: 'everything generated' },
    { line: 'cloudwright vault make --ask', says: 'for hosts with password authentication' },
  ],
  async run(context, input) {
    const { makeVaultOf } = await import('../../../app/vault.ts');
    const made = await makeVaultOf(
      { file: findDescription(context), ask: input.flag('ask') },
      context.caller,
    );
    return {
      exitCode: 0,
      data: made,
      text: () => `${made.vault}: ${made.generated.length} secrets generated.\n`,
    };
  },
};
