import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expandRange } from '../../src/cloud/ranges.ts';

function names(pattern: string): readonly string[] | undefined {
  const expansion = expandRange(pattern);
  return expansion.kind === 'names' ? expansion.names : undefined;
}

describe('expandRange', () => {
  it('knows plain names, ranges, leading zeros and steps', () => {
    expect(names('control1')).toEqual(['control1']);
    expect(names('storage[1:3]')).toEqual(['storage1', 'storage2', 'storage3']);
    expect(names('n[08:11].site')).toEqual(['n08.site', 'n09.site', 'n10.site', 'n11.site']);
    expect(names('n[1:6:2]')).toEqual(['n1', 'n3', 'n5']);
    expect(names('n[4:4]')).toEqual(['n4']);
  });

  it('says why a range stands for nothing', () => {
    for (const wrong of [
      'n[',
      'n]',
      'n[]',
      'n[1]',
      'n[a:c]',
      'n[3:1]',
      'n[1:3:0]',
      'n[1:2][1:2]',
      'n[01:100]',
      'n[1:1001]',
      'n[[1:2]]',
    ]) {
      expect(expandRange(wrong).kind, wrong).toBe('wrong');
    }
  });

  it('gives one distinct name for each number', () => {
    const numbers = fc.record({
      first: fc.nat(500),
      more: fc.nat(400),
      step: fc.integer({ min: 1, max: 9 }),
    });
    fc.assert(
      fc.property(numbers, ({ first, more, step }) => {
        const found = names(`h[${first}:${first + more}:${step}]`) ?? [];
        expect(found).toHaveLength(Math.floor(more / step) + 1);
        expect(new Set(found).size).toBe(found.length);
        expect(found[0]).toBe(`h${first}`);
      }),
    );
  });
});
