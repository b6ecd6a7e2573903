import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readCloud } from '../../src/cloud/read.ts';

const folder = join(import.meta.dirname, '..', '..', 'examples');
const names = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

describe('the descriptions in examples/', () => {
  test.each(names)('%s has no error and no warning', async (name) => {
    const { cloud, problems } = await readCloud(join(folder, name));
    expect(problems).toEqual([]);
    expect(cloud?.name).toBeDefined();
  });

  test('compact.yaml gives every role to three hosts', async () => {
    const { cloud } = await readCloud(join(folder, 'compact.yaml'));
    expect(cloud?.hosts.map((host) => host.name)).toEqual(['control1', 'control2', 'control3']);
    for (const { roles } of cloud?.hosts ?? []) {
      expect([...roles]).toEqual(expect.arrayContaining(['control', 'network', 'compute', 'mon', 'osd']));
    }
  });
});
