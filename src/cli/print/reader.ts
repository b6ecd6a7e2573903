import type { RunEvent } from '../../app/contracts.ts';
import type { Terminal } from '../terminal.ts';

/** Where and how events are printed. */
export interface PrintContext {
  readonly terminal: Terminal;
  readonly settings: { readonly json: boolean; readonly verbose: boolean; readonly quiet: boolean };
  /** File names are shown relative to this folder. */
  readonly folder: string;
}

/** Reads the events of one run, from `run-started` to `run-finished`, and prints them. */
export interface EventReader {
  take(event: RunEvent): void;
  /** Leaves the terminal as it was found; safe to call twice, also when no run-finished came. */
  end(): void;
}
