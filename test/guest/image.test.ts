import { expect, it } from 'vitest';
import { ensureTools } from '../../src/guest/image.ts';

it('installs nothing on this machine without agreement, and says what to do instead', async () => {
  const reported: string[] = [];
  const missing = ensureTools(['cw-no-such-package', 'dpkg'], false, (line) => reported.push(line));
  await expect(missing).rejects.toMatchObject({
    problems: [
      {
        code: 'GUEST_TOOLS_MISSING',
        next: expect.stringMatching(/--image FILE.*test\.image.*apt-get install cw-no-such-package`/),
      },
    ],
  });
  expect(reported).toEqual([]);
});

it('asks for nothing where the tools are installed', async () => {
  await ensureTools(['dpkg'], false, () => {
    throw new Error('nothing to report');
  });
});
