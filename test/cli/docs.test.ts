import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { table } from '../../src/cli/table.ts';
import { parseDescription } from '../../src/cloud/read.ts';
import { descriptionJsonSchema } from '../../src/cloud/schema.ts';
import { steps } from '../../src/steps/index.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const pages = [
  'README.md',
  'README.ko.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...readdirSync(join(root, 'docs'))
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
];

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
}

/** Dotted names of all keys of a schema; `*` where names are free. */
function keysOf(schema: Schema, path = ''): readonly string[] {
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => [
    `${path}${name}`,
    ...keysOf(inner, `${path}${name}.`),
  ]);
  const free =
    typeof schema.additionalProperties === 'object' ? keysOf(schema.additionalProperties, `${path}*.`) : [];
  const either = (schema.anyOf ?? []).flatMap((inner) => keysOf(inner, path));
  return [...own, ...free, ...either, ...(schema.items ? keysOf(schema.items, path) : [])];
}

/** The same of a value. */
function keysIn(value: unknown, path = ''): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item) => keysIn(item, path));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const shown = path === 'hosts.' ? '*' : name;
    return [`${path}${shown}`, ...keysIn(inner, `${path}${shown}.`)];
  });
}

describe('README.ko.md', () => {
  /** What a translation has in common with its original. */
  const shapeOf = (text: string) => ({
    headings: (text.match(/^#+ /gm) ?? []).map((marks) => marks.length),
    commands: (text.match(/^(?:npm |\.\/cloudwright ).*?(?= +#)/gm) ?? []).map((line) => line.trim()),
    links: text.match(/\]\((?:docs\/\w+|ARCHITECTURE|CONTRIBUTING|LICENSE)[.\w]*\)/g) ?? [],
    items: (text.match(/^- /gm) ?? []).length,
    // Rows of figures that are to be measured again.
    rows: (text.match(/^\|.*$/gm) ?? []).map((row) => row.includes('†')),
  });

  it('has the same parts as README.md', () => {
    expect(shapeOf(read('README.ko.md'))).toEqual(shapeOf(read('README.md')));
  });
});

describe('docs/description.md', () => {
  const blocks = [...read('docs/description.md').matchAll(/```yaml\n(.*?)```/gs)].map(
    (match) => match[1] ?? '',
  );
  const complete = blocks.find((block) => block.startsWith('# complete')) ?? '';

  it('shows valid descriptions', () => {
    const descriptions = blocks.filter((block) => /^cloud:/m.test(block));
    expect(descriptions).toHaveLength(2);
    for (const text of descriptions) {
      const { problems } = parseDescription(text, { file: 'cloud.yaml', folder: '/w', home: '/root' });
      expect(problems.filter((one) => one.severity === 'error')).toEqual([]);
    }
  });

  it('names every key of the schema', () => {
    const named = new Set(keysIn(parse(complete)));
    // A vantage is one word, or one of two maps; backends are words, or maps with options of their own; `config.roles`
    // has the same for each role.
    const other = /^(test\.vantage\.|storage\.backends\.|config\.roles\.)/;
    const missing = [...new Set(keysOf(descriptionJsonSchema() as Schema))].filter(
      (key) => !named.has(key) && !other.test(key),
    );
    expect(missing).toEqual([]);
  });
});

describe('the pages', () => {
  it.each(pages)('%s links to files that are there', (page) => {
    const links = [...read(page).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map((match) => match[1] ?? '');
    for (const link of links) expect(existsSync(join(root, dirname(page), link)), link).toBe(true);
  });

  it('name commands that there are', () => {
    const names = new Set(table.commands.map((command) => command.name));
    const groups = new Set(table.groups.map((group) => group.name));
    for (const page of pages.filter((one) => one !== 'docs/commands.md')) {
      for (const [, first = '', second = ''] of read(page).matchAll(
        /`(?:\.\/)?cloudwright ([a-z]+)(?: ([a-z]+))?/g,
      )) {
        const name = groups.has(first) ? `${first} ${second}`.trim() : first;
        expect(names.has(name) || groups.has(name), `${page}: cloudwright ${name}`).toBe(true);
      }
    }
  });

  it('docs/engine.md lists the steps in their order', () => {
    const listed = [...read('docs/engine.md').matchAll(/^\| `([a-z-]+)` \|/gm)].map((match) => match[1]);
    expect(listed).toEqual(steps.map((step) => step.name));
  });
});
