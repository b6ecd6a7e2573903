import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addressToNumber,
  formatNetwork,
  holds,
  numberToAddress,
  overlap,
  parseNetwork,
} from '../../src/cloud/ipv4.ts';

const value = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const prefix = fc.integer({ min: 0, max: 32 });

describe('IPv4', () => {
  it('reads what it writes', () => {
    fc.assert(
      fc.property(value, (number) => {
        expect(addressToNumber(numberToAddress(number))).toBe(number);
      }),
    );
  });

  it('refuses what is not four decimal bytes', () => {
    for (const text of [
      '',
      '1.2.3',
      '1.2.3.4.5',
      '1.2.3.256',
      '01.2.3.4',
      '1.2.3.-1',
      '1.2.3.4 ',
      'a.b.c.d',
      '1..2.3',
    ]) {
      expect(addressToNumber(text), text).toBeUndefined();
    }
    for (const text of ['1.2.3.4', '1.2.3.4/33', '1.2.3.4/', '1.2.3.4/08', '1.2.3.4/8/8']) {
      expect(parseNetwork(text), text).toBeUndefined();
    }
  });

  it('puts an address into exactly the networks that share its first bits', () => {
    fc.assert(
      fc.property(value, value, prefix, (a, b, length) => {
        const network = parseNetwork(`${numberToAddress(a)}/${length}`);
        if (!network) throw new Error('not read');
        const bits = (number: number): string => number.toString(2).padStart(32, '0').slice(0, length);
        expect(holds(network, b)).toBe(bits(a) === bits(b));
        expect(parseNetwork(formatNetwork(network))).toEqual(network);
      }),
    );
  });

  it('sees an overlap from both sides, where one holds the other’s first address', () => {
    fc.assert(
      fc.property(value, prefix, value, prefix, (a, p, b, q) => {
        const one = parseNetwork(`${numberToAddress(a)}/${p}`);
        const two = parseNetwork(`${numberToAddress(b)}/${q}`);
        if (!one || !two) throw new Error('not read');
        expect(overlap(one, two)).toBe(overlap(two, one));
        expect(overlap(one, two)).toBe(holds(one, two.first) || holds(two, one.first));
      }),
    );
  });
});
