import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { lockFile, lockOwner, takeLock } from '../../src/engine/lock.ts';
import { CloudwrightError, exitCodeOf } from '../../src/errors/problem.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cw-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('lets one in, names it to the next, and goes when released', () => {
  const file = lockFile(folder);
  const lock = takeLock(file, 'apply');
  expect(lockOwner(file)).toMatchObject({ pid: process.pid, command: 'apply' });
  let caught: unknown;
  try {
    takeLock(file, 'apply again');
  } catch (error) {
    caught = error;
  }
  expect(caught).toBeInstanceOf(CloudwrightError);
  const { problems } = caught as CloudwrightError;
  expect(problems[0]?.what).toContain(`process ${process.pid}`);
  expect(exitCodeOf(problems)).toBe(4);
  lock.release();
  expect(existsSync(file)).toBe(false);
});

it('takes over from a process that is gone, and from a pid that came again', async () => {
  const file = lockFile(folder);
  const child = spawn('true');
  await new Promise((resolve) => child.once('close', resolve));
  for (const left of [
    { pid: child.pid, processStart: '12345' },
    { pid: process.pid, processStart: '1' },
  ]) {
    takeLock(file, 'x').release();
    writeFileSync(file, JSON.stringify({ ...left, user: 'u', command: 'apply', since: 's' }));
    const lock = takeLock(file, 'apply');
    expect(lock.tookOverFrom).toMatchObject(left);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ pid: process.pid });
    lock.release();
  }
});

it('takes over a lock that makes no sense', () => {
  const file = lockFile(folder);
  takeLock(file, 'x').release();
  writeFileSync(file, '{"pid":');
  takeLock(file, 'apply').release();
  expect(existsSync(file)).toBe(false);
});

it("leaves another's lock alone when released late", () => {
  const file = lockFile(folder);
  const lock = takeLock(file, 'x');
  writeFileSync(file, 'another');
  lock.release();
  expect(readFileSync(file, 'utf8')).toBe('another');
});

it('holds by the process alone where the kernel shows no processes', async () => {
  const file = lockFile(folder);
  const nowhere = join(folder, 'proc');
  const lock = takeLock(file, 'apply', nowhere);
  expect(() => takeLock(file, 'apply again', nowhere)).toThrow(/RUN_LOCKED/);
  lock.release();
  const child = spawn('true');
  await new Promise((resolve) => child.once('close', resolve));
  const left = { pid: child.pid, processStart: '', user: 'u', command: 'apply', since: 's' };
  writeFileSync(file, JSON.stringify(left));
  expect(takeLock(file, 'apply', nowhere).tookOverFrom).toMatchObject(left);
});
