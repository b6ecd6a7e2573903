import { describe, expect, it } from 'vitest';
import { clock, count, duration } from '../../../src/cli/print/duration.ts';

describe('durations', () => {
  it.each([
    [0, '0.0 s'],
    [340, '0.3 s'],
    [9949, '9.9 s'],
    [9950, '10 s'],
    [59_499, '59 s'],
    [59_500, '1 min 00 s'],
    [245_000, '4 min 05 s'],
    [3_599_600, '1 h 00 min'],
    [3_720_000, '1 h 02 min'],
  ])('%i ms is %s', (milliseconds, words) => {
    expect(duration(milliseconds)).toBe(words);
  });

  it.each([
    [-5, '0:00'],
    [7000, '0:07'],
    [751_000, '12:31'],
    [3_725_000, '1:02:05'],
  ])('the clock at %i ms shows %s', (milliseconds, shown) => {
    expect(clock(milliseconds)).toBe(shown);
  });

  it('counts in the right number', () => {
    expect([count(1, 'host'), count(0, 'host'), count(2, 'entry', 'entries')]).toEqual([
      '1 host',
      '0 hosts',
      '2 entries',
    ]);
  });
});
