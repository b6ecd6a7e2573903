import { fail } from '../../errors/problem.ts';
import { hasStatus } from '../errors.ts';
import type { Domain } from '../identity.ts';

/** The one with that name; nothing when there is none; an error when a tool left several. */
export function oneNamed<T extends { readonly id: string; readonly name: string }>(
  items: readonly T[],
  name: string,
  kind: string,
): T | undefined {
  // Keystone compares names without case, as its database does.
  const found = items.filter((item) => item.name.toLowerCase() === name.toLowerCase());
  if (found.length > 1) {
    const ids = found.map((item) => item.id).join(', ');
    fail('API_DUPLICATE', { details: { kind, name, count: found.length, ids } });
  }
  return found[0];
}

export function needed<T>(item: T | undefined, kind: string, name: string, by: string): T {
  if (item === undefined) fail('API_NOT_FOUND', { details: { kind, name, by } });
  return item;
}

/** A domain by name; `Default` also by its id, which never changes while its name may. */
export function domainNamed(domains: readonly Domain[], name: string): Domain | undefined {
  const found = oneNamed(domains, name, 'domain');
  return found ?? (name === 'Default' ? domains.find((domain) => domain.id === 'default') : undefined);
}

/**
 * Makes a thing that may have been made in the same moment by a request whose answer was lost: the conflict means
 * that it is there.
 */
export async function createOnce(create: () => Promise<unknown>): Promise<void> {
  try {
    await create();
  } catch (error) {
    if (!hasStatus(error, 409)) throw error;
  }
}
