import { describe, expect, it } from 'vitest';
import { type Import, importSources } from '../../../src/formats/import.ts';
import type { ImportedKey } from '../../../src/formats/report.ts';

const alone = ['CONFIG_CONTROLLER_HOST=192.168.1.100'];

function imported(lines: readonly string[]): Import {
  const text = `[general]\n${lines.join('\n')}\n`;
  return importSources([{ path: 'answers.txt', text }], { format: 'packstack' });
}

function key(result: Import, name: string): ImportedKey | undefined {
  return result.result?.report.keys.find((entry) => entry.key === name);
}

describe('passwords', () => {
  it('that are trivial stay behind, the others go to the vault, and none is shown', () => {
    const result = imported([
      ...alone,
      'CONFIG_MARIADB_PW=Qw7-unused-9',
      'CONFIG_KEYSTONE_DB_PW=test123',
      'CONFIG_KEYSTONE_ADMIN_PW=Tr4g.Eis-Wal_Uhu',
      'CONFIG_KEYSTONE_DEMO_PW=demo',
      'CONFIG_GLANCE_KS_PW=9f8e7d6c5b4a3f2e',
      'CONFIG_GLANCE_DB_PW=PW_PLACEHOLDER',
      'CONFIG_NOVA_KS_PW=has blanks and $igns',
    ]);
    expect(Object.keys(result.result?.secrets ?? {}).toSorted()).toEqual([
      'admin_password',
      'glance_password',
    ]);
    expect(result.result?.secrets.admin_password?.reveal()).toBe('Tr4g.Eis-Wal_Uhu');
    expect(key(result, 'CONFIG_MARIADB_PW')?.outcome).toBe('meaningless');
    expect(key(result, 'CONFIG_KEYSTONE_DB_PW')?.outcome).toBe('suspicious');
    expect(key(result, 'CONFIG_KEYSTONE_DEMO_PW')?.outcome).toBe('suspicious');
    expect(key(result, 'CONFIG_NOVA_KS_PW')?.outcome).toBe('suspicious');
    expect(key(result, 'CONFIG_GLANCE_DB_PW')?.outcome).toBe('default');
    const shown = JSON.stringify([result.problems, result.result, result.rendered]);
    for (const word of ['test123', 'Qw7-unused', 'Tr4g.Eis', '9f8e7d6c', 'blanks and'])
      expect(shown).not.toContain(word);
  });

  it('of CONFIG_DEFAULT_PASSWORD open what people log in to', () => {
    const result = imported([
      ...alone,
      'CONFIG_DEFAULT_PASSWORD=Long-Enough-77',
      'CONFIG_KEYSTONE_ADMIN_PW=PW_PLACEHOLDER',
    ]);
    expect(Object.keys(result.result?.secrets ?? {})).toEqual(['admin_password', 'demo_password']);
    expect(
      key(imported([...alone, 'CONFIG_DEFAULT_PASSWORD=openstack']), 'CONFIG_DEFAULT_PASSWORD')?.outcome,
    ).toBe('suspicious');
  });

  it('used twice are told', () => {
    const result = imported([
      ...alone,
      'CONFIG_GLANCE_KS_PW=9f8e7d6c5b4a3f2e',
      'CONFIG_NOVA_KS_PW=9f8e7d6c5b4a3f2e',
    ]);
    expect(key(result, 'CONFIG_NOVA_KS_PW')?.note).toContain('CONFIG_GLANCE_KS_PW is the same');
  });
});
