import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseDescription } from '../../src/cloud/read.ts';

/** Every kind of part that a description has, once: what is changed matters here, not how many hosts there are. */
const VALID = `cloud: trial
ssh: { user: root, port: 22 }
networks:
  service: { interface: eth0, cidr: 192.168.20.0/24, vip: 192.168.20.100 }
  management: { interface: eth1, cidr: 192.168.21.0/24, vip: 192.168.21.100 }
  provider: { interface: eth2 }
hosts:
  control[1:3]: { address: 192.168.21.11, roles: [control, compute] }
  store: { address: 192.168.21.31, roles: [storage], devices: [/dev/sdb] }
ha: { level: moderato, virtual_router_id: 51 }
storage: { backends: [ceph], ceph: { pool_size: 1 } }
network: { mechanism: ovn }
services: { object-store: true }
test: { provider_cidr: 10.20.0.0/24, first_address: 10.20.0.100, last_address: 10.20.0.200 }
`;

const place = { file: 'cloud.yaml', folder: '/srv/cloud', home: '/root' };

/** A small seeded generator (mulberry32), so that a failure can be repeated. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const SCRAPS = [
  '\t',
  '\n',
  ' ',
  '  ',
  ':',
  ': ',
  '- ',
  '{',
  '}',
  '[',
  ']',
  ',',
  '&a ',
  '*a',
  '!',
  '!!binary ',
  '!!set ',
  '|',
  '>',
  '"',
  "'",
  '#',
  '%',
  '@',
  '`',
  '---\n',
  '...\n',
  '? ',
  '<<: ',
  'null',
  '~',
  'yes',
  '.inf',
  '.nan',
  '0x10',
  '1e999',
  '-1',
  '\u0000',
  '\u{1F600}',
  '\uFEFF',
  '\uD800',
  '__proto__',
  'constructor',
  'toString',
  '255.255.255.255',
  '0.0.0.0/0',
  '[1:3]',
  '[9:1]',
];

const VALUES: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e300,
  '',
  'x',
  'yes',
  '192.168.21.1',
  '10.0.0.0/8',
  '300.1.1.1',
  [],
  {},
  [[]],
  [null],
  { a: 1 },
  { __proto__x: 1 },
  'a'.repeat(5000),
  '[1:3]',
  'storage[1:1001]',
  ['control'],
  { interface: 'eth0' },
  Number.NaN,
  '\u0000',
];

function mutateText(text: string, next: () => number): string {
  let result = text;
  for (let left = 1 + Math.floor(next() * 4); left > 0; left--) {
    const at = Math.floor(next() * result.length);
    const length = Math.floor(next() * 12);
    const scrap = SCRAPS[Math.floor(next() * SCRAPS.length)] ?? '';
    const kind = Math.floor(next() * 4);
    if (kind === 0) result = result.slice(0, at) + scrap + result.slice(at);
    else if (kind === 1) result = result.slice(0, at) + result.slice(at + length);
    else if (kind === 2) result = result.slice(0, at) + scrap + result.slice(at + length);
    else result = result.slice(0, at) + result.slice(at, at + 40) + result.slice(at);
  }
  return result;
}

function mutateTree(tree: unknown, next: () => number): unknown {
  const containers: Record<string, unknown>[] = [];
  const collect = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    containers.push(value as Record<string, unknown>);
    for (const inner of Object.values(value)) collect(inner);
  };
  collect(tree);
  const container = containers[Math.floor(next() * containers.length)] ?? {};
  const keys = Object.keys(container);
  const key = keys[Math.floor(next() * keys.length)] ?? 'new';
  const value = structuredClone(VALUES[Math.floor(next() * VALUES.length)]);
  const kind = Math.floor(next() * 4);
  if (kind === 0) container[key] = value;
  else if (kind === 1) delete container[key];
  else if (kind === 2) container[`${key}${SCRAPS[Math.floor(next() * SCRAPS.length)] ?? ''}`] = value;
  else container[key] = [container[key], value];
  return tree;
}

function check(text: string): void {
  const { cloud, problems } = parseDescription(text, place);
  const broken = problems.some((p) => p.severity === 'error');
  if ((cloud === undefined) !== broken) throw new Error(`neither a cloud nor an error for:\n${text}`);
  const rows = text.split(/\r\n|\n|\r/);
  for (const p of problems) {
    if (p.place?.kind !== 'file') throw new Error(`${p.code} has no place for:\n${text}`);
    const { line, column } = p.place;
    const row = rows[line - 1];
    const inside = row !== undefined && line >= 1 && column >= 1 && column <= row.length + 1;
    if (!inside) throw new Error(`${p.code} points outside of the file: ${line}:${column} in\n${text}`);
  }
}

describe('parseDescription', () => {
  // Quick on a machine of its own; the limit is for one that is shared.
  const limit = 120_000;
  it('finds nothing wrong in what is changed below', () => {
    expect(parseDescription(VALID, place).problems).toEqual([]);
  });

  it('answers 5,000 mutated texts with a cloud or with problems', { timeout: limit }, () => {
    const next = random(20251);
    for (let round = 0; round < 5000; round++) check(mutateText(VALID, next));
  });

  it('answers 5,000 mutated trees with a cloud or with problems', { timeout: limit }, () => {
    const next = random(20252);
    const valid = parse(VALID) as unknown;
    for (let round = 0; round < 5000; round++) {
      let tree: unknown = structuredClone(valid);
      for (let left = 1 + Math.floor(next() * 3); left > 0; left--) tree = mutateTree(tree, next);
      // JSON is YAML, and quicker to write.
      check(JSON.stringify(tree, null, 1));
    }
  });

  it('answers depth, size and references without end', () => {
    check('['.repeat(20_000));
    check(`cloud: ${'{a: '.repeat(3000)}1${'}'.repeat(3000)}`);
    check('a: &a [*a, *a]\n');
    check(
      'a: &a [x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b]\nd: [*c, *c, *c, *c, *c]\n',
    );
    expect(parseDescription('a'.repeat(1_000_000), place).problems).not.toEqual([]);
  });
});
