import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { NewEvent } from '../../src/engine/event.ts';
import { RunState } from '../../src/engine/runState.ts';
import { verifyChecks } from '../../src/engine/verify.ts';
import { type Toybox, toybox, toyCheck } from './toys.ts';

const pauses = vi.hoisted(() => ({ count: 0 }));
vi.mock('timers/promises', () => ({
  setTimeout: async () => {
    pauses.count += 1;
    await new Promise((resolve) => setImmediate(resolve));
  },
}));

let box: Toybox;
const events: NewEvent[] = [];
beforeEach(() => {
  box = toybox(['one']);
});
afterEach(() => box.remove());

it('looks at a check at once when what it builds on has come true', async () => {
  const run = new RunState({
    connections: box.connections,
    emit: (event) => events.push(event),
    makeApi: async () => ({}),
  });
  const chain = [
    toyCheck('member', '/'),
    { ...toyCheck('balanced', '/'), after: ['member'] },
    { ...toyCheck('page', '/'), after: ['balanced'] },
  ];
  expect(await verifyChecks(run, chain, { step: 's' })).toBe(true);
  expect(events.filter((event) => event.type === 'check-passed')).toHaveLength(3);
  expect(pauses.count).toBe(0);
});

it('pauses before it looks at the same check again', async () => {
  const run = new RunState({ connections: box.connections, emit: () => {}, makeApi: async () => ({}) });
  const mark = `${box.folder}/second`;
  const late = { ...toyCheck('late', '/'), script: `[ -e ${mark} ] || { : >${mark}; false; }` };
  expect(await verifyChecks(run, [late], { step: 's' })).toBe(true);
  expect(pauses.count).toBe(1);
});
