import fc from 'fast-check';
import pc from 'picocolors';
import { describe, expect, it } from 'vitest';
import { countProblems, formatProblem, styleOf } from '../../../src/cli/print/problems.ts';
import { widthOf } from '../../../src/cli/print/width.ts';
import { type FilePlace, problem } from '../../../src/errors/problem.ts';
import { fakeContext } from './fake.ts';

const style = { colors: pc.createColors(false), columns: 80, folder: '/srv' };

function at(text: string, column: number, length: number, suggestion?: string) {
  const place: FilePlace = { kind: 'file', file: '/srv/cloud.yaml', line: 12, column, length, text };
  return problem('HOST_UNREACHABLE', { details: { host: 'a' }, place, suggestion });
}

describe('formatProblem', () => {
  it('underlines the offending text of the line', () => {
    const lines = formatProblem(at('  manegement: 1', 3, 10, 'management'), style).split('\n');
    expect(lines.slice(0, 3)).toEqual([
      'cloud.yaml:12:3: error HOST_UNREACHABLE: Host a cannot be reached over ssh.',
      '  12 |   manegement: 1',
      '     |   ^~~~~~~~~~',
    ]);
    expect(lines).toContain('  did you mean management?');
    expect(lines.some((line) => line.startsWith('  why: '))).toBe(true);
    expect(lines.some((line) => line.startsWith('  fix: '))).toBe(true);
  });

  it('measures Korean characters as two cells', () => {
    const lines = formatProblem(at('이름: 서울 클라우드', 5, 2), style).split('\n');
    expect(lines[1]).toBe('  12 | 이름: 서울 클라우드');
    expect(lines[2]).toBe('     |       ^~~~');
  });

  it.each([1, 150_000, 300_000])('shows a line of 300,000 characters at column %i at once', (column) => {
    const [, source = '', mark = ''] = formatProblem(at('['.repeat(300_000), column, 1), style).split('\n');
    expect(widthOf(source)).toBeLessThanOrEqual(80);
    expect(mark).toMatch(/^ {5}\| *\^$/);
    expect(source.includes('…')).toBe(true);
  });

  it('shows the part of a long line around the offending text', () => {
    const line = `${'a'.repeat(300)}WRONG${'b'.repeat(300)}`;
    const lines = formatProblem(at(line, 301, 5), style).split('\n');
    expect(widthOf(lines[1] ?? '')).toBeLessThanOrEqual(80);
    const start = lines[2]?.indexOf('^') ?? 0;
    expect(lines[1]?.slice(start, start + 5)).toBe('WRONG');
    expect(lines[2]?.trim()).toBe(`|${' '.repeat(start - 6)}^~~~~`);
  });

  it('never lets an escape sequence from a file or a log through', () => {
    const shown = formatProblem(
      problem('HOST_UNREACHABLE', {
        details: { host: '\x1b]0;title\x07x\x1b[2J' },
        evidence: 'a\x1b[31mred\x1b[0m\x07\rb',
      }),
      style,
    );
    expect(shown).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f]/);
    expect(shown).toContain('    | ared·');
  });

  it('keeps excerpt and mark in step, and inside the terminal, for any line', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 200 }),
        fc.nat(220),
        fc.integer({ min: 1, max: 220 }),
        fc.integer({ min: 40, max: 120 }),
        (text, before, length, columns) => {
          const shown = formatProblem(at(text.replace(/\n/g, ' '), before + 1, length), {
            ...style,
            columns,
          });
          const [, source = '', mark = ''] = shown.split('\n');
          expect(widthOf(source)).toBeLessThanOrEqual(columns);
          expect(widthOf(mark)).toBeLessThanOrEqual(columns + 1);
          expect(mark).toMatch(/^ {5}\| *\^~*$/);
        },
      ),
    );
  });
});

describe('countProblems', () => {
  it.each([
    [2, 0, '2 errors'],
    [1, 1, '1 error, 1 warning'],
    [0, 3, '3 warnings'],
  ])('%i errors and %i warnings', (errors, warnings, text) => {
    expect(countProblems(errors, warnings)).toBe(text);
  });
});

describe('styleOf', () => {
  it('takes the colours of the stream, and never more than 110 columns', () => {
    const { terminal, folder } = fakeContext({}, { columns: 200 });
    const context = { terminal: { ...terminal, errColors: pc.createColors(true) }, folder };
    expect(styleOf(context, 'err')).toEqual({ colors: context.terminal.errColors, columns: 110, folder });
    expect(styleOf(context, 'out').colors).toBe(terminal.colors);
  });
});
