import type { Resource } from './resource.ts';

const encode = (text: string): string => Buffer.from(text).toString('base64url');

/**
 * A text that stands for an output of another resource: the id of a network. It may stand anywhere in a desired value,
 * also inside a longer text or a secret. The engine converges that resource first and puts the value in its place.
 */
export function from(source: Resource | string, output: string): string {
  const id = typeof source === 'string' ? source : source.id;
  return `@from{${encode(id)}.${encode(output)}}`;
}
