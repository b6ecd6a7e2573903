import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fileNameFor, quote, withInput, writeFile } from '../../src/resources/shell.ts';
import { Confidential, masked, reveal, text } from '../../src/secrets/confidential.ts';
import { me, scratch, sh } from './sh.ts';

const directory = scratch();
const anyText = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc
    .array(
      fc.constantFrom(
        "'",
        '"',
        '\\',
        '$',
        '`',
        '\n',
        'END',
        ' ',
        '\t',
        '\r',
        '한',
        'é',
        '!',
        '#',
        '\0',
        '%s',
      ),
      {
        maxLength: 60,
      },
    )
    .map((parts) => parts.join('')),
);

describe('quote', () => {
  test('a word comes out of a real shell as it went in', () => {
    fc.assert(
      fc.property(fc.array(anyText, { minLength: 20, maxLength: 40 }), (words) => {
        const clean = words.map((word) => word.replaceAll('\0', ''));
        const { stdout } = sh(clean.map((word) => `printf '%s\\000' ${quote(word)}`).join('\n'));
        expect(stdout.split('\0').slice(0, -1)).toEqual(clean);
      }),
      { numRuns: 15 },
    );
  });
});

describe('withInput', () => {
  test('gives exactly the content', () => {
    fc.assert(
      fc.property(fc.array(anyText, { minLength: 10, maxLength: 20 }), (contents) => {
        const script = contents.map((c) => `${reveal(withInput('cat', c))}\nprintf '\\001\\n'`).join('\n');
        const { stdout } = sh(script);
        expect(stdout).toBe(contents.map((c) => `${c}\u0001\n`).join(''));
      }),
      { numRuns: 25 },
    );
  });

  test('the shown form holds no secret', () => {
    for (const content of ['key = hunter2', 'key = hunter2\n', 'key\0 = hunter2']) {
      const shown = masked(withInput('cat', new Confidential(content, 'key = ••••')));
      expect(shown).not.toContain('hunter2');
      expect(shown).not.toContain(Buffer.from('hunter2').toString('base64').slice(0, 8));
    }
  });
});

describe('writeFile', () => {
  test('round trip of any content, with mode', () => {
    let count = 0;
    fc.assert(
      fc.property(anyText, (content) => {
        const path = join(directory, `a dir's ${count++ % 7}`, 'file');
        const { code, stderr } = sh(writeFile(path, content, { ...me, mode: '0640' }));
        expect([code, stderr]).toEqual([0, '']);
        expect(readFileSync(path).equals(Buffer.from(content, 'utf8'))).toBe(true);
        expect(statSync(path).mode & 0o7777).toBe(0o640);
      }),
      { numRuns: 60 },
    );
  });

  test('a large content', () => {
    const path = join(directory, 'large');
    const content = 'line of a file\n'.repeat(100_000);
    expect(sh(writeFile(path, content, { ...me, mode: '0600' })).code).toBe(0);
    expect(readFileSync(path, 'utf8')).toBe(content);
  });

  test('nobody else can read the content before it has its owner', () => {
    const path = join(directory, 'private');
    const fakes = join(directory, 'bin');
    mkdirSync(fakes);
    writeFileSync(join(fakes, 'chown'), '#!/bin/sh\nstat -c %a "$4"\n');
    chmodSync(join(fakes, 'chown'), 0o755);
    const script = text`umask 022\n${writeFile(path, 'a secret', { ...me, mode: '0644' })}`;
    expect(sh(script, fakes)).toEqual({ code: 0, stdout: '600\n', stderr: '' });
    expect(statSync(path).mode & 0o7777).toBe(0o644);
  });

  test('a failure leaves the old file and is a failure, also where it is tested', () => {
    const path = join(directory, 'kept');
    sh(writeFile(path, 'old', { ...me, mode: '0600' }));
    const script = reveal(writeFile(path, 'new', { owner: 'no-such-user-here', group: 'x', mode: '0600' }));
    expect(sh(script).code).toBe(1);
    expect(sh(`${script} || echo failed`).stdout).toBe('failed\n');
    expect(readFileSync(path, 'utf8')).toBe('old');
  });
});

test('a file name for any name, without a collision', () => {
  expect(fileNameFor('nova-api@1.service')).toBe('nova-api@1.service');
  expect(fileNameFor('a/b c')).toBe('a_2f_b_20_c');
  expect(fileNameFor('a_b')).not.toBe(fileNameFor('a b'));
});
