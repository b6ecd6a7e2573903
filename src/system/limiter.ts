/** Lets at most `limit` pieces of work run at a time; the others wait in the order in which they came. */
export interface Limiter {
  run<T>(work: () => Promise<T>): Promise<T>;
}

export function limiter(limit: number): Limiter {
  const waiting: (() => void)[] = [];
  let free = limit;
  async function enter(): Promise<void> {
    if (free > 0) {
      free -= 1;
      return;
    }
    await new Promise<void>((resolve) => waiting.push(resolve));
  }
  function leave(): void {
    // The place goes straight to the next in line: nobody who comes in the same turn can slip in between.
    const next = waiting.shift();
    if (next) next();
    else free += 1;
  }
  return {
    async run(work) {
      await enter();
      try {
        return await work();
      } finally {
        leave();
      }
    },
  };
}
