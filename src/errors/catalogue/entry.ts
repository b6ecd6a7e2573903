/**
 * One entry of the error catalogue. The texts may hold `{name}` placeholders, filled from the error's details.
 *
 * - `what`: one line, what is wrong.
 * - `why`: the rule or the reason, without blame.
 * - `next`: what the operator does now.
 * - `exit`: the process's exit code: 1 a step or check failed, 2 bad input, 3 interrupted, 4 locked by another run.
 */
export interface CatalogueEntry {
  readonly what: string;
  readonly why: string;
  readonly next: string;
  readonly exit: 1 | 2 | 3 | 4;
}

/** Keeps an area's codes as literal types while checking each entry's shape. */
export function defineCatalogue<const T extends Record<string, CatalogueEntry>>(entries: T): T {
  return entries;
}
