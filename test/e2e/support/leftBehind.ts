import { spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const RECORD = 'CLOUDWRIGHT_TEST_RECORD';

/** Vitest's global set-up: starts what cleans up behind this run when it is interrupted or killed. */
export function setup(): void {
  // Each project of a run calls it.
  if (process.env[RECORD]) return;
  const record = join(mkdtempSync(join(tmpdir(), 'cloudwright-record-')), 'record');
  appendFileSync(record, `folder ${join(record, '..')}\n`);
  process.env[RECORD] = record;
  const script = fileURLToPath(new URL('afterRun.mjs', import.meta.url));
  // In a session of its own: Ctrl-C ends the tests, and not this.
  const child = spawn(process.execPath, [script, record], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.unref();
  // The pipe closes with this process; until then nothing waits for it.
  if (child.stdin && 'unref' in child.stdin) (child.stdin as { unref(): void }).unref();
}

/** Notes what must not outlive the test run: a lab's directory, a folder, a process of the command line. */
export function noteLeftBehind(kind: 'lab' | 'folder' | 'process', what: string | number): void {
  const record = process.env[RECORD];
  if (record) appendFileSync(record, `${kind} ${what}\n`);
}
