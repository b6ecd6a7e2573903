import { fail } from '../errors/problem.ts';

/** What a probe saw: the value that was waited for, or the present state in a few words. */
export type Seen<T> = { readonly value: T } | { readonly seen: string };

export interface UntilOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds before the second probe; grows to four times as much. */
  readonly interval?: number;
}

/**
 * Probes until the awaited condition holds. `what` names it, for the error: "volume v1 to become available".
 * Errors of the probe end the wait at once: whatever may pass by itself, the probe reports as `seen`.
 *
 * @throws CloudwrightError API_WAIT_LIMIT after `limitSeconds`, CHECK_INTERRUPTED when `signal` aborts.
 */
export async function until<T>(
  what: string,
  probe: () => Promise<Seen<T>>,
  limitSeconds: number,
  options: UntilOptions = {},
): Promise<T> {
  const end = Date.now() + limitSeconds * 1000;
  const first = options.interval ?? 250;
  let pause = first;
  for (;;) {
    if (options.signal?.aborted) fail('CHECK_INTERRUPTED', { details: { subject: what } });
    const answer = await probe();
    if ('value' in answer) return answer.value;
    if (Date.now() + pause > end) {
      fail('API_WAIT_LIMIT', { details: { subject: what, seconds: limitSeconds, seen: answer.seen } });
    }
    await delay(pause, options.signal);
    pause = Math.min(pause * 1.5, first * 4);
  }
}

function delay(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal?.addEventListener('abort', done, { once: true });
  });
}
