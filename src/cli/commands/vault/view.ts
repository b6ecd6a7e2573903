import type { Command } from '../../command.ts';
import { findDescription } from '../../file.ts';

export const vaultViewCommand: Command = {
  name: 'vault view',
  summary: 'prints the decrypted secrets',
  async run(context) {
    const { secretsIn, viewVaultOf } = await import('../../../app/vault.ts');
    const text = await viewVaultOf({ file: findDescription(context) }, context.caller);
    return {
      exitCode: 0,
      ...(context.settings.json && { data: { secrets: secretsIn(text) } }),
      text: () => text.reveal(),
      essential: true,
    };
  },
};
