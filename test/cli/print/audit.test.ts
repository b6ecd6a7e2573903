import pc from 'picocolors';
import { expect, it } from 'vitest';
import type { Verdict } from '../../../src/app/contracts.ts';
import { formatAudit } from '../../../src/cli/print/audit.ts';

it('shows failures first, and each next action once', () => {
  const verdict = (state: Verdict['state'], what: string, next?: string): Verdict => ({
    topic: 'listeners',
    where: 'control1',
    state,
    what,
    ...(next !== undefined && { next }),
  });
  const text = formatAudit(
    [
      verdict('pass', 'all is well'),
      verdict('fail', 'python3 \x1b[31mlistens', 'Stop it.'),
      verdict('warning', 'the lists are old', 'Refresh them.'),
      verdict('fail', 'perl listens', 'Stop it.'),
    ],
    pc.createColors(false),
  );
  expect(text).toMatchInlineSnapshot(`
    "verdict  where     about      what
    fail     control1  listeners  python3 listens
    fail     control1  listeners  perl listens
    warning  control1  listeners  the lists are old
    pass     control1  listeners  all is well

    Next:
      Stop it.
      Refresh them.

    2 failures, 1 warning, 1 passed
    "
  `);
});
