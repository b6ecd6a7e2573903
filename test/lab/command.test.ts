import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { attempt, command, quote, script, waitFor } from '../../src/lab/command.ts';

it('gives output, and exit codes as results', async () => {
  const result = await attempt('sh', ['-c', 'cat; echo no >&2; exit 3'], { doing: 'try', input: 'in' });
  expect(result).toEqual({ exitCode: 3, stdout: 'in', stderr: 'no\n' });
  expect((await attempt('/nowhere/program', [], { doing: 'try' })).exitCode).toBe(127);
});

it('says what could not be done, with the last lines', async () => {
  const failed = command('sh', ['-c', 'echo broken >&2; exit 1'], { doing: 'mend the roof' });
  await expect(failed).rejects.toMatchObject({
    problems: [{ code: 'LAB_COMMAND_FAILED', what: 'Could not mend the roof.', evidence: 'broken' }],
  });
  await expect(script('false\necho after', { doing: 'go on' })).rejects.toThrow(/LAB_COMMAND_FAILED/);
});

it('stops what takes too long', async () => {
  await expect(command('sleep', ['20'], { doing: 'rest', limitSeconds: 0.1 })).rejects.toThrow(
    /LAB_COMMAND_TIMEOUT/,
  );
  await expect(waitFor('rain', () => false, 0.05, { everyMilliseconds: 10 })).rejects.toThrow(
    /for rain, in vain/,
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
