import { hasStatus } from '../../api/errors.ts';
import { fail } from '../../errors/problem.ts';

interface Named {
  readonly id: string;
  readonly name?: string | null;
}

/**
 * The object that `reference` means: an id, as `from(resource, 'id')` gives it, or a name.
 *
 * @throws CloudwrightError API_DUPLICATE when several have that name.
 */
export function referred<T extends Named>(
  items: readonly T[],
  reference: string,
  kind: string,
): T | undefined {
  return items.find((item) => item.id === reference) ?? oneNamed(items, reference, kind);
}

/** The object with that name; undefined when there is none. Keystone and Nova compare names without case, as their databases do. */
export function oneNamed<T extends Named>(items: readonly T[], name: string, kind: string): T | undefined {
  const found = items.filter((item) => (item.name ?? '').toLowerCase() === name.toLowerCase());
  if (found.length > 1) {
    const ids = found.map((item) => item.id).join(', ');
    fail('API_DUPLICATE', { details: { kind, name, count: found.length, ids } });
  }
  return found[0];
}

/** @throws CloudwrightError API_NOT_FOUND; `by` says what needs the object. */
export function needed<T>(item: T | undefined, kind: string, name: string, by: string): T {
  if (item === undefined) fail('API_NOT_FOUND', { details: { kind, name, by } });
  return item;
}

/**
 * Creates an object that a request whose answer was lost may have created already: the conflict then means that it is
 * there.
 */
export async function createOnce(create: () => Promise<unknown>): Promise<void> {
  try {
    await create();
  } catch (error) {
    if (!hasStatus(error, 409)) throw error;
  }
}

/** Deletes what may be gone already. */
export async function deleteOnce(remove: () => Promise<unknown>): Promise<void> {
  try {
    await remove();
  } catch (error) {
    if (!hasStatus(error, 404)) throw error;
  }
}

/** @throws CloudwrightError API_IMMUTABLE: the API cannot change this, and doing it another way would lose data. */
export function refuseImmutable(what: string, lines: readonly string[]): void {
  if (lines.length === 0) return;
  fail('API_IMMUTABLE', { details: { what, difference: lines.join(', ') } });
}
