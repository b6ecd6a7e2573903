import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Resolver } from '../../../src/formats/jinja/resolve.ts';
import { type Plain, withPlace } from '../../../src/formats/values/node.ts';
import { looksSecret } from '../../../src/formats/values/source.ts';

const place = { kind: 'file', file: 'x', line: 1, column: 1 } as const;

function resolver(variables: Record<string, Plain>): Resolver {
  return new Resolver({
    variable: (name) =>
      Object.hasOwn(variables, name) ? withPlace(variables[name] ?? null, place) : undefined,
    isSecret: looksSecret,
    open: () => undefined,
  });
}

const scope: Record<string, Plain> = {
  vip: '10.0.0.1',
  level: 'vivace',
  ha: { moderato: { interval: 5 }, vivace: { interval: 3 } },
  on: 'yes',
  off: false,
  empty: '',
  number: 7,
  list: ['ceph', 'netapp'],
  groups: { osds: ['s1', 's2', 's3'] },
  vault_ssh_password: 'hidden',
};

function work(template: string): unknown {
  const found = resolver({ ...scope, it: template }).variable('it');
  return found.kind === 'value' ? found.value : found;
}

describe('what is worked out', () => {
  test.each([
    ['plain', 'plain'],
    ['{{ vip }}', '10.0.0.1'],
    ['https://{{ vip }}:{{ number }}/', 'https://10.0.0.1:7/'],
    ['{{ ha[level].interval }}', 3],
    ['{{ ha[level].interval }}s', '3s'],
    ["{{ ha['moderato']['interval'] | string }}", '5'],
    ['{{ absent | default(vip) }}', '10.0.0.1'],
    ["{{ empty | default('x', true) }}", 'x'],
    ["{{ on | bool | ternary('a', 'b') }}", 'a'],
    ['{{ list | first }}', 'ceph'],
    ["{{ list | join(',') }}", 'ceph,netapp'],
    ["{{ groups['osds'] | length }}", 3],
    ["{{ (groups['osds']|length == 1)|ternary(true, false) }}", false],
    ["{{ 'a' if 'ceph' in list else 'b' }}", 'a'],
    ["{{ 'a' if 'lvm' not in list and not off else 'b' }}", 'a'],
    ['{{ vip is defined and number > 3 }}', true],
    ["{{ vip ~ ':' ~ number }}", '10.0.0.1:7'],
    ['{{ "7" | int + 1 }}', 8],
    ['{{ level | upper }}', 'VIVACE'],
    ["{{ list + ['x'] }}", ['ceph', 'netapp', 'x']],
    ['{{ list[1] }}', 'netapp'],
  ])('%s', (template, value) => {
    expect(work(template)).toEqual(value);
  });
});

describe('what is refused, with a reason', () => {
  test.each([
    ["{{ lookup('env', 'HOME') }}", /run time/],
    ["{{ hostvars['x'].ip }}", /running Ansible/],
    ['{{ ansible_default_ipv4.address }}', /running Ansible/],
    ['{% if on %}a{% endif %}', /statements/],
    ['{{ vip.split(".") }}', /calls a function/],
    ["{{ vip | ansible.utils.ipaddr('net') }}", /ansible\.utils\.ipaddr/],
    ['{{ vip ', /missing/],
    ["{{ 'open }}", /quote/],
    [`{{ ${'('.repeat(100)}1${')'.repeat(100)} }}`, /deep|form|parenthesis/],
    ['{{ it }}', /itself/],
  ])('%s', (template, reason) => {
    expect(work(template)).toMatchObject({ kind: 'refused', reason: expect.stringMatching(reason) });
  });

  test('a variable that is not defined', () => {
    expect(work('{{ absent }}')).toEqual({ kind: 'undefined' });
  });

  test('circles over several variables, and doubling without end', () => {
    expect(resolver({ a: '{{ b }}', b: '{{ a }}' }).variable('a').kind).toBe('refused');
    const doubling = Object.fromEntries(
      Array.from({ length: 24 }, (_, n) => [`v${n}`, `{{ v${n + 1} }}{{ v${n + 1} }}`]),
    );
    expect(resolver({ ...doubling, v24: 'x' }).variable('v0').kind).toBe('refused');
  });
});

test('a value that a secret went into is marked', () => {
  expect(resolver({ ...scope, it: '{{ vault_ssh_password }}' }).variable('it')).toMatchObject({
    kind: 'value',
    secret: true,
  });
  expect(resolver({ ...scope, it: '{{ vip }}' }).variable('it')).toMatchObject({ secret: false });
});

test('any template ends without a throw', () => {
  const piece = fc.constantFrom(
    '{{',
    '}}',
    ' vip ',
    '|',
    'default(',
    ')',
    "'",
    '[',
    ']',
    'if',
    'else',
    '.',
    'it',
    '~',
    'not',
    'in',
    'is',
    'defined',
    '-',
    '1',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      expect(['value', 'undefined', 'refused']).toContain(
        resolver({ ...scope, it: pieces.join(' ') }).variable('it').kind,
      );
    }),
  );
});
