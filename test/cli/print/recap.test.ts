import pc from 'picocolors';
import { describe, expect, it } from 'vitest';
import { formatRecap } from '../../../src/cli/print/recap.ts';
import type { HostRecap } from '../../../src/engine/event.ts';

const quiet: HostRecap = { ok: 3, changed: 0, unreachable: 0, failed: 0, skipped: 0 };
const closing = (outcome: 'done' | 'failed', changed: number, recap: Partial<HostRecap> = {}): string =>
  formatRecap(
    {
      at: 0,
      type: 'run-finished',
      outcome,
      changed,
      milliseconds: 2100,
      recap: { one: { ...quiet, ...recap } },
    },
    pc.createColors(false),
  )
    .trim()
    .split('\n')
    .at(-1) ?? '';

describe('the closing line', () => {
  it('says that nothing changed only where nothing can have', () => {
    expect(closing('done', 0)).toBe('Done in 2.1 s, nothing changed.');
    expect(closing('failed', 0)).toBe(
      'Failed after 2.1 s, nothing changed. The same command goes on from here.',
    );
  });

  it('does not say so of a change that failed or was cut off', () => {
    for (const recap of [{ failed: 1 }, { unreachable: 1 }])
      expect(closing('failed', 0, recap)).toContain(', no change completed.');
  });

  it('counts changes', () => {
    expect(closing('failed', 1, { failed: 1 })).toContain('1 change.');
  });
});
