import { describe, expect, it } from 'vitest';
import { entriesAlong, indexOf } from '../../src/cloud/schema-index.ts';

describe('the index of the schema', () => {
  it('knows keys and meaning of maps, lists, free names and alternatives', () => {
    const index = indexOf({
      properties: {
        a: { description: 'A', items: { description: 'item' } },
        b: { additionalProperties: { description: 'free', properties: { c: {} } } },
        d: { description: 'D', anyOf: [{ properties: { e: {} } }, { properties: { f: {} } }] },
      },
    });
    expect(index.get('')).toEqual({ keys: ['a', 'b', 'd'] });
    expect(index.get('a.*')).toEqual({ keys: [], meaning: 'item' });
    expect(index.get('b.*')).toEqual({ keys: ['c'], meaning: 'free' });
    expect(index.get('d')).toEqual({ keys: ['e', 'f'], meaning: 'D' });
  });

  it('follows a path of the description as far as the schema goes', () => {
    const keys = entriesAlong(['hosts', 'control1', 'interfaces']).at(-1)?.keys;
    expect(keys).toContain('overlay');
    expect(entriesAlong(['cloud', 'nothing', 'here'])).toHaveLength(2);
    expect(entriesAlong(['config', 'compute', 'nova.conf', 'DEFAULT']).at(-1)?.meaning).toBe(
      'Options by name.',
    );
  });
});
