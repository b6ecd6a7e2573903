import { Confidential } from '../secrets/confidential.ts';
import type { Resource } from './resource.ts';

/** Survives quoting in shell, INI, JSON and YAML: letters, digits and braces. */
const TOKEN = /@from\{([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\}/g;
/** What no text from outside may hold. */
export const MARK = '@from{';

const encode = (text: string): string => Buffer.from(text).toString('base64url');
const decode = (text: string): string => Buffer.from(text, 'base64url').toString();

/** An output of a resource, used by another one. */
export interface LateValue {
  /** The id of the resource that has the output. */
  readonly resource: string;
  readonly output: string;
}

/**
 * A text that stands for an output of another resource: the id of a network. It may stand anywhere in a desired value,
 * also inside a longer text or a secret. The engine converges that resource first and puts the value in its place.
 */
export function from(source: Resource | string, output: string): string {
  const id = typeof source === 'string' ? source : source.id;
  return `${MARK}${encode(id)}.${encode(output)}}`;
}

/** The late values in a desired value, each once. */
export function lateValuesOf(desired: unknown): readonly LateValue[] {
  let found: Map<string, LateValue> | undefined;
  visit(desired, (text) => {
    for (const [token, resource = '', output = ''] of text.matchAll(TOKEN)) {
      found ??= new Map();
      found.set(token, { resource: decode(resource), output: decode(output) });
    }
  });
  return found ? [...found.values()] : [];
}

/** The desired value with each late value in its place. */
export function withLateValues(desired: unknown, value: (late: LateValue) => string): unknown {
  const fill = (text: string): string =>
    text.replace(TOKEN, (_token, resource: string, output: string) =>
      value({ resource: decode(resource), output: decode(output) }),
    );
  const map = (inner: unknown): unknown => {
    if (typeof inner === 'string') return inner.includes(MARK) ? fill(inner) : inner;
    if (inner instanceof Confidential) {
      return inner.reveal().includes(MARK)
        ? new Confidential(fill(inner.reveal()), fill(inner.masked))
        : inner;
    }
    if (Array.isArray(inner)) return inner.map(map);
    if (!isPlainObject(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).map(([key, part]) => [key, map(part)]));
  };
  return map(desired);
}

/** Calls `look` with every text in the value that may hold a token. */
function visit(value: unknown, look: (text: string) => void): void {
  if (typeof value === 'string') {
    if (value.includes(MARK)) look(value);
  } else if (value instanceof Confidential) {
    const text = value.reveal();
    if (text.includes(MARK)) look(text);
  } else if (Array.isArray(value)) {
    for (const inner of value) visit(inner, look);
  } else if (isPlainObject(value)) {
    for (const key in value) visit(value[key], look);
  }
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (value === null || typeof value !== 'object') return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
