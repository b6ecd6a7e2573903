import { describe, expect, it } from 'vitest';
import { importPackstack } from '../../../src/formats/packstack/import.ts';
import { packstackKeys } from '../../../src/formats/packstack/keys/index.ts';
import { deprecatedNames, retiredKeys } from '../../../src/formats/packstack/keys/retired.ts';
import type { ImportedKey } from '../../../src/formats/report.ts';
import { singleSecrets } from '../../../src/vault/table.ts';
import { declaredKeys, goneKeys, oldNames } from './keys.ts';

const all = Object.values(declaredKeys).flat();

/** One key alone beside a controller, with a value other than Packstack's default. */
function outcomeOf(key: string, value: string): ImportedKey | undefined {
  const text = `[general]\nCONFIG_CONTROLLER_HOST=192.168.1.10\n${key}=${value}\n`;
  const { report } = importPackstack({ path: 'answers.txt', text });
  return report.keys.find((entry) => entry.key === key && entry.place.line === 3);
}

describe('the keys of Packstack', () => {
  it('are 292, all of them in the table and nothing else', () => {
    expect(all).toHaveLength(292);
    expect(Object.keys(packstackKeys).toSorted()).toEqual(all.toSorted());
  });

  it.each(all)('%s has an outcome', (key) => {
    for (const value of ['', 'y', 'n', '10.1.2.3', packstackKeys[key]?.default ?? 'something']) {
      const found = outcomeOf(key, value);
      expect(found, value).toBeDefined();
      expect(found?.note, value).not.toBe('Nothing was made of it.');
      if (found?.outcome === 'carried') expect(found.to ?? found.note).toBeTruthy();
      if (found && found.outcome !== 'carried' && found.outcome !== 'default')
        expect(found.note, value).toBeTruthy();
    }
  });

  it.each([...oldNames, ...goneKeys])('%s, an old name, has an outcome and is no stranger', (key) => {
    const found = outcomeOf(key, 'y');
    expect(found).toBeDefined();
    expect(found?.note ?? '').not.toContain('no such key');
    expect(key in deprecatedNames || key in retiredKeys).toBe(true);
    if (key in deprecatedNames && found?.outcome !== 'default') expect(found?.note).toContain('Old name of');
  });

  it('lead old names to keys that exist, and passwords to secrets of the vault', () => {
    for (const current of Object.values(deprecatedNames))
      expect(packstackKeys[current], current).toBeDefined();
    for (const { handling } of Object.values(packstackKeys)) {
      if (handling.is === 'secret') expect(Object.keys(singleSecrets)).toContain(handling.to);
    }
  });

  it('are told in sentences', () => {
    for (const [key, { handling }] of Object.entries(packstackKeys)) {
      if (handling.is === 'meaningless') expect(handling.why, key).toMatch(/^[A-Z].*[.]$/);
      if (handling.is === 'unsupported') expect(handling.means, key).toMatch(/^[A-Z].*[.]$/);
    }
    for (const [key, { means }] of Object.entries(retiredKeys)) expect(means, key).toMatch(/^[A-Z].*[.]$/);
  });
});
