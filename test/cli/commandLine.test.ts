import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CommandContext, Outcome } from '../../src/cli/command.ts';
import { runCommandLine } from '../../src/cli/commandLine.ts';
import { fail, problem } from '../../src/errors/problem.ts';
import { fakeContext } from './print/fake.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cloudwright-cli-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function runWith(
  run: (context: CommandContext) => Promise<Outcome>,
  words: readonly string[] = ['go'],
  aborted = false,
) {
  const { terminal, written } = fakeContext();
  const interruption = new AbortController();
  if (aborted) interruption.abort();
  const code = await runCommandLine(words, {
    table: { groups: [], commands: [{ name: 'go', summary: 'goes', run }] },
    folder,
    variables: { XDG_STATE_HOME: folder },
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

  it('ends the JSON lines with the result, also for a line that cannot be parsed', async () => {
    const { code, out } = await runWith(async () => ({ exitCode: 0 }), ['go', '--jason', '--json']);
    expect(code).toBe(2);
    const [problem, result, ...rest] = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(problem).toMatchObject({ version: 1, type: 'problem', problem: { code: 'CLI_OPTION_UNKNOWN' } });
    expect(result).toEqual({
      version: 1,
      type: 'result',
      command: 'go',
      ok: false,
      exitCode: 2,
      data: null,
    });
    expect(rest).toEqual([]);
  });

  it('prints what is emitted before the result, and the result as text without --json', async () => {
    const run = async ({ caller }: CommandContext): Promise<Outcome> => {
      caller.emit({ at: 1, type: 'note', text: 'half way' });
      return { exitCode: 0, data: { things: new Set([1]) }, text: () => 'done\n' };
    };
    const json = await runWith(run, ['go', '--json']);
    expect(json.err).toBe('');
    expect(
      json.out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { version: 1, at: 1, type: 'note', text: 'half way' },
      { version: 1, type: 'result', command: 'go', ok: true, exitCode: 0, data: { things: [1] } },
    ]);
    const text = await runWith(run);
    expect([text.out, text.err]).toEqual(['done\n', 'half way\n']);
    const quiet = await runWith(run, ['go', '--quiet']);
    expect([quiet.out, quiet.err]).toEqual(['', '']);
  });

  it('counts several problems, and prints the text of a quiet command that failed', async () => {
    const { err, out } = await runWith(
      async ({ caller }) => {
        const one = problem('HOST_UNREACHABLE', { details: { host: 'a' } });
        caller.emit({ at: 1, type: 'problem', problem: one });
        caller.emit({ at: 2, type: 'problem', problem: { ...one, severity: 'warning' } });
        return { exitCode: 1, text: () => 'table\n' };
      },
      ['go', '-q'],
    );
    expect(err.match(/HOST_UNREACHABLE/g)).toHaveLength(2);
    expect(err).toContain('\n1 error, 1 warning\n');
    expect(out).toBe('table\n');
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
