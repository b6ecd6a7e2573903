import type { Command } from '../../command.ts';
import { findDescription } from '../../file.ts';

export const vaultRotateCommand: Command = {
  name: 'vault rotate',
  summary: 'replaces the keys that encrypt tokens',
  details:
    'The staged key becomes the primary one, a new key is staged, and the oldest is removed. The next apply brings the ' +
    'keys to the control hosts. Tokens stay valid: a rotation is refused until the last one is on all control hosts ' +
    'and the tokens of a key that would be removed have expired.',
  arguments: [{ name: 'KEYS', summary: 'which keys', required: true, choices: ['fernet'] }],
  examples: [
    {
      line: 'cloudwright vault rotate fernet && cloudwright apply',
      says: 'rotate and distribute, for example weekly',
    },
  ],
  async run(context) {
    const { rotateFernet } = await import('../../../app/rotation.ts');
    const { primary, removed } = await rotateFernet({ file: findDescription(context) }, context.caller);
    const gone = removed.length > 0 ? `, removed: ${removed.join(', ')}` : '';
    return {
      exitCode: 0,
      data: { keys: 'fernet', primary, removed },
      text: () =>
        `Rotated: key ${primary} is the primary one${gone}. Distribute the keys with cloudwright apply.\n`,
    };
  },
};
