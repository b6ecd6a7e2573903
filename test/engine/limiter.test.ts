import { expect, it } from 'vitest';
import { limiter } from '../../src/engine/limiter.ts';

it('lets no more run at once, also when one asks in the moment in which a place is left', async () => {
  const one = limiter(1);
  let running = 0;
  let most = 0;
  const order: number[] = [];
  const work = (index: number) => async () => {
    running += 1;
    most = Math.max(most, running);
    order.push(index);
    await Promise.resolve();
    running -= 1;
  };
  const first = one(work(1)).then(() => one(work(4)));
  await Promise.all([first, one(work(2)), one(work(3))]);
  expect(most).toBe(1);
  expect(order).toEqual([1, 2, 3, 4]);
});

it('gives its place back when the work fails', async () => {
  const one = limiter(1);
  await expect(one(() => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  expect(await one(async () => 'done')).toBe('done');
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
