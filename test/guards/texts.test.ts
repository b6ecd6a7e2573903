import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { expectOnly, FEATURE_CODES, LONG_FILES, WORDS } from './exceptions.ts';
import { filesBelow, ROOT } from './sources.ts';

const sources = filesBelow('src', /\.(ts|sh|md)$/);

/** Words that a reader of technical English does not expect: fix, default, again, timed out, must … say the same. */
const DISCOURAGED = /\b(mend(s|ed|ing)?|told|anew|in vain|shall|for ever)\b/i;

/** English documents: those of docs/, and those beside the sources. */
const documents = new Map(
  [...[...filesBelow('docs', /\.md$/).keys()], ...readdirSync(ROOT).filter((name) => name.endsWith('.md'))]
    .filter((path) => !path.endsWith('.ko.md'))
    .map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]),
);

describe('texts', () => {
  test('no file of src has more than 400 lines', () => {
    expect(sources.size).toBeGreaterThan(200);
    const long = [...sources].filter(([, text]) => text.split('\n').length > 401);
    expectOnly(
      long.map(([path]) => path),
      LONG_FILES,
    );
  });

  test('every directory of src has a README, and ARCHITECTURE.md names it', () => {
    const table = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8');
    const directories = readdirSync(join(ROOT, 'src'), { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    );
    expect(directories.length).toBeGreaterThan(15);
    for (const { name } of directories) {
      expect(sources.has(`src/${name}/README.md`), name).toBe(true);
      expect(table).toContain(`[\`${name}/\`](src/${name})`);
    }
  });

  test('every file that a README of src names is there', () => {
    const paths = [
      ...sources.keys(),
      ...filesBelow('src', /\.json$/).keys(),
      ...filesBelow('test', /\.ts$/).keys(),
    ];
    const missing = [...sources]
      .filter(([path]) => path.endsWith('README.md'))
      .flatMap(([path, text]) =>
        [...text.matchAll(/`([\w/-]+(?:\.\w+)*\.(?:ts|sh|json))`/g)]
          .map(([, name = '']) => name)
          .filter((name) => !paths.some((file) => `/${file}`.endsWith(`/${name}`)))
          .map((name) => `${path}: ${name}`),
      );
    expect(missing).toEqual([]);
  });

  test('plain words in sources and documents', () => {
    expect(documents.size).toBeGreaterThan(5);
    const found = [...sources, ...documents].filter(([, text]) => DISCOURAGED.test(text));
    const places = found.map(([path]) => (path.startsWith('src/') ? path.split('/', 2).join('/') : path));
    expectOnly(places, WORDS);
  });

  test('no comment cites a code that the reader cannot look up', () => {
    const found = [...sources].filter(([, text]) => /(\/\/|\*|#).*\([A-H]\d{1,2}\b/.test(text));
    expectOnly(
      found.map(([path]) => path.split('/', 2).join('/')),
      FEATURE_CODES,
    );
  });

  test('a discouraged word is found where it is', () => {
    for (const text of ['Mend it.', 'unless told', 'for ever', 'waited in vain', 'it shall', 'anew'])
      expect(text).toMatch(DISCOURAGED);
    for (const text of ['recommend', 'amended', 'a mendicant', 'toldo', 'shallow', 'forever'])
      expect(text).not.toMatch(DISCOURAGED);
  });
});
