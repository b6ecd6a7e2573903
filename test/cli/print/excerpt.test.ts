import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitAround } from '../../../src/cli/print/excerpt.ts';
import { widthOf } from '../../../src/cli/print/width.ts';

describe('fitAround', () => {
  it.each<[string, [string, string, string, number], [string, string, string]]>([
    ['leaves what fits', ['ab', 'CD', 'ef', 20], ['ab', 'CD', 'ef']],
    ['cuts the end', ['ab', 'CD', 'efghijkl', 8], ['ab', 'CD', 'efg…']],
    ['cuts the start', ['abcdefghijklmnopqrstuvwxyz', 'CD', 'ef', 20], ['…rstuvwxyz', 'CD', 'ef']],
    ['cuts a long mark', ['ab', 'C'.repeat(30), 'ef', 10], ['ab', 'CCCCCCC…', '']],
    ['cuts wide characters by cells', ['', '서울특별시', '', 6], ['', '서울…', '']],
    ['leaves no wide half', ['', '서울특별시', '', 5], ['', '서울…', '']],
    ['has no room after the mark', ['', 'abcdef', 'gh', 6], ['', 'abcdef', '']],
  ])('%s', (_name, input, [before, marked, after]) => {
    expect(fitAround(...input)).toEqual({ before, marked, after });
  });

  it('never passes the width, and keeps some of the mark', () => {
    const line = fc.string({ unit: 'grapheme', maxLength: 60 });
    fc.assert(
      fc.property(line, line, line, fc.integer({ min: 20, max: 80 }), (before, marked, after, width) => {
        const fitted = fitAround(before, marked, after, width);
        expect(widthOf(fitted.before + fitted.marked + fitted.after)).toBeLessThanOrEqual(width);
        if (widthOf(marked) > 0) expect(widthOf(fitted.marked)).toBeGreaterThan(0);
      }),
    );
  });
});
