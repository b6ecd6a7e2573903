import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { awaitEarlierChanges, withNote } from '../../src/engine/earlierChanges.ts';
import { RunState } from '../../src/engine/runState.ts';
import type { Connection } from '../../src/hosts/connection.ts';
import { openLocal } from '../../src/hosts/local.ts';
import { fakeConnections } from '../hosts/fake.ts';

let folder: string;
let host: Connection;
let notes: string[];
let run: RunState;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cw-earlier-'));
  host = await openLocal('one');
  notes = [];
  run = new RunState({
    connections: fakeConnections([]),
    emit: (event) => notes.push(event.type === 'note' ? event.text : event.type),
  });
});
afterEach(async () => {
  await host.close();
  rmSync(folder, { recursive: true });
});

it('waits for a change that a killed run left under way, and says which', async () => {
  const shell = spawn('sh', [], { stdio: ['pipe', 'ignore', 'inherit'] });
  shell.stdin.end(`( ${String(withNote(`sleep 0.7; : >${folder}.done`, "start 'it'", folder))}\n)\n`);
  await expect.poll(() => existsSync(join(folder, String(shell.pid)))).toBe(true);
  await awaitEarlierChanges(run, host, 20, folder);
  expect(existsSync(`${folder}.done`)).toBe(true);
  rmSync(`${folder}.done`);
  expect(notes).toEqual(["Waiting on one for a change that an earlier run began: start 'it'"]);
});

it('does not wait for a note whose process is gone or is another one now', async () => {
  writeFileSync(join(folder, '999999999'), '1 install nothing\n');
  writeFileSync(join(folder, String(process.pid)), '1 install nothing\n');
  await awaitEarlierChanges(run, host, 20, folder);
  expect(notes).toEqual([]);
  expect(readdirSync(folder)).toEqual([]);
});

it('gives up with what is under way', async () => {
  const slow = host.run({ script: withNote('sleep 1', 'install all', folder), limitSeconds: 5, doing: 'it' });
  await expect.poll(() => readdirSync(folder)).toHaveLength(1);
  await expect(awaitEarlierChanges(run, host, 0.1, folder)).rejects.toThrow(
    /RUN_EARLIER_CHANGE.*install all/,
  );
  await slow;
});

it('takes its note away whatever becomes of the change', async () => {
  for (const script of ['exit 3', 'true', 'if then', 'set -e; false']) {
    await host.run({ script: withNote(script, 'it', folder), limitSeconds: 5, doing: 'it' });
    expect(readdirSync(folder), script).toEqual([]);
  }
});
