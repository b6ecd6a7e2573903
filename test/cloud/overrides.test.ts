import { describe, expect, it } from 'vitest';
import { parseDescription } from '../../src/cloud/read.ts';
import type { ConfigurationTables } from '../../src/cloud/services.ts';
import { VALID } from './broken/case.ts';

const place = { file: 'cloud.yaml', folder: '/srv/cloud', home: '/root' };
const tables: ConfigurationTables = {
  files: new Map([
    ['compute', ['nova.conf']],
    ['identity', ['keystone.conf']],
  ]),
  options: new Map([
    ['nova.conf', new Map([['DEFAULT', new Set(['cpu_allocation_ratio', 'pci_passthrough'])]])],
    ['keystone.conf', new Map([['token', new Set(['expiration'])]])],
  ]),
};

function read(config: string) {
  const start = VALID.split('\n').length;
  const { cloud, problems } = parseDescription(`${VALID}${config}`, place, tables);
  const found = problems.map((p) => ({
    code: p.code,
    severity: p.severity,
    suggestion: p.suggestion,
    at: p.place?.kind === 'file' ? [p.place.line - start + 1, p.place.column] : [],
    what: p.what,
  }));
  return { overrides: cloud?.overrides, found };
}

describe('config', () => {
  it('becomes a flat list, the narrowest scope last', () => {
    const { overrides, found } = read(`config:
  hosts:
    compute1: { compute: { nova.conf: { DEFAULT: { cpu_allocation_ratio: null } } } }
  roles:
    compute: { compute: { nova.conf: { DEFAULT: { cpu_allocation_ratio: 8 } } } }
  compute:
    nova.conf:
      DEFAULT:
        cpu_allocation_ratio: 2.5
        pci_passthrough: [a, 1]
`);
    expect(found).toEqual([]);
    const common = { service: 'compute', file: 'nova.conf', section: 'DEFAULT' };
    const line = (offset: number) => VALID.split('\n').length + offset - 1;
    expect(overrides).toEqual([
      {
        ...common,
        option: 'cpu_allocation_ratio',
        value: 2.5,
        scope: { kind: 'all' },
        place: { file: 'cloud.yaml', line: line(9), column: 9 },
      },
      {
        ...common,
        option: 'pci_passthrough',
        value: ['a', '1'],
        scope: { kind: 'all' },
        place: { file: 'cloud.yaml', line: line(10), column: 9 },
      },
      {
        ...common,
        option: 'cpu_allocation_ratio',
        value: 8,
        scope: { kind: 'role', role: 'compute' },
        place: { file: 'cloud.yaml', line: line(5), column: 51 },
      },
      {
        ...common,
        option: 'cpu_allocation_ratio',
        value: null,
        scope: { kind: 'host', host: 'compute1' },
        place: { file: 'cloud.yaml', line: line(3), column: 52 },
      },
    ]);
  });

  it('names ranges of hosts and the role storage in full', () => {
    const { overrides } = read(`config:
  roles: { storage: { compute: { nova.conf: { DEFAULT: { cpu_allocation_ratio: 1 } } } } }
  hosts: { "control[1:2]": { compute: { nova.conf: { DEFAULT: { cpu_allocation_ratio: 1 } } } } }
`);
    expect(overrides?.map((override) => Object.values(override.scope).at(-1))).toEqual([
      'mon',
      'mgr',
      'osd',
      'rgw',
      'control1',
      'control2',
    ]);
  });

  it('refuses unknown services, files, sections, roles and hosts with place and suggestion', () => {
    const unknown = (config: string) => read(`config:\n${config}\n`).found;
    expect(unknown('  comptue: { nova.conf: {} }')).toMatchObject([
      { code: 'CLOUD_CONFIG_UNKNOWN', severity: 'error', at: [2, 3], suggestion: 'compute' },
    ]);
    expect(unknown('  compute: { nvoa.conf: {} }')).toMatchObject([
      { code: 'CLOUD_CONFIG_UNKNOWN', at: [2, 14], suggestion: 'nova.conf' },
    ]);
    expect(unknown('  compute: { nova.conf: { DEFALUT: {} } }')).toMatchObject([
      { code: 'CLOUD_CONFIG_UNKNOWN', at: [2, 27], suggestion: 'DEFAULT' },
    ]);
    expect(unknown('  roles: { comptue: {} }')).toMatchObject([
      { code: 'CLOUD_UNKNOWN_KEY', at: [2, 12], suggestion: 'compute' },
    ]);
    expect(unknown('  hosts: { compute9: {} }')).toMatchObject([
      { code: 'CLOUD_CONFIG_UNKNOWN', at: [2, 12], suggestion: 'compute1' },
    ]);
    expect(unknown('  hosts: { "compute[3:1]": {} }')).toMatchObject([{ code: 'CLOUD_HOST_RANGE' }]);
  });

  it('warns of an option that the package does not know, and does not when it is removed', () => {
    const { overrides, found } = read(
      'config: { compute: { nova.conf: { DEFAULT: { cpu_alocation_ratio: 3, gone: null } } } }\n',
    );
    expect(found).toMatchObject([
      { code: 'CLOUD_CONFIG_OPTION', severity: 'warning', at: [1, 46], suggestion: 'cpu_allocation_ratio' },
    ]);
    expect(overrides).toHaveLength(2);
  });

  it('refuses values that are not one line, and names that would break the file', () => {
    const codes = (options: string) =>
      read(`config: { compute: { nova.conf: { DEFAULT: { ${options} } } } }\n`).found.map((p) => p.code);
    expect(codes('pci_passthrough: "a\\nb = c"')).toEqual(['CLOUD_FORMAT']);
    expect(codes('pci_passthrough: { a: 1 }')).toEqual(['CLOUD_TYPE']);
    expect(codes('"a = b": 1')).toEqual(['CLOUD_FORMAT']);
  });

  it('refuses passwords, but knows sections such as [token]', () => {
    expect(read('config: { identity: { keystone.conf: { token: { expiration: 60 } } } }\n').found).toEqual(
      [],
    );
    const { found } = read('config: { compute: { nova.conf: { DEFAULT: { my_password: abc } } } }\n');
    expect(found.map((p) => p.code)).toEqual(['CLOUD_PASSWORD_IN_DESCRIPTION']);
  });
});

it('keeps the digits of a number as they are written', () => {
  const { overrides } = read(`config:
  compute:
    nova.conf:
      DEFAULT:
        cpu_allocation_ratio: 1.10
        a: 0022
        b: 12345678901234567890
        c: [1.0, 2]
        d: 0x1F
        e: 8
`);
  expect(overrides?.map(({ value }) => value)).toEqual([
    '1.10',
    '0022',
    '12345678901234567890',
    ['1.0', '2'],
    31,
    8,
  ]);
});

it('names the option that cannot be one, not its value, in one line', () => {
  const { found } = read(`config:
  compute: { nova.conf: { DEFAULT: { "a=b": 1, "c\\nd": 2 } } }
`);
  const errors = found.filter(({ severity }) => severity === 'error');
  expect(errors.map(({ what }) => what)).toEqual([
    '`a=b` at `config.compute.nova.conf.DEFAULT` must be a name of an option.',
    '`"c\\nd"` at `config.compute.nova.conf.DEFAULT` must be a name of an option.',
  ]);
});

it('shows a value of several lines in one', () => {
  const { found } = read(`config:
  compute:
    nova.conf:
      DEFAULT:
        cpu_allocation_ratio: |
          1
          2
`);
  expect(found[0]?.what).toBe(
    '`| 1 2` at `config.compute.nova.conf.DEFAULT.cpu_allocation_ratio` must be one line of text.',
  );
});
