import type { FilePlace } from '../errors/problem.ts';

/**
 * Outcome of one key that was read. No key is dropped silently.
 *
 * - `carried`: over to `to` in the description.
 * - `default`: equal to what Cloudwright does anyway, left out.
 * - `meaningless`: has no meaning here; `note` says why.
 * - `unsupported`: has a meaning that Cloudwright doesn't have yet; `note` says what that means for this cloud.
 * - `suspicious`: contradictory, a known trap or unreadable; `note` says which, and what was assumed.
 */
export type Outcome = 'carried' | 'default' | 'meaningless' | 'unsupported' | 'suspicious';

export interface ImportedKey {
  readonly key: string;
  readonly place: FilePlace;
  readonly outcome: Outcome;
  /** Path in the description, for `carried`. */
  readonly to?: string;
  readonly note?: string;
}

export interface ImportReport {
  readonly format: 'burrito' | 'packstack' | 'kolla';
  readonly files: readonly string[];
  readonly keys: readonly ImportedKey[];
}

/** The closing count; its parts add up to `total`. */
export function countOutcomes(report: ImportReport): Readonly<Record<Outcome | 'total', number>> {
  const count = { carried: 0, default: 0, meaningless: 0, unsupported: 0, suspicious: 0, total: 0 };
  for (const key of report.keys) {
    count[key.outcome] += 1;
    count.total += 1;
  }
  return count;
}
