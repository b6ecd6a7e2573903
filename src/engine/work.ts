import { problem } from '../errors/problem.ts';
import type { NeededChange } from './compare.ts';
import type { Resource } from './resource.ts';
import type { RunState } from './runState.ts';

export interface StepChanges {
  readonly changed: number;
  /** Resources that were not converged: the run stops, or something that they need is missing. */
  readonly skipped: number;
}

/** What is left to do of one step. */
export interface StepWork {
  readonly step: string;
  /** Resources that are not settled. */
  open: number;
  changed: number;
  skipped: number;
  readonly inPlace: Map<string, number>;
  /** By what is missing, how many resources were left out because of it. */
  readonly leftOut: Map<string, number>;
  readonly resolve: (changes: StepChanges) => void;
}

/** A resource that is not settled. */
export interface Item {
  readonly resource: Resource;
  readonly work: StepWork;
  /** Ids of what it waits for. */
  readonly blockers: Set<string>;
  started: boolean;
  /** It was in place, and acts again because something that it watches has changed. */
  readonly again: boolean;
}

export interface ItemChange extends NeededChange {
  readonly item: Item;
}

export function newWork(step: string, open: number, resolve: (changes: StepChanges) => void): StepWork {
  return { step, open, changed: 0, skipped: 0, inPlace: new Map(), leftOut: new Map(), resolve };
}

/** Says what was in place and what was left out. */
export function finishWork(run: RunState, work: StepWork): void {
  const { step, changed, skipped } = work;
  for (const [host, count] of work.inPlace) {
    run.emit({ type: 'resources-in-place', step, host, count });
    run.count(host, 'ok', count);
  }
  // A run that stops has said why.
  for (const [needed, count] of run.stopping ? [] : work.leftOut) {
    const place = { kind: 'cloud', step } as const;
    run.report(problem('RESOURCES_LEFT_OUT', { place, details: { count, step, needed } }), { step });
  }
  work.resolve({ changed, skipped });
}
