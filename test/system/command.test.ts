import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { attempt, command, script } from '../../src/system/command.ts';
import { withSignal } from '../../src/system/interrupt.ts';
import { quote } from '../../src/system/quote.ts';
import { waitFor } from '../../src/system/wait.ts';

it('gives output, and exit codes as results', async () => {
  const result = await attempt('sh', ['-c', 'cat; echo no >&2; exit 3'], { doing: 'try', input: 'in' });
  expect(result).toEqual({ exitCode: 3, stdout: 'in', stderr: 'no\n' });
  expect((await attempt('/nowhere/program', [], { doing: 'try' })).exitCode).toBe(127);
});

it('reports what could not be done, with the last lines', async () => {
  const failed = command('sh', ['-c', 'echo broken >&2; exit 1'], { doing: 'fix the roof' });
  await expect(failed).rejects.toMatchObject({
    problems: [{ code: 'SYSTEM_COMMAND_FAILED', what: 'Could not fix the roof.', evidence: 'broken' }],
  });
  await expect(script('false\necho after', { doing: 'go on' })).rejects.toThrow(/SYSTEM_COMMAND_FAILED/);
});

it('stops what takes too long', async () => {
  await expect(command('sleep', ['20'], { doing: 'rest', limitSeconds: 0.1 })).rejects.toThrow(
    /SYSTEM_COMMAND_TIMEOUT/,
  );
  await expect(waitFor('rain', () => false, 0.05, { everyMilliseconds: 10 })).rejects.toThrow(
    /Timed out after 0.05 seconds waiting for rain/,
  );
});

it('ends commands and waits when the work is interrupted, but not what is protected from it', async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const over = Promise.all([
    expect(withSignal(signal, () => command('sleep', ['20'], { doing: 'rest' }))).rejects.toThrow(
      /SYSTEM_INTERRUPTED: Interrupted: rest was not finished/,
    ),
    expect(withSignal(signal, () => waitFor('rain', () => false, 20))).rejects.toThrow(/SYSTEM_INTERRUPTED/),
  ]);
  const cleanUp = withSignal(signal, () =>
    withSignal(undefined, () => command('sh', ['-c', 'cat; echo done'], { doing: 'clean up' })),
  );
  controller.abort();
  await over;
  expect(await cleanUp).toBe('done\n');
  await expect(withSignal(signal, () => command('true', [], { doing: 'begin' }))).rejects.toThrow(
    /SYSTEM_INTERRUPTED/,
  );
});

it('quotes any word for a shell', () => {
  fc.assert(
    fc.property(
      fc.string().filter((word) => !word.includes('\0')),
      (word) => {
        expect(execFileSync('sh', ['-c', `printf %s ${quote(word)}`], { encoding: 'utf8' })).toBe(word);
      },
    ),
    { numRuns: 40 },
  );
});
