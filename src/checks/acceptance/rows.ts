import { sentenceOf } from '../../api/errors.ts';
import type { Emit } from '../../engine/event.ts';
import { API } from '../../engine/resource.ts';
import { CloudwrightError, type Problem, problem } from '../../errors/problem.ts';

/** The acceptance test's name among the steps of the journal. */
export const ACCEPTANCE_STEP = 'acceptance-test';

/** The outcome of one check of the acceptance test. What went wrong in full is in the event `check-failed`. */
export interface AcceptanceRow {
  readonly name: string;
  readonly title: string;
  readonly state: 'passed' | 'failed' | 'skipped';
  /** False for a failed row, and for one skipped because of it. */
  readonly ok: boolean;
  readonly sentence: string;
  readonly milliseconds: number;
}

type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly name: string };

/** A row that has been started or waits for others; those may need its value. */
export interface Row<T> {
  readonly outcome: Promise<Outcome<T>>;
}

type Needs = Readonly<Record<string, Row<unknown>>>;
type Values<N extends Needs> = { readonly [K in keyof N]: N[K] extends Row<infer T> ? T : never };
type Work<T, N extends Needs> = (
  values: Values<N>,
) => Promise<{ readonly value: T; readonly sentence: string }>;

export interface Rows {
  /** Starts as soon as all it needs has passed; is skipped when any of that failed. */
  row<T, N extends Needs>(name: string, title: string, needs: N, work: Work<T, N>): Row<T>;
  /** A row left out on purpose, with the reason. */
  skip(name: string, title: string, reason: string): Row<never>;
  /** Waits for all rows; in the order in which they were named. */
  finish(): Promise<readonly AcceptanceRow[]>;
}

export interface RowsOptions {
  readonly emit: Emit;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Checks that run side by side wherever none needs another. Unlike the engine's graph, what one row makes is an
 * argument of those that need it. Each row is a check in the stream of events.
 */
export function createRows(options: RowsOptions): Rows {
  const { emit, signal } = options;
  const ended: Promise<AcceptanceRow>[] = [];

  function skipped(name: string, title: string, sentence: string, ok: boolean): AcceptanceRow {
    emit({ type: 'check-skipped', ...about(name), title, reason: sentence });
    return { name, title, state: 'skipped', ok, sentence, milliseconds: 0 };
  }

  async function run<T, N extends Needs>(
    name: string,
    title: string,
    needs: N,
    work: Work<T, N>,
  ): Promise<{ readonly row: AcceptanceRow; readonly outcome: Outcome<T> }> {
    const values: Record<string, unknown> = {};
    for (const [key, need] of Object.entries(needs)) {
      const outcome = await need.outcome;
      if (!outcome.ok) {
        const reason = `not tried, because ${outcome.name} did not pass`;
        return { row: skipped(name, title, reason, false), outcome: { ok: false, name: outcome.name } };
      }
      values[key] = outcome.value;
    }
    const began = Date.now();
    emit({ type: 'check-waiting', ...about(name), title, sentence: '' });
    try {
      if (signal?.aborted) {
        throw new CloudwrightError([problem('CHECK_INTERRUPTED', { details: { subject: title } })]);
      }
      const { value, sentence } = await work(values as Values<N>);
      return { row: passed(emit, { name, title, began, sentence }), outcome: { ok: true, value } };
    } catch (error) {
      const row = failed(emit, { name, title, began, sentence: sentenceOf(error) }, problemOf(error, name));
      return { row, outcome: { ok: false, name } };
    }
  }

  return {
    row(name, title, needs, work) {
      const both = run(name, title, needs, work);
      ended.push(both.then((result) => result.row));
      return { outcome: both.then((result) => result.outcome) };
    },
    skip(name, title, reason) {
      ended.push(Promise.resolve(skipped(name, title, reason, true)));
      return { outcome: Promise.resolve({ ok: false, name }) };
    },
    finish: () => Promise.all(ended),
  };
}

interface Ended {
  readonly name: string;
  readonly title: string;
  /** Milliseconds since the epoch. */
  readonly began: number;
  readonly sentence: string;
}

export function passed(emit: Emit, { name, title, began, sentence }: Ended): AcceptanceRow {
  const milliseconds = Date.now() - began;
  emit({ type: 'check-passed', ...about(name), title, sentence, milliseconds });
  return { name, title, state: 'passed', ok: true, sentence, milliseconds };
}

export function failed(emit: Emit, { name, title, began, sentence }: Ended, reason: Problem): AcceptanceRow {
  const place = reason.place ?? { kind: 'cloud', step: ACCEPTANCE_STEP, resource: name };
  emit({ type: 'check-failed', ...about(name), problem: { ...reason, place } });
  return { name, title, state: 'failed', ok: false, sentence, milliseconds: Date.now() - began };
}

/** What every event of a row says of it. */
export function about(name: string): {
  readonly step: string;
  readonly check: string;
  readonly host: string;
} {
  return { step: ACCEPTANCE_STEP, check: name, host: API };
}

/** Anything thrown, as a problem; what is not ours is a fault of this program. */
export function problemOf(error: unknown, name: string): Problem {
  const first = error instanceof CloudwrightError ? error.problems[0] : undefined;
  if (first) return first;
  return problem('CHECK_UNEXPECTED', { details: { name, message: sentenceOf(error) } });
}
