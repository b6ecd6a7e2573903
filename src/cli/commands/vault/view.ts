import { viewVault } from '../../../vault/actions.ts';
import { parseVault } from '../../../vault/secrets.ts';
import type { Command } from '../../command.ts';
import { printJson } from '../../print/aside.ts';
import { openVault } from './shared.ts';

export const vaultViewCommand: Command = {
  name: 'vault view',
  summary: 'prints the decrypted secrets',
  async run(context) {
    const { folder, password } = await openVault(context);
    const text = (await viewVault(folder, password)).reveal();
    if (context.settings.json) printJson(context, Object.fromEntries(parseVault(text)));
    else context.terminal.out(text);
    return 0;
  },
};
