import { afterEach, beforeEach, expect, it } from 'vitest';
import type { NewEvent } from '../../src/engine/event.ts';
import { RunState } from '../../src/engine/runState.ts';
import { verifyChecks } from '../../src/engine/verify.ts';
import { type Toybox, toybox, toyCheck } from './toys.ts';

let box: Toybox;
let pauses: number;
const pause = async () => {
  pauses += 1;
};
const events: NewEvent[] = [];
beforeEach(() => {
  box = toybox(['one']);
  pauses = 0;
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
  expect(await verifyChecks(run, chain, { step: 's', pause })).toBe(true);
  expect(events.filter((event) => event.type === 'check-passed')).toHaveLength(3);
  expect(pauses).toBe(0);
});

it('pauses before it looks at the same check again', async () => {
  const run = new RunState({ connections: box.connections, emit: () => {}, makeApi: async () => ({}) });
  const mark = `${box.folder}/second`;
  const late = { ...toyCheck('late', '/'), script: `[ -e ${mark} ] || { : >${mark}; false; }` };
  expect(await verifyChecks(run, [late], { step: 's', pause })).toBe(true);
  expect(pauses).toBe(1);
});
