import type { Problem } from '../errors/problem.ts';

/** Counters of a run, of one host or of `API`. */
export interface HostRecap {
  ok: number;
  changed: number;
  unreachable: number;
  failed: number;
  skipped: number;
}

/**
 * The only output of a run: the terminal, the journal, other programs and the tests read this one stream.
 * `at` is milliseconds since the epoch. No event ever holds a secret. A problem is carried by exactly one event:
 * `change-failed`, `check-failed`, `host-unreachable` or `problem`.
 */
export type RunEvent = { readonly at: number } & (
  | {
      readonly type: 'run-started';
      readonly run: string;
      readonly command: string;
      readonly cloud: string;
      readonly steps: readonly string[];
      readonly hosts: readonly string[];
      readonly version: string;
      readonly pid: number;
    }
  | { readonly type: 'host-connected'; readonly host: string; readonly milliseconds: number }
  | { readonly type: 'host-unreachable'; readonly host: string; readonly problem: Problem }
  | {
      readonly type: 'step-started';
      readonly step: string;
      readonly title: string;
      readonly hosts: readonly string[];
      readonly resources: number;
    }
  | { readonly type: 'step-skipped'; readonly step: string; readonly reason: string }
  | {
      readonly type: 'change-planned';
      readonly step: string;
      readonly host: string;
      readonly resource: string;
      readonly summary: string;
      readonly difference?: string;
      /** Data that the change destroys. */
      readonly loses?: string;
      /** The change will not be made, as it loses data and was not asked for by name. */
      readonly refused?: true;
    }
  | {
      readonly type: 'change-started';
      readonly step: string;
      readonly host: string;
      readonly resource: string;
      readonly summary: string;
    }
  | {
      readonly type: 'change-done';
      readonly step: string;
      readonly host: string;
      readonly resource: string;
      readonly summary: string;
      readonly milliseconds: number;
    }
  | {
      readonly type: 'change-failed';
      readonly step: string;
      readonly host: string;
      readonly resource: string;
      readonly problem: Problem;
    }
  | {
      /** A cluster that settles by itself. */
      readonly type: 'change-waiting';
      readonly step: string;
      readonly host: string;
      readonly resource: string;
      readonly sentence: string;
    }
  | {
      readonly type: 'resources-in-place';
      readonly step: string;
      readonly host: string;
      readonly count: number;
    }
  | {
      readonly type: 'check-waiting';
      readonly step: string;
      readonly check: string;
      readonly host: string;
      readonly title: string;
      readonly sentence: string;
    }
  | {
      readonly type: 'check-passed';
      readonly step: string;
      readonly check: string;
      readonly host: string;
      readonly title: string;
      readonly sentence: string;
      readonly milliseconds: number;
    }
  | {
      readonly type: 'check-failed';
      readonly step: string;
      readonly check: string;
      readonly host: string;
      readonly problem: Problem;
    }
  | {
      readonly type: 'step-verified';
      readonly step: string;
      readonly milliseconds: number;
      readonly changed: number;
    }
  | { readonly type: 'step-failed'; readonly step: string; readonly milliseconds: number }
  | {
      readonly type: 'check-skipped';
      readonly step: string;
      readonly check: string;
      readonly host: string;
      readonly title: string;
      readonly reason: string;
    }
  | { readonly type: 'note'; readonly text: string }
  | {
      readonly type: 'problem';
      readonly problem: Problem;
      readonly step?: string;
      readonly host?: string;
    }
  | {
      readonly type: 'run-finished';
      readonly outcome: 'done' | 'failed' | 'interrupted';
      readonly milliseconds: number;
      readonly changed: number;
      readonly recap: Readonly<Record<string, HostRecap>>;
    }
);

type WithoutTime<T> = T extends unknown ? Omit<T, 'at'> : never;

/** An event before its time is added. */
export type NewEvent = WithoutTime<RunEvent>;

/** Takes an event; adds the time. */
export type Emit = (event: NewEvent) => void;
