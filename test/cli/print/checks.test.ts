import pc from 'picocolors';
import { describe, expect, it } from 'vitest';
import { drawRun } from '../../../src/cli/print/drawRun.ts';
import { readerFor } from '../../../src/cli/print/presenter.ts';
import { emptyView, follow } from '../../../src/cli/print/runView.ts';
import type { RunEvent } from '../../../src/engine/event.ts';
import { problem } from '../../../src/errors/problem.ts';
import { fakeContext } from './fake.ts';

const step = 'acceptance-test';
const about = { step, host: 'API' };
const failure = problem('CHECK_NO_ANSWER', {
  details: { subject: 'guest', method: 'ping', address: '203.0.113.9', seconds: 9, seen: 'no answer' },
});

/** A run of one step that consists of checks, as the acceptance test is. */
const run: readonly RunEvent[] = [
  {
    at: 0,
    type: 'run-started',
    run: 'r',
    command: 'test',
    cloud: 'trial',
    steps: [step],
    hosts: [],
    version: '0.1.0',
    pid: 1,
  },
  { at: 0, type: 'step-started', step, title: 'Acceptance test', hosts: [], resources: 0 },
  { at: 0, type: 'check-waiting', ...about, check: 'image', title: 'Image upload', sentence: '' },
  {
    at: 900,
    type: 'check-passed',
    ...about,
    check: 'image',
    title: 'Image upload',
    sentence: 'status active',
    milliseconds: 900,
  },
  { at: 900, type: 'check-waiting', ...about, check: 'ping', title: 'Ping', sentence: '' },
  { at: 9000, type: 'check-failed', ...about, check: 'ping', problem: failure },
  { at: 9000, type: 'check-skipped', ...about, check: 'ssh', title: 'ssh', reason: 'ping did not pass' },
  { at: 9000, type: 'check-waiting', ...about, check: 'clean-up', title: 'Clean-up', sentence: '' },
];
const end: readonly RunEvent[] = [
  { at: 12_000, type: 'step-failed', step, milliseconds: 12_000 },
  { at: 12_000, type: 'run-finished', outcome: 'failed', milliseconds: 12_000, changed: 0, recap: {} },
];

describe('a run of checks alone', () => {
  it('shows each check in the live view, with its time', async () => {
    const view = emptyView();
    for (const event of run) follow(view, event);
    const lines = drawRun(view, { colors: pc.createColors(false), now: 11_000, columns: 80, rows: 24 });
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('golden/checks-live.txt');
  });

  it('prints each check in a pipe', async () => {
    const context = fakeContext();
    const reader = readerFor(context);
    for (const event of [...run, ...end]) reader.take(event);
    await expect(context.written.out).toMatchFileSnapshot('golden/checks-plain.txt');
  });
});
