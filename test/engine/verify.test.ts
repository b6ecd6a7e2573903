import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ApiCheck, ShellCheck } from '../../src/engine/check.ts';
import type { NewEvent } from '../../src/engine/event.ts';
import { RunState } from '../../src/engine/runState.ts';
import { verifyChecks } from '../../src/engine/verify.ts';
import { type Toybox, toybox, toyCheck } from './toys.ts';

let box: Toybox;
let events: NewEvent[];
let run: RunState;
beforeEach(() => {
  box = toybox(['one']);
  events = [];
  run = new RunState({
    connections: box.connections,
    emit: (event) => events.push(event),
    makeApi: async () => ({}),
  });
});
afterEach(() => box.remove());

const outcomes = () =>
  events.flatMap((event) =>
    event.type === 'check-passed' || event.type === 'check-failed' ? [`${event.type} ${event.check}`] : [],
  );

describe('a check that hangs', () => {
  const hanging: ShellCheck = { ...toyCheck('hanging', '/', 1), script: 'sleep 60' };

  it('is killed alone at its own limit; the others of the host pass', async () => {
    const others = ['a', 'b', 'c', 'd', 'e'].map((id) => toyCheck(id, '/'));
    expect(await verifyChecks(run, [hanging, ...others], { step: 's' })).toBe(false);
    expect(outcomes().sort()).toEqual([
      'check-failed hanging',
      ...others.map(({ id }) => `check-passed ${id}`),
    ]);
    expect(events).toContainEqual(
      expect.objectContaining({
        type: 'check-failed',
        problem: expect.objectContaining({ what: expect.stringContaining('no answer within 1 s') }),
      }),
    );
  });

  it('goes on alone where its own limit is long', async () => {
    const mark = `${box.folder}/hung`;
    const slow = {
      ...hanging,
      id: 'slow',
      limitSeconds: 60,
      script: `[ -e ${mark} ] || { : >${mark}; sleep 60; }`,
    };
    // False at the first look, so that it needs a second one within its limit.
    const late = {
      ...toyCheck('late', `${box.folder}/late`, 10),
      script: `[ -e ${mark}.2 ] || { : >${mark}.2; false; }`,
    };
    expect(await verifyChecks(run, [slow, late], { step: 's', sharedSeconds: 1 })).toBe(true);
    expect(outcomes()).toHaveLength(2);
  });

  it('leaves no process behind', async () => {
    const mark = `${box.folder}/alive`;
    const check = { ...hanging, script: `( sleep 1.5; : >${mark} ) & wait` };
    await verifyChecks(run, [check, toyCheck('a', '/')], { step: 's' });
    const late = { ...toyCheck('late', mark, 1), script: `sleep 0.9; [ ! -e ${mark} ]` };
    expect(await verifyChecks(run, [late], { step: 's' })).toBe(true);
  });

  it('of an API fails by itself', async () => {
    const check: ApiCheck = {
      via: 'api',
      id: 'api',
      title: 'The API answers',
      host: 'API',
      limitSeconds: 0.3,
      probe: () => new Promise(() => {}),
    };
    expect(await verifyChecks(run, [check, toyCheck('a', '/')], { step: 's' })).toBe(false);
    expect(outcomes().sort()).toEqual(['check-failed api', 'check-passed a']);
  });
});

it('gives a check of unexpected output a finding, with the output', async () => {
  const judge = () => {
    throw new Error('not a number');
  };
  const check = { ...toyCheck('odd', '/', 0.1), script: 'echo four', judge };
  expect(await verifyChecks(run, [check], { step: 's' })).toBe(false);
  expect(events.at(-1)).toMatchObject({
    problem: { what: 'File of odd: unexpected output: not a number', evidence: 'four' },
  });
});
