import { makeVault } from '../../../vault/actions.ts';
import { findVaultPassword, vaultFileOf } from '../../../vault/password.ts';
import type { Command } from '../../command.ts';
import { readDescription } from '../../description.ts';
import { asides, printJson } from '../../print/aside.ts';
import { askNewPassword, askSecrets, vaultOptions } from '../../session.ts';

export const vaultMakeCommand: Command = {
  name: 'vault make',
  summary: 'makes the vault: every password is generated, and yours are taken in when asked for',
  details:
    'Without --ask and without a password file, a key is made in .cloudwright/ beside the description, readable by ' +
    'you alone. The vault can be read and written by ansible-vault.',
  options: [{ name: 'ask', summary: 'ask for the vault password and for the ssh, sudo and admin passwords' }],
  examples: [
    { line: 'cloudwright vault make', says: 'everything generated' },
    { line: 'cloudwright vault make --ask', says: 'for hosts that take a password' },
  ],
  async run(context, input) {
    const { cloud } = await readDescription(context);
    const asked = input.flag('ask');
    const chosen = asked ? await askNewPassword(context) : undefined;
    const given = asked ? await askSecrets(context, cloud) : {};
    const found = chosen
      ? ({ password: chosen, source: 'prompt' } as const)
      : await findVaultPassword(cloud.folder, { ...vaultOptions(context), mayCreate: true });
    const { generated: made, notes } = await makeVault(cloud, found, given);
    for (const note of notes.slice(0, -1)) asides(context)(note);
    if (context.settings.json) printJson(context, { vault: vaultFileOf(cloud.folder), generated: made });
    else context.terminal.out(`${vaultFileOf(cloud.folder)}: ${made.length} secrets generated.\n`);
    return 0;
  },
};
