import { sentenceOf } from '../../api/errors.ts';
import { CloudwrightError, type Problem, problem } from '../../errors/problem.ts';

/** One line of the acceptance test's table. */
export interface AcceptanceRow {
  readonly name: string;
  readonly title: string;
  readonly state: 'passed' | 'failed' | 'skipped';
  /** False for a failed row, and for one skipped because of it. */
  readonly ok: boolean;
  readonly sentence: string;
  readonly milliseconds: number;
  /** What went wrong, with the next action; a console's last lines stand in its `evidence`. */
  readonly problem?: Problem;
}

/** Told when a row starts, and again with the whole row when it ends. */
export type AcceptanceProgress =
  | { readonly type: 'started'; readonly name: string; readonly title: string }
  | { readonly type: 'ended'; readonly row: AcceptanceRow };

type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly name: string };

/** A row under way; other rows may need its value. */
export interface Row<T> {
  readonly outcome: Promise<Outcome<T>>;
}

type Needs = Readonly<Record<string, Row<unknown>>>;
type Values<N extends Needs> = { readonly [K in keyof N]: N[K] extends Row<infer T> ? T : never };

export interface Rows {
  /** Starts as soon as all it needs has passed; is skipped when any of that failed. */
  row<T, N extends Needs>(
    name: string,
    title: string,
    needs: N,
    work: (values: Values<N>) => Promise<{ readonly value: T; readonly sentence: string }>,
  ): Row<T>;
  /** A row left out on purpose, with the reason. */
  skip(name: string, title: string, reason: string): Row<never>;
  /** Waits for all rows; in the order in which they were named. */
  finish(): Promise<readonly AcceptanceRow[]>;
}

export interface RowsOptions {
  readonly emit?: ((progress: AcceptanceProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Rows that run side by side wherever none needs another. */
export function createRows(options: RowsOptions = {}): Rows {
  const ended: Promise<AcceptanceRow>[] = [];

  function end(row: AcceptanceRow): AcceptanceRow {
    options.emit?.({ type: 'ended', row });
    return row;
  }

  function row<T, N extends Needs>(
    name: string,
    title: string,
    needs: N,
    work: (values: Values<N>) => Promise<{ readonly value: T; readonly sentence: string }>,
  ): Row<T> {
    const both = run();
    ended.push(both.then((result) => result.row));
    return { outcome: both.then((result) => result.outcome) };

    async function run(): Promise<{ readonly row: AcceptanceRow; readonly outcome: Outcome<T> }> {
      const values: Record<string, unknown> = {};
      for (const [key, need] of Object.entries(needs)) {
        const outcome = await need.outcome;
        if (!outcome.ok) {
          const sentence = `not tried, because ${outcome.name} did not pass`;
          const skipped = { name, title, state: 'skipped', ok: false, sentence, milliseconds: 0 } as const;
          return { row: end(skipped), outcome: { ok: false, name: outcome.name } };
        }
        values[key] = outcome.value;
      }
      const began = Date.now();
      try {
        if (options.signal?.aborted) {
          throw new CloudwrightError([problem('CHECK_INTERRUPTED', { details: { subject: title } })]);
        }
        options.emit?.({ type: 'started', name, title });
        const { value, sentence } = await work(values as Values<N>);
        const milliseconds = Date.now() - began;
        const passed = { name, title, state: 'passed', ok: true, sentence, milliseconds } as const;
        return { row: end(passed), outcome: { ok: true, value } };
      } catch (error) {
        const failed: AcceptanceRow = {
          name,
          title,
          state: 'failed',
          ok: false,
          sentence: sentenceOf(error),
          milliseconds: Date.now() - began,
          problem: problemOf(error, name),
        };
        return { row: end(failed), outcome: { ok: false, name } };
      }
    }
  }

  return {
    row,
    skip(name, title, reason) {
      const skipped = { name, title, state: 'skipped', ok: true, sentence: reason, milliseconds: 0 } as const;
      ended.push(Promise.resolve(end(skipped)));
      return { outcome: Promise.resolve({ ok: false, name }) };
    },
    finish: () => Promise.all(ended),
  };
}

/** Anything thrown, as a problem; what is not ours is a fault of this program. */
export function problemOf(error: unknown, name: string): Problem {
  const first = error instanceof CloudwrightError ? error.problems[0] : undefined;
  if (first) return first;
  return problem('CHECK_UNEXPECTED', { details: { name, message: sentenceOf(error) } });
}
