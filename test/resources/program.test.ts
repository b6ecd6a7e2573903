import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parametersOf, shellProgram } from '../../src/resources/program.ts';
import { Confidential, masked, reveal } from '../../src/secrets/confidential.ts';
import script from './echo.sh';
import { sh } from './sh.ts';

const parameters = { name: 'n', secret: 's', flag: true, off: false, count: 0 };

describe('shellProgram', () => {
  test('parameters and words arrive as they were given', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.array(fc.string({ unit: 'binary' })), (name, words) => {
        const clean = (word: string): string => word.replaceAll('\0', '');
        const { stdout } = sh(shellProgram(script, { ...parameters, name }, words));
        expect(stdout.split('\0').slice(0, -1)).toEqual([
          ...[name, 's', 'yes', '', '0'].map(clean),
          ...words.map(clean),
        ]);
      }),
      { numRuns: 60 },
    );
  });

  test('a secret stays confidential and is not in the environment of other processes', () => {
    const program = shellProgram(`${script}\nenv\n`, { ...parameters, secret: new Confidential('hunter2') });
    expect(program).toBeInstanceOf(Confidential);
    expect(masked(program)).not.toContain('hunter2');
    expect(reveal(program)).toContain("secret='hunter2'");
    expect(sh(program).stdout).not.toContain('secret=hunter2');
  });

  test('it ends with the status of the script and leaves the shell around it as it was', () => {
    const program = reveal(shellProgram(script, { ...parameters, count: 7 }));
    expect(sh(`name=outer\n${program} >/dev/null\necho "$? $name"`).stdout).toBe('7 outer\n');
  });

  test('missing and unknown parameters are mistakes of the caller', () => {
    expect(parametersOf(script)).toEqual(['name', 'secret', 'flag', 'off', 'count']);
    const { secret: _, ...rest } = parameters;
    expect(() => shellProgram(script, rest)).toThrow('needs the parameters secret');
    expect(() => shellProgram(script, { ...parameters, more: 1 })).toThrow('does not declare more');
  });

  test('libraries run before the script, in one program', () => {
    expect(
      sh(shellProgram(['#!/bin/sh\n# Library.\ngreet() { echo "hello $1"; }\n', 'greet x'])).stdout,
    ).toBe('hello x\n');
  });
});
