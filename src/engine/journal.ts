import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { HostRecap, RunEvent } from './event.ts';

/** Where the journal of a cloud is: beside its description. */
export function journalFile(folder: string): string {
  return join(folder, '.cloudwright', 'journal.jsonl');
}

/** Events after which the journal is on the disk before anything else happens. */
const DURABLE: ReadonlySet<RunEvent['type']> = new Set([
  'run-started',
  'step-verified',
  'step-failed',
  'run-finished',
]);

/** A journal that is open for appending. */
export interface Journal {
  /** Adds one line. */
  write(event: RunEvent): void;
  close(): void;
}

/**
 * Opens the journal (0600), made when missing. It is only ever added to, one event a line; a line that a crash cut
 * is ended first, so that it spoils no other.
 */
export function openJournal(file: string): Journal {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const torn = existsSync(file) && !/(^|\n)$/.test(readFileSync(file, 'utf8').slice(-1));
  const handle = openSync(file, 'a', 0o600);
  if (torn) writeSync(handle, '\n');
  let open = true;
  return {
    write(event) {
      if (!open) return;
      writeSync(handle, `${JSON.stringify(event)}\n`);
      if (DURABLE.has(event.type)) fsyncSync(handle);
    },
    close() {
      if (open) closeSync(handle);
      open = false;
    },
  };
}

/** All events of a journal, oldest first. Lines that a crash cut are left out; no journal is an empty one. */
export function readJournal(file: string): readonly RunEvent[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line): readonly RunEvent[] => {
      try {
        const event = JSON.parse(line) as RunEvent;
        return typeof event?.type === 'string' && typeof event.at === 'number' ? [event] : [];
      } catch {
        return [];
      }
    });
}

export interface StepRecord {
  /** `started`: the run ended before the step did. */
  readonly state: 'never' | 'started' | 'verified' | 'failed';
  /** When it came to that; milliseconds since the epoch. */
  readonly at?: number;
  /** Resources it changed, where it was verified. */
  readonly changed?: number;
}

export interface RunRecord {
  readonly run: string;
  readonly command: string;
  readonly version: string;
  readonly pid: number;
  readonly startedAt: number;
  /** `unfinished`: it is running, or it was killed. */
  readonly outcome: 'done' | 'failed' | 'interrupted' | 'unfinished';
  readonly finishedAt?: number;
  readonly changed?: number;
  readonly recap?: Readonly<Record<string, HostRecap>>;
}

export interface History {
  readonly lastRun?: RunRecord;
  /** By step name; steps that no run has touched are absent. */
  readonly steps: ReadonlyMap<string, StepRecord>;
}

/** What the events of all runs amount to: the last run, and the last word on each step. */
export function historyOf(events: readonly RunEvent[]): History {
  let lastRun: RunRecord | undefined;
  const steps = new Map<string, StepRecord>();
  for (const event of events) {
    if (event.type === 'run-started') {
      const { run, command, version, pid, at } = event;
      lastRun = { run, command, version, pid, startedAt: at, outcome: 'unfinished' };
    } else if (event.type === 'run-finished' && lastRun) {
      const { outcome, at, changed, recap } = event;
      lastRun = { ...lastRun, outcome, finishedAt: at, changed, recap };
    } else if (event.type === 'step-started') steps.set(event.step, { state: 'started', at: event.at });
    else if (event.type === 'step-failed') steps.set(event.step, { state: 'failed', at: event.at });
    else if (event.type === 'step-verified') {
      steps.set(event.step, { state: 'verified', at: event.at, changed: event.changed });
    }
  }
  return { ...(lastRun && { lastRun }), steps };
}

/** The first of `steps` (in the order of the run) that is not verified: where a run goes on. */
export function resumeAt(history: History, steps: readonly string[]): string | undefined {
  return steps.find((step) => history.steps.get(step)?.state !== 'verified');
}

/** Steps whose last word is that they were verified. */
export function verifiedSteps(history: History): ReadonlySet<string> {
  return new Set([...history.steps].flatMap(([name, { state }]) => (state === 'verified' ? [name] : [])));
}
