import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { RunEvent } from '../../src/engine/event.ts';
import {
  historyOf,
  journalFile,
  openJournal,
  readHistory,
  readJournal,
  verifiedSteps,
} from '../../src/engine/journal.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cw-journal-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const started = (at: number, run: string): RunEvent => ({
  at,
  type: 'run-started',
  run,
  command: 'apply',
  cloud: 'c',
  steps: ['a', 'b', 'c'],
  hosts: ['one'],
  version: '1',
  pid: 5,
});

it('is kept from others, appended to, and tells the last run and each step', () => {
  const file = journalFile(folder);
  const first = openJournal(file);
  first.write(started(1, 'r1'));
  first.write({ at: 2, type: 'step-started', step: 'a', title: 'A', hosts: [], resources: 1 });
  first.write({ at: 3, type: 'step-verified', step: 'a', milliseconds: 1, changed: 4 });
  first.write({ at: 4, type: 'step-started', step: 'b', title: 'B', hosts: [], resources: 1 });
  first.write({ at: 5, type: 'step-failed', step: 'b', milliseconds: 1 });
  first.write({ at: 6, type: 'run-finished', outcome: 'failed', milliseconds: 5, changed: 4, recap: {} });
  first.close();
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const second = openJournal(file);
  second.write(started(10, 'r2'));
  second.write({ at: 11, type: 'step-started', step: 'c', title: 'C', hosts: [], resources: 1 });
  second.close();
  const history = historyOf(readJournal(file));
  expect(history.lastRun).toMatchObject({ run: 'r2', outcome: 'unfinished', startedAt: 10, pid: 5 });
  expect([...history.steps]).toEqual([
    ['a', { state: 'verified', at: 3, changed: 4 }],
    ['b', { state: 'failed', at: 5 }],
    ['c', { state: 'started', at: 11 }],
  ]);
  expect(readHistory(file)).toEqual(history);
});

it('outlives a torn last line', () => {
  const file = journalFile(folder);
  openJournal(file).write(started(1, 'r1'));
  appendFileSync(file, '{"at":2,"type":"step-ver');
  expect(readJournal(file)).toHaveLength(1);
  openJournal(file).write(started(3, 'r2'));
  expect(readJournal(file).map((event) => event.at)).toEqual([1, 3]);
  expect(readFileSync(file, 'utf8').endsWith('}\n')).toBe(true);
});

it('puts a large journal aside, keeps a few of them and reads them all', () => {
  const file = journalFile(folder);
  for (let run = 1; run <= 8; run++) {
    const journal = openJournal(file, 100);
    journal.write(started(run, `r${run}`));
    journal.write({ at: run, type: 'step-verified', step: `s${run}`, milliseconds: 1, changed: 0 });
    journal.close();
  }
  expect(readdirSync(dirname(file)).sort()).toEqual([
    'journal.1.jsonl',
    'journal.2.jsonl',
    'journal.3.jsonl',
    'journal.4.jsonl',
    'journal.jsonl',
  ]);
  expect(statSync(file).size).toBeLessThan(500);
  expect(readJournal(file).map((event) => event.at)).toEqual([4, 4, 5, 5, 6, 6, 7, 7, 8, 8]);
  const history = readHistory(file);
  expect(history.lastRun?.run).toBe('r8');
  expect([...verifiedSteps(history)]).toEqual(['s4', 's5', 's6', 's7', 's8']);
});

it('is empty where there is none', () => {
  expect(historyOf(readJournal(journalFile(folder)))).toEqual({ steps: new Map() });
});

it('knows which steps were verified last', () => {
  const at = 1;
  const events: RunEvent[] = [
    { at, type: 'step-verified', step: 'a', milliseconds: 1, changed: 0 },
    { at, type: 'step-verified', step: 'b', milliseconds: 1, changed: 0 },
    { at, type: 'step-failed', step: 'b', milliseconds: 1 },
  ];
  expect([...verifiedSteps(historyOf(events))]).toEqual(['a']);
});
