import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { entryOf, plainOf } from '../../../src/formats/values/node.ts';
import { looksSecret } from '../../../src/formats/values/source.ts';
import { readYaml } from '../../../src/formats/values/yaml.ts';

const read = (text: string) => readYaml({ path: 'vars.yml', text });
const plain = (text: string) => {
  const { node } = read(text);
  return node && plainOf(node);
};

describe('reading variables', () => {
  test('gives values and where they stand', () => {
    const { node, problems } = read('---\n# 주석\nha_level: "vivace"\nntp_servers:\n  - 10.0.0.1\n...\n');
    expect(problems).toEqual([]);
    const entry = entryOf(node, 'ha_level');
    expect(entry?.keyPlace).toMatchObject({ line: 3, column: 1, length: 8, text: 'ha_level: "vivace"' });
    expect(entry?.value.place).toMatchObject({ line: 3, column: 11, length: 8 });
    expect(node && plainOf(node)).toEqual({ ha_level: 'vivace', ntp_servers: ['10.0.0.1'] });
  });

  test('a byte order mark and CRLF change neither values nor places', () => {
    const { node } = read('\ufeff---\r\na: yes\r\nb: "x"\r\n');
    expect(node && plainOf(node)).toEqual({ a: true, b: 'x' });
    expect(entryOf(node, 'b')?.keyPlace).toMatchObject({ line: 3, column: 1, text: 'b: "x"' });
  });

  test('quoted words stay text', () => {
    expect(plain('a: "yes"\nb: \'0755\'\nc: no\n')).toEqual({ a: 'yes', b: '0755', c: false });
  });

  test('anchors, merge keys and flow collections', () => {
    expect(plain('base: &b {x: 1, y: 2}\nmore:\n  <<: *b\n  y: 3\nlist: [1, two, yes]\n')).toEqual({
      base: { x: 1, y: 2 },
      more: { x: 1, y: 3 },
      list: [1, 'two', true],
    });
  });

  test('of a repeated key the last one counts and both are there', () => {
    const { node } = read('a: 1\na: 2\n');
    expect(node?.kind === 'map' && node.entries.length).toBe(2);
    expect(
      plainOf(entryOf(node, 'a')?.value ?? { kind: 'list', items: [], place: node?.place as never }),
    ).toBe(2);
  });

  test.each(['', '---\n', '# 비어 있음\n', '---\n...\n', '\ufeff'])('%j is empty', (text) => {
    expect(read(text)).toEqual({ problems: [] });
  });

  test('a second document is told and passed over', () => {
    const { problems } = read('a: 1\n---\nb: 2\n');
    expect(problems.map((found) => found.code)).toEqual(['IMPORT_YAML_SEVERAL']);
  });

  test('a tab is named, with its line', () => {
    const { problems } = read('a:\n\tb: 1\n');
    expect(problems[0]).toMatchObject({ code: 'IMPORT_YAML_SYNTAX', place: { line: 2 } });
    expect(problems[0]?.what).toContain('tab');
  });

  test('an encrypted value is kept closed', () => {
    const { node } = read('vault_x: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6162\n');
    expect(entryOf(node, 'vault_x')?.value).toMatchObject({
      kind: 'vault',
      envelope: '$ANSIBLE_VAULT;1.1;AES256\n6162\n',
    });
  });

  test('lines of secrets are never kept for an excerpt', () => {
    const { node } = read('admin_password: s3cr3t-value\nnested:\n  kek: s3cr3t-value\n');
    expect(
      JSON.stringify(
        node && [entryOf(node, 'admin_password')?.keyPlace, entryOf(node, 'nested')?.value.place],
      ),
    ).not.toContain('s3cr3t');
  });

  test('depth and repetition have an end', () => {
    expect(read('['.repeat(5000)).problems[0]?.code).toMatch(/^IMPORT_/);
    const laughs = Array.from(
      { length: 12 },
      (_, n) =>
        `a${n}: &a${n} [${Array(9)
          .fill(n === 0 ? 'x' : `*a${n - 1}`)
          .join(',')}]`,
    );
    expect(read(laughs.join('\n')).problems[0]?.code).toBe('IMPORT_TOO_LARGE');
  });

  test('any text is read without a throw', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) =>
        Array.isArray(read(text).problems),
      ),
    );
  });
});

test.each([
  ['vault_ssh_password', true],
  ['lia_token', true],
  ['keystone_admin_password', true],
  ['deploy_ssh_key', false],
  ['keepalived_vip', false],
  ['rabbitmq_cluster_cookie', true],
])('%s looks like a secret: %s', (name, expected) => {
  expect(looksSecret(name)).toBe(expected);
});

test.each(['['.repeat(1_000_000), '{'.repeat(200_000), '- '.repeat(200_000), `${' '.repeat(100_000)}a: 1`])(
  'depth that would end the YAML library badly is refused at once (%#)',
  (text) => {
    expect(read(text).problems.map((found) => found.code)).toEqual(['IMPORT_TOO_LARGE']);
  },
);
