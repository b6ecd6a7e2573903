import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { importSources } from '../../../src/formats/import.ts';
import { importPackstack } from '../../../src/formats/packstack/import.ts';
import { packstackKeys } from '../../../src/formats/packstack/keys/index.ts';
import { reportJson, reportLines } from '../../../src/formats/print.ts';
import { countOutcomes } from '../../../src/formats/report.ts';

const SECRET = 'Zq7-never-to-be-shown-9xW';
const secretKeys = Object.entries(packstackKeys).flatMap(([key, { handling }]) =>
  handling.is === 'secret' ? [key] : [],
);
const seeds = ['handbook-one-host.txt', 'handbook-many-hosts.txt', 'course-two-computes.txt'].map((name) =>
  readFileSync(join(import.meta.dirname, 'fixtures', name), 'utf8'),
);

/** Values that people and slips of the hand put where others belong. */
const values = [
  'y',
  'n',
  'yes',
  'True',
  '',
  ' ',
  '0',
  '-1',
  '1e999',
  '999999999999',
  '%(x)s',
  '%',
  '%%',
  '[',
  ']',
  '"',
  "'",
  '\\',
  '10.0.0.1',
  '10.0.0.1,10.0.0.1',
  '10.0.0.1;10.0.0.2',
  '10.0.0.0/24',
  '10.0.0.1/99',
  '::1',
  'fe80::1%eth0',
  '256.1.1.1',
  '0.0.0.0',
  '255.255.255.255',
  'br-ex:em1',
  'extnet:br-ex,extnet:br-ex',
  ':::',
  ',,,',
  'a:b:c',
  'physnet1:100:1',
  'x'.repeat(300),
  '한국어',
  '\u0000',
  '\u2028',
  '😀',
  '{{ x }}',
  '["start=1.1.1.1,end=9.9.9.9"]',
  '__proto__',
  'constructor',
  'PW_PLACEHOLDER',
];
const keys = [
  ...Object.keys(packstackKeys),
  'CONFIG_LBAAS_INSTALL',
  'CONFIG_MYSQL_HOST',
  '__PROTO__',
  'CONSTRUCTOR',
  'CONFIG_',
  '=',
  'x y',
];

const mutation = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.tuple(fc.constantFrom(...keys), fc.constantFrom(...values)).map(
      ([key, value]) =>
        (text: string) =>
          `${text}${key}=${value}\n`,
    ),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(fc.nat(), fc.constantFrom(...values)).map(
      ([at, value]) =>
        (text: string) =>
          replaceValue(text, at, value),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.nat(), fc.string({ unit: 'binary', maxLength: 6 })).map(
      ([at, piece]) =>
        (text: string) =>
          splice(text, at, 0, piece),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.nat(), fc.nat(40)).map(
      ([at, count]) =>
        (text: string) =>
          splice(text, at, count, ''),
    ),
  },
  { weight: 1, arbitrary: fc.nat().map((at) => (text: string) => text.slice(0, at % (text.length + 1))) },
  { weight: 1, arbitrary: fc.constant((text: string) => text.replace(/\n/g, '\r\n')) },
  { weight: 1, arbitrary: fc.constant((text: string) => `\ufeff${text}${text}`) },
  { weight: 1, arbitrary: fc.nat().map((at) => (text: string) => splice(text, at, 1, '\t')) },
);

function splice(text: string, at: number, count: number, piece: string): string {
  const start = at % (text.length + 1);
  return text.slice(0, start) + piece + text.slice(start + count);
}

function replaceValue(text: string, at: number, value: string): string {
  const lines = text.split('\n');
  const index = at % lines.length;
  lines[index] = (lines[index] ?? '').replace(/=.*/, `=${value}`);
  return lines.join('\n');
}

describe('mutated answer files', () => {
  it('10,000 of them: no throw, no secret shown, every answer accounted for, each place in the file', () => {
    const cases = fc.tuple(
      fc.constantFrom(...seeds),
      fc.constantFrom(...secretKeys),
      fc.array(mutation, { minLength: 1, maxLength: 5 }),
    );
    let index = 0;
    fc.assert(
      fc.property(cases, ([seed, key, mutations]) => {
        // The secret's own line stays whole: a mutated key would rightly be somebody else's.
        const mutated = mutations.reduce((text, mutate) => mutate(text), seed);
        const text = `${mutated}\n[general]\n${key}=${SECRET}\n`;
        const result = importPackstack({ path: 'answers.txt', text });
        const count = countOutcomes(result.report);
        if (count.total !== result.report.keys.length) throw new Error('the count does not add up');
        const shown = JSON.stringify([result.problems, reportJson(result.report), result.description.tree]);
        if (shown.includes(SECRET)) throw new Error('the secret is shown');
        const lines = text.split(/\r\n|\n|\r/).length;
        for (const { place } of result.problems) {
          if (place?.kind === 'file' && (place.line > lines || place.line < 1 || place.column < 1))
            throw new Error('a place outside the file');
        }
        // Printing the report and validating the result take longer, so every fortieth is held to it.
        index += 1;
        if (index % 40 !== 0) return;
        for (const line of reportLines(result.report))
          if (line.text.includes(SECRET)) throw new Error('the secret is printed');
        const whole = importSources([{ path: 'answers.txt', text }], { format: 'packstack' });
        if (JSON.stringify(whole.problems).includes(SECRET)) throw new Error('the secret is in a problem');
        for (const found of whole.problems) {
          if (
            found.severity === 'error' &&
            found.place?.kind === 'file' &&
            found.place.file !== 'answers.txt'
          ) {
            throw new Error(`an error in the description, not in the answers: ${found.code} ${found.what}`);
          }
        }
      }),
      { numRuns: 10_000 },
    );
  }, 600_000);

  it('a slip in the name of a password, or a lost line end, shows nothing of it', () => {
    const slip = fc.tuple(
      fc.constantFrom(...secretKeys),
      fc.nat(),
      fc.constantFrom('', 'X', '_', '1'),
      fc.nat(1),
    );
    fc.assert(
      fc.property(slip, ([key, at, piece, count]) => {
        const misspelt = splice(key, at, count, piece);
        for (const text of [
          `[general]\nCONFIG_CONTROLLER_HOST=10.0.0.1\n${misspelt}=${SECRET}\n`,
          `[general]\nCONFIG_CONTROLLER_HOST=10.0.0.1${key}=${SECRET}\nCONFIG_DEBUG_MODE=n\n`,
          `[general]\nCONFIG_CONTROLLER_HOST=10.0.0.1\n${misspelt} ${SECRET}\n`,
        ]) {
          const whole = importSources([{ path: 'answers.txt', text }], { format: 'packstack' });
          if (JSON.stringify([whole.problems, whole.result, whole.rendered]).includes(SECRET))
            throw new Error(text);
        }
      }),
      { numRuns: 500 },
    );
  }, 600_000);

  it('hostile sizes come to an end, every answer accounted for', () => {
    for (const text of [
      `CONFIG_COMPUTE_HOSTS=${'10.0.0.1,'.repeat(2000)}`,
      'CONFIG_UNKNOWN_KEY_NUMBER=1\n'.repeat(20_000),
      Array.from({ length: 3000 }, (_, n) => `CONFIG_STRANGE_${n}=x`).join('\n'),
      `CONFIG_${'_PW'.repeat(6000)}=x`,
      ' '.repeat(15_000),
      'CONFIG_A=1\n  x\n'.repeat(5000),
      `CONFIG_REPO=1\n${'  more\n'.repeat(20_000)}`,
    ]) {
      const { report } = importPackstack({
        path: 'a',
        text: `[general]\nCONFIG_CONTROLLER_HOST=10.0.0.9\n${text}\n`,
      });
      expect(report.keys.length).toBeGreaterThan(0);
      expect(countOutcomes(report).total).toBe(report.keys.length);
    }
  });
});
