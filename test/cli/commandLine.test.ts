import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../src/cli/commandLine.ts';
import { fail } from '../../src/errors/problem.ts';
import { fakeContext } from './print/fake.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cloudwright-cli-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function runWith(run: () => Promise<number>, words: readonly string[] = ['go'], aborted = false) {
  const { terminal, written } = fakeContext();
  const interruption = new AbortController();
  if (aborted) interruption.abort();
  const code = await runCommandLine(words, {
    table: { groups: [], commands: [{ name: 'go', summary: 'goes', run }] },
    folder,
    environment: { XDG_STATE_HOME: folder },
    signal: interruption.signal,
    terminal: () => terminal,
  });
  return { code, ...written };
}

describe('runCommandLine', () => {
  it('prints a problem on standard error and ends with its exit code', async () => {
    const { code, out, err } = await runWith(async () =>
      fail('HOST_UNREACHABLE', { details: { host: 'a' } }),
    );
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(err).toContain('error HOST_UNREACHABLE: Host a cannot be reached over ssh.');
  });

  it('prints problems as JSON where JSON was asked for, also for a line that cannot be parsed', async () => {
    const { code, out } = await runWith(async () => 0, ['go', '--jason', '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(out).problems[0].code).toBe('CLI_OPTION_UNKNOWN');
  });

  it('puts the trace of an unforeseen error into a private file, not on the terminal', async () => {
    const { code, out, err } = await runWith(async () => {
      throw new TypeError('x is not a function', { cause: new Error('deeper') });
    });
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(err).toContain('error CLI_INTERNAL: Cloudwright itself failed: TypeError: x is not a function');
    expect(err).not.toMatch(/^\s+at /m);
    const [name = ''] = readdirSync(join(folder, 'cloudwright'));
    const file = join(folder, 'cloudwright', name);
    expect(err.replace(/\s+/g, '')).toContain(file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const text = readFileSync(file, 'utf8');
    expect(text).toMatch(/^\s+at .*commandLine\.test\.ts/m);
    expect(text).toContain('Error: deeper');
  });

  it('calls an aborted wait an interruption, once there was one', async () => {
    const { code, err } = await runWith(
      async () => {
        throw new DOMException('This operation was aborted', 'AbortError');
      },
      ['go'],
      true,
    );
    expect(code).toBe(3);
    expect(err).toContain('CLI_INTERRUPTED');
  });
});
