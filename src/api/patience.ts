import { ApiError } from './errors.ts';
import { until } from './until.ts';

export interface Patience {
  /** 0: no waiting, a service that is not there fails at once. */
  readonly seconds: number;
  readonly onWait: ((what: string) => void) | undefined;
}

/**
 * Repeats `work` while nobody has accepted the request: nothing listens, or haproxy has no healthy server.
 * `repeatable`: the request may also be sent again when its connection was cut.
 *
 * @throws the last error of `work` at the limit, any other error at once.
 */
export async function patiently<T>(
  label: string,
  patience: Patience,
  repeatable: boolean,
  work: () => Promise<T>,
): Promise<T> {
  if (patience.seconds === 0) return work();
  const what = `${label} to be there`;
  let last: unknown;
  const probe = async () => {
    try {
      return { value: await work() };
    } catch (error) {
      if (!notThereYet(error, repeatable)) throw error;
      if (last === undefined) patience.onWait?.(what);
      last = error;
      return { seen: error instanceof ApiError ? (error.problems[0]?.what ?? '') : '' };
    }
  };
  try {
    return await until(what, probe, patience.seconds);
  } catch (error) {
    // The service's own error says more than the wait that ended.
    if (last !== undefined && !(error instanceof ApiError)) throw last;
    throw error;
  }
}

function notThereYet(error: unknown, repeatable: boolean): boolean {
  if (!(error instanceof ApiError)) return false;
  if (error.code === 'API_UNAVAILABLE') return repeatable || error.status === 503;
  if (error.code !== 'API_UNREACHABLE') return false;
  return repeatable || /refused|no route/.test(error.problems[0]?.what ?? '');
}
