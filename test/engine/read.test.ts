import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readHost } from '../../src/engine/read.ts';
import { resource, type ShellKind } from '../../src/engine/resource.ts';
import type { Connection } from '../../src/hosts/connection.ts';
import { openLocal } from '../../src/hosts/local.ts';
import { quote } from '../../src/hosts/quote.ts';
import { inSequence, sideBySide } from '../../src/hosts/side.ts';

let host: Connection;
beforeAll(async () => {
  host = await openLocal('one');
});
afterAll(() => host.close());

const echo = (name: string, spread: boolean): ShellKind<string, string> => ({
  via: 'shell',
  name,
  batch: true,
  spread,
  read: (items) => items.map((item) => `printf '%s\\0' ${quote(item)}`).join('\n'),
  parse: (output) => output.split('\0').slice(0, -1),
  compare: () => undefined,
});

it('gives each resource its own state, spread over processes or not', async () => {
  const names = Array.from({ length: 23 }, (_, index) => `n ${index}\n`);
  const resources = [echo('slow', true), echo('quick', false)].flatMap((kind) =>
    names.map((name) => resource(kind, 'one', name, name)),
  );
  const states = new Map<string, unknown>();
  const problems = new Map<string, unknown>();
  const into = { keep: states.set.bind(states), miss: problems.set.bind(problems) };
  await readHost(host, { resources, clusters: [] }, into);
  expect(problems.size).toBe(0);
  for (const one of resources) expect(states.get(one.id)).toBe(one.desired);
});

it('keeps scripts that travel together apart, whatever they print', async () => {
  const word = fc
    .string({ unit: 'grapheme', maxLength: 30 })
    .map((raw) => raw.replace(/[\0\ud800-\udfff]/g, ''));
  const script = fc.record({ out: word, err: word, status: fc.integer({ min: 0, max: 255 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(script, { minLength: 1, maxLength: 9 }), async (parts) => {
      const scripts = parts.map(
        ({ out, err, status }) => `printf %s ${quote(out)}; printf %s ${quote(err)} >&2; exit ${status}`,
      );
      const expected = parts.map(({ out, err, status }) => ({ stdout: out, stderr: err, exitCode: status }));
      const beside = sideBySide(scripts, 3);
      const run = (text: typeof beside.script) =>
        host.run({ script: text, limitSeconds: 20, doing: 'a test' });
      if (parts.length > 1) expect(beside.split(await run(beside.script))).toEqual(expected);
      const sequence = inSequence(scripts);
      const failed = parts.findIndex(({ status }) => status !== 0);
      const reached =
        failed < 0 ? expected : expected.map((one, index) => (index <= failed ? one : undefined));
      expect(sequence.split(await run(sequence.script))).toEqual(reached);
    }),
    { numRuns: 60 },
  );
});
