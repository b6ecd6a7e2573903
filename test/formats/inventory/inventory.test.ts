import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { groupsByHost, hostsOf, type Inventory } from '../../../src/formats/inventory/inventory.ts';
import { readLiteral } from '../../../src/formats/inventory/literal.ts';
import { hostVariables } from '../../../src/formats/inventory/precedence.ts';
import { expandHosts } from '../../../src/formats/inventory/ranges.ts';
import { readInventory } from '../../../src/formats/inventory/read.ts';
import { plainOf } from '../../../src/formats/values/node.ts';

const read = (text: string): Inventory => readInventory({ path: 'hosts', text });
const none = { groups: new Map(), hosts: new Map() };

function valuesOf(inventory: Inventory, host: string): Record<string, unknown> {
  const variables = hostVariables(inventory, none).byHost.get(host) ?? new Map();
  return Object.fromEntries([...variables].map(([key, variable]) => [key, plainOf(variable.node)]));
}

describe('host ranges', () => {
  test.each([
    ['db', ['db']],
    ['storage[1:3]', ['storage1', 'storage2', 'storage3']],
    ['n[01:10:3]x', ['n01x', 'n04x', 'n07x', 'n10x']],
    ['n[:2]', ['n0', 'n1', 'n2']],
    ['rack-[a:c]', ['rack-a', 'rack-b', 'rack-c']],
    ['r[a:b]-[1:2]', ['ra-1', 'ra-2', 'rb-1', 'rb-2']],
  ])('%s', (pattern, names) => {
    expect(expandHosts(pattern)).toEqual({ kind: 'names', names });
  });

  test.each(['n[3:1]', 'n[01:100]', 'n[1:2', 'n[1]', 'n[1:]', 'n[1:2:0]', 'n[1:99999999]', 'n[a:3]'])(
    '%s is told',
    (pattern) => {
      expect(expandHosts(pattern).kind).toBe('wrong');
    },
  );

  test('a port stands behind the last colon', () => {
    expect(expandHosts('db[1:2]:2222')).toEqual({ kind: 'names', names: ['db1', 'db2'], port: 2222 });
  });

  test('every range counts from its first to its last host by its step', () => {
    fc.assert(
      fc.property(fc.nat(500), fc.nat(200), fc.integer({ min: 1, max: 7 }), (first, more, step) => {
        const found = expandHosts(`h[${first}:${first + more}:${step}]`);
        expect(found.kind === 'names' && found.names.length).toBe(Math.floor(more / step) + 1);
      }),
    );
  });
});

describe('values of INI lines', () => {
  test.each([
    ['5', 5],
    ['True', true],
    ['yes', 'yes'],
    ['None', null],
    ['007', '007'],
    ["'a b'", 'a b'],
    ["['a', 2]", ['a', 2]],
    ["{'k': 'v', 'n': [1]}", { k: 'v', n: [1] }],
    ['[1, 2', '[1, 2'],
    ['10.0.0.1', '10.0.0.1'],
    ['5 # note', 5],
    ['x # note', 'x # note'],
  ])('%s', (text, value) => {
    expect(readLiteral(text)).toEqual(value);
  });
});

describe('INI inventories', () => {
  test('hosts, quotes, comments, children and variables', () => {
    const inventory = read(
      "\ufeffc1 ip=10.0.0.1 note='two words' # 주석\r\nc2 ip=10.0.0.2 ansible_port=2222\r\n\r\n[web]\r\nc[1:2]\r\n[site:children]\r\nweb\r\n[site:vars]\r\nmtu = 9000\r\nname='x y'\r\n",
    );
    expect(inventory.problems).toEqual([]);
    expect(hostsOf(inventory, 'site')).toEqual(['c1', 'c2']);
    expect(valuesOf(inventory, 'c1')).toEqual({ ip: '10.0.0.1', note: 'two words', mtu: 9000, name: 'x y' });
    expect(inventory.hosts.get('c2')?.place).toMatchObject({ file: 'hosts', line: 2, column: 1 });
  });

  test('passwords stay text and out of excerpts', () => {
    const inventory = read('c1 ansible_password=00123 ip=10.0.0.1\n');
    expect(valuesOf(inventory, 'c1').ansible_password).toBe('00123');
    expect(JSON.stringify(inventory.hosts.get('c1')?.place)).not.toContain('00123');
  });

  test.each([
    ['c1 ip\n', 'IMPORT_INVENTORY_LINE'],
    ["c1 x='open\n", 'IMPORT_INVENTORY_LINE'],
    ['[web\nc1\n', 'IMPORT_INVENTORY_LINE'],
    ['[web:hosts:x]\n', 'IMPORT_INVENTORY_LINE'],
    ['c[3:1]\n', 'IMPORT_INVENTORY_RANGE'],
    ['c1,c2\n', 'IMPORT_INVENTORY_LINE'],
    ['[a:children]\nwbe\n[web]\nc1\n', 'IMPORT_INVENTORY_GROUP'],
    ['[a:children]\nb\n[b:children]\na\n', 'IMPORT_INVENTORY_CYCLE'],
  ])('%j is told', (text, code) => {
    expect(read(text).problems.map((found) => found.code)).toContain(code);
  });

  test('a child group that is not there gets a suggestion', () => {
    expect(read('[a:children]\nosd\n[osds]\nc1\n').problems[0]).toMatchObject({
      suggestion: 'osds',
      place: { line: 2 },
    });
  });

  test('circles end', () => {
    const inventory = read('[a:children]\nb\n[b:children]\na\n[b]\nc1\n');
    expect(hostsOf(inventory, 'a')).toEqual(['c1']);
    expect(groupsByHost(inventory).get('c1')).toEqual(['a', 'b']);
  });
});

describe('precedence', () => {
  test('child before parent before all; hosts before groups; folders before the inventory', () => {
    const inventory = read(
      '[parent:children]\nchild\n[child]\nh v5=host\n[all:vars]\nv1=all\nv2=all\nv3=all\n[parent:vars]\nv2=parent\nv3=parent\n[child:vars]\nv3=child\nv4=child\nv5=child\n',
    );
    const place = inventory.hosts.get('h')?.place as never;
    const item = (key: string, value: string) => ({
      key,
      place,
      node: { kind: 'scalar' as const, value, place },
    });
    const folders = {
      groups: new Map([
        ['all', [item('v1', 'folder all'), item('v4', 'folder all')]],
        ['parent', [item('v3', 'folder parent')]],
      ]),
      hosts: new Map([['h', [item('v5', 'folder host')]]]),
    };
    const variables = hostVariables(inventory, folders).byHost.get('h') ?? new Map();
    const plain = Object.fromEntries([...variables].map(([key, variable]) => [key, plainOf(variable.node)]));
    expect(plain).toEqual({
      v1: 'folder all',
      v2: 'parent',
      v3: 'folder parent',
      v4: 'folder all',
      v5: 'folder host',
    });
  });

  test('among groups of one depth the priority decides, then the name', () => {
    const inventory = read('[a]\nh\n[b]\nh\n[a:vars]\nx=a\nansible_group_priority=10\n[b:vars]\nx=b\n');
    expect(valuesOf(inventory, 'h').x).toBe('a');
    expect(valuesOf(read('[a]\nh\n[b]\nh\n[a:vars]\nx=a\n[b:vars]\nx=b\n'), 'h').x).toBe('b');
  });
});

describe('YAML inventories', () => {
  test('say the same as INI ones', () => {
    const inventory = read(
      '---\nall:\n  vars: {x: yes}\n  children:\n    web:\n      hosts:\n        c[1:2]:\n          ip: 10.0.0.1\n      children:\n        inner:\n          hosts: {c3: }\n',
    );
    expect(inventory.problems).toEqual([]);
    expect(hostsOf(inventory, 'web')).toEqual(['c1', 'c2', 'c3']);
    expect(valuesOf(inventory, 'c2')).toEqual({ x: true, ip: '10.0.0.1' });
  });

  test('what is no group is told', () => {
    expect(read('all:\n  host:\n    c1:\n').problems[0]?.code).toBe('IMPORT_INVENTORY_LINE');
  });
});

test('any text is read without a throw', () => {
  const line = fc.constantFrom(
    '[a]',
    '[a:children]',
    '[b:vars]',
    'h[1:3] x=1',
    'b',
    'a',
    "h y='",
    'all:',
    '  hosts:',
    '\t',
    'x=[1,{',
    'h[a:z]:22',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(line, fc.string())), (lines) => read(lines.join('\n')).hosts.size >= 0),
  );
});

test('an inventory that multiplies itself is told, not read for minutes', () => {
  const text = Array.from({ length: 1000 }, (_, n) => `[g${n}]\nh[1:2000]`).join('\n');
  expect(read(text).problems.map((found) => found.code)).toEqual(['IMPORT_TOO_LARGE']);
});
