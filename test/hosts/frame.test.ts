import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Connection } from '../../src/hosts/connection.ts';
import { frameReader } from '../../src/hosts/frame.ts';
import { openLocal } from '../../src/hosts/local.ts';
import { quote } from '../../src/hosts/quote.ts';

let host: Connection;
beforeAll(async () => {
  host = await openLocal('here');
});
afterAll(() => host.close());

const run = (script: string) => host.run({ script, limitSeconds: 10, doing: 'a test' });

describe('a shell', () => {
  it('separates output, error output and exit code, without adding or losing a newline', async () => {
    expect(await run('printf out; printf "err\\n\\n" >&2; exit 7')).toEqual({
      exitCode: 7,
      stdout: 'out',
      stderr: 'err\n\n',
    });
    expect(await run('')).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  });

  it('survives syntax errors, exit, exec, unclosed quotes and here-documents', async () => {
    for (const script of [
      'if then fi',
      'exit 3',
      'exec false',
      "echo 'open",
      'cat <<EOF\nno end',
      ')',
      '}; exit 9',
      'set -e; false',
      "kill -TERM $(sh -c 'echo $PPID')",
      'exec 1>&- 2>&-',
      'cd /nowhere/at/all',
      'PATH=/nowhere; echo() { :; }',
    ]) {
      await run(script);
      expect((await run('echo still here')).stdout, script).toBe('still here\n');
    }
  });

  it('gives a script an empty input', async () => {
    expect((await run('cat; read -r line || echo nothing')).stdout).toBe('nothing\n');
  });

  it('does not mix in what a process writes after its script ended', async () => {
    await run('( while [ ! -e /tmp/never ]; do echo stray; sleep 0.01; done & echo $! >/dev/null; kill $! )');
    expect((await run('echo clean')).stdout).toBe('clean\n');
  });

  it('carries any text both ways', async () => {
    const awkward = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({
        unit: fc.constantFrom(
          "'",
          '"',
          '\\',
          '$',
          '`',
          '\n',
          '\r',
          'EOF',
          '<<',
          ' ',
          '\x81',
          '한',
          '\t',
          '#',
        ),
      }),
    );
    await fc.assert(
      fc.asyncProperty(awkward, async (raw) => {
        const word = raw.replaceAll('\0', '').replace(/[\ud800-\udfff]/g, '');
        const result = await run(`printf %s ${quote(word)}; printf %s ${quote(word)} >&2`);
        expect(result).toEqual({ exitCode: 0, stdout: word, stderr: word });
      }),
      { numRuns: 200 },
    );
  });

  it('carries a large script and a large output', async () => {
    const word = 'x'.repeat(3_000_000);
    expect((await run(`printf %s ${quote(word)}`)).stdout.length).toBe(word.length);
  });
});

describe('frameReader', () => {
  it('finds the marker however the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.integer({ min: 0, max: 255 }),
        fc.array(fc.integer({ min: 1, max: 9 })),
        (text, status, cuts) => {
          const bytes = Buffer.from(`${text}\nTOKEN-1 ${status}\n`);
          const reader = frameReader('TOKEN-1');
          let at = 0;
          let found: unknown;
          for (const cut of [...cuts, bytes.length]) {
            const piece = bytes.subarray(at, at + cut);
            at += cut;
            if (piece.length > 0) found ??= reader.push(piece);
          }
          expect(found).toEqual({ text, status });
        },
      ),
    );
  });
});
