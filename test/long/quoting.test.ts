import fc from 'fast-check';
import { expect, test } from 'vitest';
import { renderIni } from '../../src/resources/index.ts';
import { shellProgram } from '../../src/resources/program.ts';
import { reveal } from '../../src/secrets/confidential.ts';
import { osloText, osloValues } from '../resources/oslo.ts';
import { sh } from '../resources/sh.ts';

test('words of any text arrive in a shell program', () => {
  const word = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom(...'\'"\\$`!#\n\t한é %') }),
  );
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 50 }), (words) => {
      const clean = words.map((item) => item.replaceAll('\0', ''));
      const { stdout } = sh(shellProgram('printf \'%s\\0\' "$@"', {}, words));
      expect(stdout.split('\0').slice(0, -1)).toEqual(clean);
    }),
    { numRuns: 5_000 },
  );
});

test('values of any text are read back by oslo.config', () => {
  fc.assert(
    fc.property(fc.array(osloText, { minLength: 1 }), (values) => {
      expect(osloValues(reveal(renderIni({ DEFAULT: { option: values } })))).toEqual(values);
    }),
    { numRuns: 100_000 },
  );
});
