import { isPlainList, isPlainMap, type Plain } from '../values/node.ts';
import { asBoolean, asInteger, asText } from '../values/scalar.ts';

/** What a filter gives: a value, or why it cannot. */
export type Filtered = { readonly value: Plain } | { readonly refused: string };

type Filter = (value: Plain, given: readonly Plain[]) => Filtered;

const LONGEST_TEXT = 65_536;

const filters: Readonly<Record<string, Filter>> = {
  ternary: (value, [yes = null, no = null]) => ({ value: isTruthy(value) ? yes : no }),
  bool: (value) => ({ value: asBoolean(value) ?? false }),
  int: (value, [fallback = 0]) => ({
    value: asInteger(value) ?? (typeof value === 'number' ? Math.trunc(value) : fallback),
  }),
  string: (value) => text(value),
  lower: (value) => text(value, (item) => item.toLowerCase()),
  upper: (value) => text(value, (item) => item.toUpperCase()),
  trim: (value) => text(value, (item) => item.trim()),
  join: (value, [separator = '']) => {
    if (!isPlainList(value)) return text(value);
    const parts = value.map(asText);
    if (parts.some((part) => part === undefined)) return { refused: '`join` of a nested list' };
    const joined = parts.join(asText(separator) ?? '');
    return joined.length > LONGEST_TEXT ? { refused: 'the result is too long' } : { value: joined };
  },
  first: (value) => element(value, 0),
  last: (value) => element(value, -1),
  length: (value) => {
    if (typeof value === 'string' || isPlainList(value)) return { value: value.length };
    if (isPlainMap(value)) return { value: Object.keys(value).length };
    return { refused: '`length` of a single value' };
  },
  list: (value) => (isPlainList(value) ? { value } : { refused: '`list` of a single value' }),
};

const aliases: Readonly<Record<string, string>> = { count: 'length' };

/** Applies one of the supported filters; `default` is the evaluator's own, since it takes an undefined value. */
export function applyFilter(name: string, value: Plain, given: readonly Plain[]): Filtered {
  const known = aliases[name] ?? name;
  const filter = Object.hasOwn(filters, known) ? filters[known] : undefined;
  return filter
    ? filter(value, given)
    : { refused: `the filter \`${name.slice(0, 40)}\` is not evaluated here` };
}

/** Python's idea of truth. */
export function isTruthy(value: Plain): boolean {
  if (isPlainList(value)) return value.length > 0;
  if (isPlainMap(value)) return Object.keys(value).length > 0;
  return Boolean(value);
}

function text(value: Plain, change: (item: string) => string = (item) => item): Filtered {
  const found = value === null ? 'None' : asText(value);
  return found === undefined ? { refused: 'a list or map where text is needed' } : { value: change(found) };
}

function element(value: Plain, index: number): Filtered {
  if (typeof value !== 'string' && !isPlainList(value)) return { refused: 'an element of a single value' };
  const found = value.at(index);
  return found === undefined ? { refused: 'an element of an empty list' } : { value: found };
}
