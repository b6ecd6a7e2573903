import type { FilePlace, Problem } from '../errors/problem.ts';
import type { Confidential } from '../secrets/confidential.ts';
import type { ImportReport } from './report.ts';

/** A value of a description that is being put together; a plain tree, as YAML would hold it. */
export type DraftValue = string | number | boolean | null | readonly DraftValue[] | DraftMap;

export interface DraftMap {
  readonly [key: string]: DraftValue;
}

/** Keys and list indices from the root of `cloud.yaml`, e.g. `['hosts', 'control1', 'address']`. */
export type DraftPath = readonly (string | number)[];

/**
 * A description in `cloud.yaml`'s shape, not validated yet, which remembers where each value came from.
 * `places` and `comments` are keyed by `pathKey`.
 */
export interface DescriptionDraft {
  readonly tree: DraftMap;
  readonly places: ReadonlyMap<string, FilePlace>;
  /** One comment a key, written above it; may hold several lines. */
  readonly comments: ReadonlyMap<string, string>;
}

/** What every importer gives back. Nothing is thrown because of the content of a file. */
export interface ImportResult {
  readonly report: ImportReport;
  readonly description: DescriptionDraft;
  /** For the vault, keyed by the vault's names. */
  readonly secrets: Readonly<Record<string, Confidential>>;
  readonly problems: readonly Problem[];
}

/** One text file as a thin reader hands it over; `path` is what the operator knows it by. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** The key of a path in `places` and `comments`. No key of a description contains a slash. */
export function pathKey(path: DraftPath): string {
  return path.join('/');
}

/** A path as people write it, for a report: `storage.backends[0].type`. */
export function shownPath(path: DraftPath): string {
  let shown = '';
  for (const part of path) {
    if (typeof part === 'number') shown += `[${part}]`;
    else shown += shown === '' ? part : `.${part}`;
  }
  return shown;
}
