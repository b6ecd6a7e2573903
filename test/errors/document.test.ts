import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CatalogueEntry } from '../../src/errors/catalogue/entry.ts';
import { catalogue } from '../../src/errors/catalogue/index.ts';
import { errorsDocument } from '../../src/errors/document.ts';

const entries = Object.entries<CatalogueEntry>(catalogue);

describe('docs/errors.md', () => {
  it('has every code (`npm run generate` writes it)', async () => {
    const text = await readFile(join(import.meta.dirname, '../../docs/errors.md'), 'utf8');
    const missing = entries.filter(([code]) => !text.includes(`\n### ${code}\n`)).map(([code]) => code);
    expect(missing).toEqual([]);
    expect(text).toBe(errorsDocument());
  });
});

describe('the catalogue', () => {
  it('says what, why and what next in every entry', () => {
    for (const [code, { what, why, next }] of entries) {
      for (const sentence of [what, why, next]) expect(sentence.trim().length, code).toBeGreaterThan(2);
      expect(code).toMatch(/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$/);
    }
  });
});
