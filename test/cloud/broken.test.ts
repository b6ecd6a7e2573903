import { describe, expect, it } from 'vitest';
import { parseDescription } from '../../src/cloud/read.ts';
import { broken, VALID } from './broken/case.ts';
import { ruleCases } from './broken/rules.ts';
import { shapeCases } from './broken/shape.ts';

const place = { file: 'cloud.yaml', folder: '/srv/cloud', home: '/root' };
const cases = [...shapeCases, ...ruleCases];

describe('broken descriptions', () => {
  it('are many, and the description they break is valid', () => {
    expect(cases.length).toBeGreaterThanOrEqual(60);
    expect(new Set(cases.map((c) => c.name)).size).toBe(cases.length);
    expect(parseDescription(VALID, place).problems).toEqual([]);
  });

  for (const broke of cases) {
    it(`${broke.name}: ${broke.code}`, () => {
      const { text, line, column } = broken(broke);
      const { cloud, problems } = parseDescription(text, place);
      const found = problems.find(
        (p) =>
          p.code === broke.code &&
          p.place?.kind === 'file' &&
          p.place.line === line &&
          p.place.column === column,
      );
      const seen = problems.map((p) => `${p.code} ${JSON.stringify(p.place)}`).join('\n');
      expect(found, `wanted ${broke.code} at ${line}:${column}, got\n${seen}`).toBeDefined();
      expect(found?.severity).toBe(broke.severity ?? 'error');
      if (broke.suggestion !== undefined) expect(found?.suggestion).toBe(broke.suggestion);
      // Nothing but what the slip causes, and a cloud only where there is no error.
      if (!broke.also?.includes('*')) {
        const others = problems.filter((p) => p !== found).map((p) => p.code);
        expect([...new Set(others)]).toEqual([...new Set(broke.also ?? [])]);
      }
      expect(cloud === undefined).toBe(problems.some((p) => p.severity === 'error'));
      for (const p of problems)
        expect(`${p.what} ${p.why} ${p.next}`).not.toMatch(/\{\w+\}|undefined|\[object/);
    });
  }

  it('never show a secret that was written into them', () => {
    const text = VALID.replace('port: 22', 'password: hunter2-very-secret').replace(
      'time: {',
      'packages: { proxy: "http://me:hunter3@10.0.0.1" }\ntime: {',
    );
    const { problems } = parseDescription(text, place);
    expect(problems).toHaveLength(2);
    expect(JSON.stringify(problems)).not.toMatch(/hunter/);
  });

  it('show all errors at once, in the order of the file', () => {
    const text = VALID.replace('trial', 'Trial')
      .replace('192.168.21.100', '192.168.99.1')
      .replace('roles: [compute]', 'rolls: [compute]')
      .replace('mechanism: ovn', 'mechanism: linuxbridge')
      .replace('31000', '5000');
    const codes = parseDescription(text, place).problems.map((p) => p.code);
    expect(codes).toEqual([
      'CLOUD_FORMAT',
      'CLOUD_ADDRESS_OUTSIDE',
      'CLOUD_MISSING',
      'CLOUD_UNKNOWN_KEY',
      'CLOUD_MECHANISM_NOT_DEPLOYED',
      'CLOUD_PORT_TAKEN',
    ]);
  });
});
