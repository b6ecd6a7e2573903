import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editDistance, nearest } from '../../src/errors/suggest.ts';

describe('editDistance', () => {
  it('counts insertions, deletions, substitutions and swaps', () => {
    expect(editDistance('compute', 'compute')).toBe(0);
    expect(editDistance('compute', 'compte')).toBe(1);
    expect(editDistance('compute', 'ocmpute')).toBe(1);
    expect(editDistance('', 'abc')).toBe(3);
    expect(editDistance('kitten', 'sitting')).toBe(3);
  });

  it('is the same both ways and never more than the longer word', () => {
    const word = fc.string({ maxLength: 12 });
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
        expect(editDistance(a, b) === 0).toBe(a === b);
      }),
    );
  });
});

describe('nearest', () => {
  it('finds what was meant, and nothing where nothing is close', () => {
    expect(nearest('validte', ['validate', 'vault', 'verify'])).toBe('validate');
    expect(nearest('virtual-router-id', ['virtual_router_id', 'level'])).toBe('virtual_router_id');
    expect(nearest('kubernetes', ['network', 'compute'])).toBeUndefined();
    expect(nearest('x', ['y'])).toBeUndefined();
    expect(nearest('a'.repeat(1000), ['aaa'])).toBeUndefined();
  });
});
