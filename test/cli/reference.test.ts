import { expect, it } from 'vitest';
import { commandReference } from '../../src/cli/reference.ts';
import { table } from '../../src/cli/table.ts';

it('docs/commands.md says what the command table says', async () => {
  await expect(commandReference(table)).toMatchFileSnapshot('../../docs/commands.md');
});
