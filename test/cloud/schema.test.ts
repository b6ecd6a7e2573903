import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { descriptionJsonSchema } from '../../src/cloud/schema.ts';

describe('the published JSON Schema', () => {
  it('is the one in the code (`npm run generate` writes it)', async () => {
    const published = await readFile(join(import.meta.dirname, '../../schema/cloud.schema.json'), 'utf8');
    expect(JSON.parse(published)).toEqual(JSON.parse(JSON.stringify(descriptionJsonSchema())));
  });

  it('explains every field', () => {
    const silent: string[] = [];
    const walk = (schema: unknown, path: string): void => {
      if (typeof schema !== 'object' || schema === null) return;
      const { properties, ...rest } = schema as { properties?: Record<string, { description?: string }> };
      for (const [key, field] of Object.entries(properties ?? {})) {
        if (!field.description) silent.push(`${path}.${key}`);
        walk(field, `${path}.${key}`);
      }
      for (const [key, inner] of Object.entries(rest)) walk(inner, `${path}/${key}`);
    };
    walk(descriptionJsonSchema(), '');
    expect(silent).toEqual([]);
  });
});
