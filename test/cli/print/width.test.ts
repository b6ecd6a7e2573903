import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { padEnd, printable, truncate, widthOf } from '../../../src/cli/print/width.ts';

describe('widthOf', () => {
  it.each([
    ['', 0],
    ['abc', 3],
    ['서울', 4],
    ['e\u0301', 1],
    ['\x1b[31mred\x1b[39m', 3],
    ['🚀', 2],
    ['\u1112\u1161\u11ab', 2],
  ])('%j takes %i cells', (text, cells) => {
    expect(widthOf(text)).toBe(cells);
  });
});

describe('truncate', () => {
  it('never passes the width, and leaves alone what fits', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 60 }), (text, width) => {
        const cut = truncate(text, width);
        expect(widthOf(cut)).toBeLessThanOrEqual(width);
        if (widthOf(text) <= width) expect(cut).toBe(text);
      }),
    );
  });

  it('keeps the colour sequences after the cut', () => {
    expect(truncate('\x1b[31mabcdef\x1b[39m', 4)).toBe('\x1b[31mabc\x1b[39m…');
  });
});

describe('pads', () => {
  it('fill up to cells, not to characters', () => {
    expect(padEnd('서울', 6)).toBe('서울  ');
    expect(padEnd('abc', 2)).toBe('abc');
  });
});

describe('printable', () => {
  it('leaves no control character but line breaks', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(printable(text)).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
      }),
    );
  });
});
