import { describe, expect, it } from 'vitest';
import { overridesOn } from '../../src/cloud/effective.ts';
import { parseDescription } from '../../src/cloud/read.ts';
import { VALID } from './broken/case.ts';

const config = `config:
  hosts:
    control1: { compute: { nova.conf: { DEFAULT: { a: host, b: null } } } }
  roles:
    control: { compute: { nova.conf: { DEFAULT: { a: control, c: control } } } }
    network: { compute: { nova.conf: { DEFAULT: { c: network } } } }
  compute: { nova.conf: { DEFAULT: { a: all, b: all }, api: { a: all } } }
  identity: { keystone.conf: { DEFAULT: { a: other } } }
`;

describe('overridesOn', () => {
  const place = { file: 'cloud.yaml', folder: '/w', home: '/root' };
  const { cloud, problems } = parseDescription(`${VALID}${config}`, place);
  const on = (name: string) => {
    const host = cloud?.hosts.find((candidate) => candidate.name === name);
    if (!cloud || !host) throw new Error(JSON.stringify(problems));
    const found = overridesOn(cloud, host, 'compute', 'nova.conf');
    return Object.fromEntries(found.map(({ section, option, value }) => [`${section}.${option}`, value]));
  };

  it('takes the narrowest scope, and the later one of two roles', () => {
    const common = { 'api.a': 'all', 'DEFAULT.c': 'network' };
    expect(on('control1')).toEqual({ ...common, 'DEFAULT.a': 'host', 'DEFAULT.b': null });
    expect(on('control2')).toEqual({ ...common, 'DEFAULT.a': 'control', 'DEFAULT.b': 'all' });
    expect(on('compute1')).toEqual({ 'DEFAULT.a': 'all', 'DEFAULT.b': 'all', 'api.a': 'all' });
  });
});
