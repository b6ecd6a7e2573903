import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { scratch } from '../resources/sh.ts';

const root = scratch();
const script = fileURLToPath(new URL('../e2e/support/afterRun.mjs', import.meta.url));
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
});

/** A process that waits, with a word in its command line. */
function waiting(word: string): ChildProcess {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', word], { stdio: 'ignore' });
  children.push(child);
  return child;
}

const ended = (child: ChildProcess) =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve()
    : new Promise((resolve) => child.once('exit', resolve));

it('takes away what a test run left when the run ends, and nothing before', async () => {
  const folder = join(root, 'left');
  mkdirSync(folder);
  const ours = waiting('dist/e2e-1/cloudwright.mjs');
  const other = waiting('something-else');
  const record = join(root, 'record');
  writeFileSync(
    record,
    `lab ${join(root, 'no-lab')}\nfolder ${folder}\nprocess ${ours.pid}\nprocess ${other.pid}\n`,
  );
  const watcher = spawn(process.execPath, [script, record], { stdio: ['pipe', 'ignore', 'inherit'] });
  children.push(watcher);
  await new Promise((resolve) => watcher.once('spawn', resolve));
  expect(existsSync(folder)).toBe(true);
  expect(ours.exitCode).toBe(null);
  watcher.stdin?.end();
  await Promise.all([ended(watcher), ended(ours)]);
  expect(existsSync(folder)).toBe(false);
  expect(existsSync(record)).toBe(false);
  expect(ours.signalCode).toBe('SIGKILL');
  // Its number was used again by a process that is not ours.
  expect([other.exitCode, other.signalCode]).toEqual([null, null]);
});
