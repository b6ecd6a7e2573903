import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { asBoolean, asInteger, readPlainScalar } from '../../../src/formats/values/scalar.ts';

describe('plain scalars of YAML 1.1 as Ansible reads them', () => {
  test.each([
    ['yes', true],
    ['No', false],
    ['on', true],
    ['OFF', false],
    ['y', 'y'],
    ['n', 'n'],
    ['~', null],
    ['', null],
    ['0755', 493],
    ['0o755', '0o755'],
    ['089', '089'],
    ['0x1F', 31],
    ['0b101', 5],
    ['1_000', 1000],
    ['12:30', 750],
    ['1.32.5', '1.32.5'],
    ['3.14', 3.14],
    ['1e3', '1e3'],
    ['-7', -7],
    ['192.168.21.1', '192.168.21.1'],
    ['100:200', '100:200'],
    ['123456789012345678901', '123456789012345678901'],
    ['2025-01-01', '2025-01-01'],
  ])('%s', (text, value) => {
    expect(readPlainScalar(text)).toBe(value);
  });

  test('any text gives a value', () => {
    fc.assert(
      fc.property(fc.string(), (text) =>
        ['string', 'number', 'boolean', 'object'].includes(typeof readPlainScalar(text)),
      ),
    );
  });
});

describe('the bool filter', () => {
  test.each([
    ['yes', true],
    ['YES', true],
    ['True', true],
    ['t', true],
    ['1', true],
    [1, true],
    ['no', false],
    ['', false],
    [null, false],
    [0, false],
    ['maybe', undefined],
    [[], undefined],
  ])('%j', (value, expected) => {
    expect(asBoolean(value)).toBe(expected);
  });
});

test('whole numbers may be written as text', () => {
  expect(asInteger(' 42 ')).toBe(42);
  expect(asInteger('4.2')).toBeUndefined();
  expect(asInteger('5s')).toBeUndefined();
});
