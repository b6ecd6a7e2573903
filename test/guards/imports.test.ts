import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CYCLES, expectOnly, IMPORTS } from './exceptions.ts';
import { directoryOf, filesBelow, ROOT } from './sources.ts';

/** What each directory of src may import besides itself, `errors` and `secrets`: the table of ARCHITECTURE.md. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  secrets: [],
  system: [],
  cloud: [],
  vault: ['cloud', 'system'],
  formats: ['cloud', 'vault'],
  platform: [],
  services: ['cloud', 'platform', 'engine', 'hosts', 'api', 'checks'],
  infrastructure: ['cloud', 'platform', 'resources', 'engine', 'hosts'],
  runtimes: ['cloud', 'services', 'resources', 'platform', 'engine'],
  steps: ['cloud', 'services', 'infrastructure', 'runtimes', 'resources', 'platform', 'engine'],
  resources: ['engine', 'hosts', 'api'],
  engine: ['hosts', 'system'],
  hosts: ['system'],
  api: [],
  checks: ['api', 'cloud', 'engine', 'hosts'],
  audit: ['cloud', 'vault', 'infrastructure', 'steps', 'resources', 'platform', 'engine', 'hosts'],
  lab: ['system', 'hosts'],
  guest: ['system'],
  app: [
    ...['cloud', 'vault', 'formats', 'platform', 'services', 'infrastructure', 'runtimes', 'resources'],
    ...['steps', 'engine', 'hosts', 'api', 'checks', 'audit', 'lab', 'guest', 'system'],
  ],
  cli: ['app'],
  console: ['app'],
};

const files = filesBelow('src', /\.ts$/);

/** Paths of the files that each file imports, types included. */
const imports = new Map(
  [...files].map(([path, source]) => {
    const found = source.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'(\.[^']+\.ts)'/g);
    return [path, [...found].map((match) => normalize(join(dirname(path), match[1] ?? '')))];
  }),
);

/** Groups of files that import each other in a circle: Tarjan's strongly connected components. */
function cycles(): string[][] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const result: string[][] = [];
  const visit = (file: string): number => {
    const own = order.size;
    order.set(file, own);
    open.push(file);
    let low = own;
    for (const next of imports.get(file) ?? []) {
      if (!order.has(next)) low = Math.min(low, visit(next));
      else if (open.includes(next)) low = Math.min(low, order.get(next) ?? low);
    }
    lowest.set(file, low);
    if (low === own) {
      const group = open.splice(open.indexOf(file));
      if (group.length > 1) result.push(group);
    }
    return low;
  };
  for (const file of imports.keys()) if (!order.has(file)) visit(file);
  return result;
}

/** The directory that all of the files have in common. */
function commonDirectory(group: readonly string[]): string {
  const [first = '', ...rest] = group.map((path) => dirname(path).split('/'));
  return [...first].filter((part, index) => rest.every((other) => other[index] === part)).join('/');
}

describe('imports', () => {
  test('every import is of a file that exists, and every directory has a row', () => {
    expect(files.size).toBeGreaterThan(200);
    expect([...imports.values()].flat().filter((path) => !files.has(path))).toEqual([]);
    const directories = [...files.keys()].filter((path) => path.split('/').length > 2).map(directoryOf);
    expect(directories.filter((name) => !Object.hasOwn(MAY_IMPORT, name))).toEqual([]);
  });

  test('a directory imports only what its row allows', () => {
    const forbidden = [...imports].flatMap(([path, targets]) => {
      const from = directoryOf(path);
      const allowed = [from, 'errors', 'secrets', ...(MAY_IMPORT[from] ?? [])];
      return targets
        .map(directoryOf)
        .filter((to) => !allowed.includes(to))
        .map((to) => `${from} -> ${to}`);
    });
    expectOnly(forbidden, IMPORTS);
  });

  test('the table of ARCHITECTURE.md says the same', () => {
    const text = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8');
    const rows = [...text.matchAll(/^\| \[`(\w+)\/`\]\(src\/(\w+)\) \| .+ \| ?(.*) ?\|$/gm)];
    const everything = [
      ...new Set([...files.keys()].filter((path) => path.split('/').length > 2).map(directoryOf)),
    ];
    const written = rows.map(([, name = '', link, may = '']) => {
      expect(link).toBe(name);
      const all = everything.filter((other) => ![name, 'cli', 'errors', 'secrets'].includes(other));
      const listed = may.startsWith('all but `cli`') ? all : (may.match(/\w+/g) ?? []);
      return [name, [...listed].sort()] as const;
    });
    const held = everything.map((name) => [name, [...(MAY_IMPORT[name] ?? [])].sort()]);
    expect(Object.fromEntries(written)).toEqual(Object.fromEntries(held));
  });

  test('only these directories and files use files, processes and sockets', () => {
    const effects = ['engine', 'hosts', 'lab', 'guest', 'system', 'vault', 'app', 'cli'];
    const readers = ['cloud/read.ts', 'formats/files.ts', 'checks/acceptance/imageFile.ts'];
    const effect = /^import (?!type )[^;]*'node:(?:fs|child_process|net|tls|http|https|dgram)(?:\/\w+)?';/m;
    const found = [...files].filter(
      ([path, source]) => effect.test(source) && !effects.includes(directoryOf(path)),
    );
    expect(found.map(([path]) => path.replace('src/', '')).sort()).toEqual(readers.sort());
  });

  test('errors and secrets import nothing else', () => {
    for (const [path, targets] of imports) {
      if (directoryOf(path) === 'secrets' || directoryOf(path) === 'errors')
        expect(targets.filter((to) => directoryOf(to) !== directoryOf(path))).toEqual([]);
    }
  });

  test('no files import each other in a circle', () => {
    expectOnly(cycles().map(commonDirectory), CYCLES);
  });
});
