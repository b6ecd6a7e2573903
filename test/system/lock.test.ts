import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { withLock } from '../../src/system/lock.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lock-'));
});
afterEach(async () => await rm(folder, { recursive: true }));

it('admits one holder at a time and names it', async () => {
  const path = join(folder, 'lock');
  await withLock(path, 'the thing', async () => {
    await expect(withLock(path, 'the thing', async () => 1)).rejects.toThrow(
      new RegExp(`SYSTEM_LOCKED: Process ${process.pid} .* the thing`),
    );
  });
  expect(await readdir(folder)).toEqual([]);
});

it('waits its turn when asked to', async () => {
  const order: string[] = [];
  const path = join(folder, 'lock');
  const first = withLock(path, 'it', async () => {
    await new Promise((wake) => setTimeout(wake, 120));
    order.push('first');
  });
  await new Promise((wake) => setTimeout(wake, 20));
  await withLock(path, 'it', async () => void order.push('second'), 5);
  await first;
  expect(order).toEqual(['first', 'second']);
});

it('takes over from a holder that has ended: another start time, or half a file', async () => {
  const path = join(folder, 'lock');
  for (const text of [JSON.stringify({ pid: process.pid, started: '1' }), '{"pid":', '']) {
    await writeFile(path, text);
    expect(await withLock(path, 'it', async () => 'done')).toBe('done');
  }
});
