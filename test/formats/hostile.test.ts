import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseDescription } from '../../src/cloud/read.ts';
import { importSources } from '../../src/formats/import.ts';
import type { SourceFile } from '../../src/formats/result.ts';
import { fixture } from './fixtures.ts';

const HOSTILE = [
  '$(hostile)',
  '`hostile`',
  'a;hostile',
  "a'hostile",
  'a"hostile',
  '-hostile',
  '%hostile',
  'a|hostile&',
];

const folder = (path: string) => fixture(join(import.meta.dirname, path));
/** What stands after the key: `key: value`, `key=value`, also several in a line of an inventory. */
const VALUE = /(?<=^\s*(?:- )?[\w.[\]:-]+:[ ])(?!\s*[|>&*!#])\S.*$|(?<=[\w]=)[^\s#]+/g;

const answers = (name: string): readonly SourceFile[] => {
  const text = readFileSync(join(import.meta.dirname, 'packstack/fixtures', name), 'utf8');
  return [{ path: 'answers.txt', text }];
};

const cases: readonly [string, string, readonly SourceFile[]][] = [
  ['packstack', 'one host', answers('handbook-one-host.txt')],
  ['packstack', 'two compute hosts', answers('course-two-computes.txt')],
  ['packstack', 'many hosts', answers('handbook-many-hosts.txt')],
  ['burrito', 'all in one', folder('burrito/fixtures/all-in-one')],
  ['kolla', 'all in one', folder('kolla/fixtures/all-in-one')],
];

/** The files, each time with another value of them replaced. */
function* variants(
  files: readonly SourceFile[],
  hostile: string,
): Generator<readonly [string, readonly SourceFile[]]> {
  for (const [index, file] of files.entries()) {
    const lines = file.text.split('\n');
    for (const [number, line] of lines.entries()) {
      for (const found of line.matchAll(VALUE)) {
        const quoted = line[found.index - 1] === '=' ? hostile : JSON.stringify(hostile);
        const changed = line.slice(0, found.index) + quoted + line.slice(found.index + found[0].length);
        const text = lines.with(number, changed).join('\n');
        yield [`${file.path}:${number + 1}`, files.with(index, { ...file, text })];
      }
    }
  }
}

/** Paths of a cloud at which the text stands. */
function pathsOf(value: unknown, text: string, path = ''): readonly string[] {
  if (typeof value === 'string') return value.includes(text) ? [path] : [];
  if (value === null || typeof value !== 'object') return [];
  const entries = value instanceof Set || value instanceof Map ? [...value].entries() : Object.entries(value);
  return [...entries].flatMap(([key, entry]) => pathsOf(entry, text, `${path}/${key}`));
}

// What a description takes arrives on the hosts as one word: test/steps/hostile.test.ts.
describe.each(cases)('files of %s, %s', (format, _name, files) => {
  it.each(HOSTILE)(
    'with %j in any place: it is left behind, refused, or in a text that may hold anything',
    (hostile) => {
      let tried = 0;
      for (const [place, changed] of variants(files, hostile)) {
        tried += 1;
        const { rendered, problems } = importSources(changed, { format: format as 'kolla' });
        expect(
          problems.map(({ code }) => code),
          place,
        ).not.toContain('INTERNAL');
        if (!rendered?.text.includes('hostile')) continue;
        const { cloud } = parseDescription(rendered.text, {
          file: 'cloud.yaml',
          folder: '/srv',
          home: '/root',
        });
        for (const path of pathsOf(cloud, 'hostile'))
          expect(path, place).toMatch(
            /^\/(overrides\/\d+\/(value|section)|ssh\/(identityFile|configFile)|test\/image)$/,
          );
      }
      expect(tried).toBeGreaterThan(10);
    },
  );
});
