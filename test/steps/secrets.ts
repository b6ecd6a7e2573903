import { Confidential } from '../../src/secrets/confidential.ts';
import { allResources, type CloudContext, HIDDEN } from './clouds.ts';

/** Every piece of text in the value that would be shown as it is: plain strings, and the masked form of the others. */
export function openStrings(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (value instanceof Confidential) return HIDDEN.test(value.masked) ? [value.masked] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(openStrings);
}

/** Names of the secrets that reach the host, in any resource; a user made over the API does not. */
export function secretsOn(context: CloudContext, host: string): readonly string[] {
  const names = allResources(context)
    .filter((resource) => resource.host === host && resource.kind.via === 'shell')
    .flatMap(({ desired }) => confidential(desired))
    .flatMap((text) => [...text.reveal().matchAll(/hidden-(\w+)-/g)].map((found) => found[1] ?? ''));
  return [...new Set(names)].sort();
}

/** Names of all secrets that any resource holds, behind the APIs too. */
export function secretsUsed(context: CloudContext): readonly string[] {
  const texts = allResources(context).flatMap(({ desired }) => confidential(desired));
  return texts.flatMap((text) =>
    [...text.reveal().matchAll(/hidden-(\w+)-/g)].map((found) => found[1] ?? ''),
  );
}

function confidential(value: unknown): readonly Confidential[] {
  if (value instanceof Confidential) return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(confidential);
}
