import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { mountsBelow, readJson, removeTree, writeWhole } from '../../src/system/files.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cw-files-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('removes a tree, and not what its links lead to', async () => {
  mkdirSync(join(folder, 'tree/-rf/deep'), { recursive: true });
  writeFileSync(join(folder, 'kept'), '');
  symlinkSync(join(folder, 'kept'), join(folder, 'tree/link'));
  await removeTree(join(folder, 'tree'));
  expect(readdirSync(folder)).toEqual(['kept']);
});

it('finds the mounts below a folder, the innermost first', async () => {
  const mounts = await mountsBelow('/dev');
  expect(mounts).toContain('/dev/pts');
  expect(mounts.map((path) => path.length)).toEqual(mounts.map((path) => path.length).sort((a, b) => b - a));
});

it('gives nothing for half a JSON file', async () => {
  const file = join(folder, 'a.json');
  writeFileSync(file, '{"a":');
  expect(await readJson(file)).toBeUndefined();
  await writeWhole(file, '{"a":1}');
  expect(await readJson(file)).toEqual({ a: 1 });
  expect(readdirSync(folder)).toEqual(['a.json']);
});
