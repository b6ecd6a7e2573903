import { describe, expect, it } from 'vitest';
import { passedSinceLastChange } from '../../src/app/acceptance.ts';
import { ACCEPTANCE_STEP } from '../../src/checks/acceptance/rows.ts';
import type { RunEvent } from '../../src/engine/event.ts';

const step = ACCEPTANCE_STEP;
const started: RunEvent = { at: 90, type: 'step-started', step, title: 'x', hosts: [], resources: 0 };
const verified: RunEvent = { at: 100, type: 'step-verified', step, milliseconds: 10, changed: 0 };
const change = { step: 'image', host: 'control1', resource: 'x', summary: 'x' };

describe('passedSinceLastChange', () => {
  it.each<[string, readonly RunEvent[], number | undefined]>([
    ['no test', [{ ...change, at: 50, type: 'change-started' }], undefined],
    ['a test that passed', [started, verified], 100],
    ['a change before it', [{ ...change, at: 50, type: 'change-started' }, started, verified], 100],
    ['a change after it', [started, verified, { ...change, at: 150, type: 'change-started' }], undefined],
    [
      'a finished change after it',
      [started, verified, { ...change, at: 150, type: 'change-done', milliseconds: 1 }],
      undefined,
    ],
    [
      'a run without changes after it',
      [started, verified, { at: 150, type: 'resources-in-place', step: 'image', host: 'control1', count: 9 }],
      100,
    ],
    ['a later test that was killed', [started, verified, { ...started, at: 200 }], undefined],
    [
      'a later test that failed',
      [started, verified, { ...started, at: 200 }, { at: 210, type: 'step-failed', step, milliseconds: 10 }],
      undefined,
    ],
    [
      'another step that was verified',
      [{ at: 100, type: 'step-verified', step: 'image', milliseconds: 1, changed: 0 }],
      undefined,
    ],
  ])('%s', (_name, events, expected) => {
    expect(passedSinceLastChange(events)).toBe(expected);
  });
});
