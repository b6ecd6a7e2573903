import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs';
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

/** A step in which nothing was changed: nobody has to know before the run has finished. */
function isOldNews(event: RunEvent): boolean {
  return event.type === 'step-verified' && event.changed === 0;
}

/** A journal that is open for appending. */
export interface Journal {
  /** Adds one line. */
  write(event: RunEvent): void;
  close(): void;
}

/** Bytes from which on a journal is put aside when a run begins. */
const LARGEST = 4 * 1024 * 1024;
/** Journals that are kept beside the current one: `journal.1.jsonl` is the newest of them. */
const KEPT = 4;

const keptFile = (file: string, index: number): string => file.replace(/(\.jsonl)?$/, `.${index}.jsonl`);

/**
 * Opens the journal (0600), made when missing. It is only ever added to, one event a line; a line that a crash cut is
 * ended first, so that it spoils no other. A large one is put aside first, and the oldest of those is deleted.
 */
export function openJournal(file: string, largest = LARGEST): Journal {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  if (sizeOf(file) >= largest) rotate(file);
  const torn = !endsWithLine(file);
  const handle = openSync(file, 'a', 0o600);
  if (torn) writeSync(handle, '\n');
  let open = true;
  return {
    write(event) {
      if (!open) return;
      writeSync(handle, `${JSON.stringify(event)}\n`);
      if (DURABLE.has(event.type) && !isOldNews(event)) fsyncSync(handle);
    },
    close() {
      if (open) closeSync(handle);
      open = false;
    },
  };
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function rotate(file: string): void {
  for (let index = KEPT; index >= 1; index--) {
    const from = index === 1 ? file : keptFile(file, index - 1);
    if (existsSync(from)) renameSync(from, keptFile(file, index));
  }
}

/** Looks at the last byte alone. */
function endsWithLine(file: string): boolean {
  const size = sizeOf(file);
  if (size === 0) return true;
  const handle = openSync(file, 'r');
  try {
    const last = Buffer.alloc(1);
    readSync(handle, last, 0, 1, size - 1);
    return last.toString() === '\n';
  } finally {
    closeSync(handle);
  }
}

/** The events of a journal and of those put aside, oldest first. Lines that a crash cut are left out. */
export function readJournal(file: string): readonly RunEvent[] {
  return eventsOf(file, () => true);
}

/** The events that `historyOf` looks at; the others, which are most of a journal, are not parsed. */
export function readHistory(file: string): History {
  return historyOf(eventsOf(file, (line) => line.includes('"type":"step-') || line.includes('"type":"run-')));
}

function eventsOf(file: string, wanted: (line: string) => boolean): readonly RunEvent[] {
  const files = [file];
  for (let index = 1; index <= KEPT; index++) files.unshift(keptFile(file, index));
  return files.flatMap((name) => {
    if (!existsSync(name)) return [];
    return readFileSync(name, 'utf8')
      .split('\n')
      .flatMap((line): readonly RunEvent[] => {
        if (line === '' || !wanted(line)) return [];
        try {
          const event = JSON.parse(line) as RunEvent;
          return typeof event?.type === 'string' && typeof event.at === 'number' ? [event] : [];
        } catch {
          return [];
        }
      });
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

/** What the events of all runs amount to: the last run, and the last state of each step. */
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

/** Steps whose last state is verified. */
export function verifiedSteps(history: History): ReadonlySet<string> {
  return new Set([...history.steps].flatMap(([name, { state }]) => (state === 'verified' ? [name] : [])));
}
