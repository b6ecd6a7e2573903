import { expect, it } from 'vitest';
import { limiter } from '../../src/system/limiter.ts';

it('never runs more than its limit, also for callers that come while a place changes hands', async () => {
  const two = limiter(2);
  let running = 0;
  let most = 0;
  const work = async (): Promise<void> => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((wake) => setImmediate(wake));
    running -= 1;
  };
  const first = [two(work), two(work), two(work)];
  // These come in the turn in which a place is handed over.
  const late = first.map((done) => done.then(() => two(work)));
  await Promise.all([...first, ...late]);
  expect(most).toBe(2);
});

it('frees the place of work that failed', async () => {
  const single = limiter(1);
  await expect(single(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await single(async () => 'next')).toBe('next');
});

it('hands a place over, so that nobody who asks at any moment slips in before one who waits', async () => {
  const one = limiter(1);
  let running = 0;
  let most = 0;
  const work = async () => {
    running += 1;
    most = Math.max(most, running);
    await Promise.resolve();
    running -= 1;
  };
  const all: Promise<void>[] = [];
  for (let turn = 0; turn < 30; turn++) {
    all.push(one(work));
    // Somebody asks in every turn of the microtasks, also in the one in which a place is left.
    if (turn > 1) await Promise.resolve();
  }
  await Promise.all(all);
  expect(most).toBe(1);
});
