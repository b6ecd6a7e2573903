/** Lets at most `count` pieces of work run at once; the rest wait in order. */
export type Limiter = <T>(work: () => Promise<T>) => Promise<T>;

export function limiter(count: number): Limiter {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running < count) running += 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      // A place is handed over, not freed: whoever asks in the same turn of the event loop cannot slip in between.
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
