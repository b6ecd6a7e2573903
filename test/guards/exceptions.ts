import { expect } from 'vitest';

/*
 * Temporary exceptions of the guards in this directory, one list a guard. Whoever fixes what an entry stands for
 * deletes the entry; a guard fails when an exception is no longer needed.
 */

/** Imports between directories that the table in imports.test.ts does not allow. */
export const IMPORTS: readonly string[] = [];

/** Directories whose files import each other in a circle. */
export const CYCLES: readonly string[] = [];

/** Files of more than 400 lines. */
export const LONG_FILES: readonly string[] = [];

/** Directories of src, and documents, in which discouraged words are left. */
export const WORDS: readonly string[] = [];

/** Directories of src whose comments cite feature codes, such as C3 in parentheses, that are in no file. */
export const FEATURE_CODES: readonly string[] = [];

/** What a guard found is exactly what is excepted. */
export function expectOnly(found: Iterable<string>, exceptions: readonly string[]): void {
  const all = [...new Set(found)].sort();
  expect({
    forbidden: all.filter((item) => !exceptions.includes(item)),
    exceptionsNoLongerNeeded: exceptions.filter((item) => !all.includes(item)),
  }).toEqual({ forbidden: [], exceptionsNoLongerNeeded: [] });
}
