import type { Plain, Scalar } from './node.ts';

/** Words that YAML 1.1 as PyYAML reads it takes for truth values; `y` and `n` are not among them. */
const TRUE_WORDS = new Set(['yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON']);
const FALSE_WORDS = new Set(['no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF']);
const NULL_WORDS = new Set(['', '~', 'null', 'Null', 'NULL']);

/**
 * A plain (unquoted) scalar as Ansible's YAML loader reads it: YAML 1.1 with octals (`0755`), binary, hexadecimal,
 * base 60 (`12:30`), underscores in numbers. Dates stay text.
 */
export function readPlainScalar(text: string): Scalar {
  if (NULL_WORDS.has(text)) return null;
  if (TRUE_WORDS.has(text)) return true;
  if (FALSE_WORDS.has(text)) return false;
  if (text.length > 40 || !/^[-+.\d]/.test(text)) return text;
  return readNumber(text) ?? text;
}

function readNumber(text: string): number | undefined {
  const [, sign = '', body = ''] = /^([-+]?)(.*)$/.exec(text) ?? [];
  const factor = sign === '-' ? -1 : 1;
  const digits = body.replaceAll('_', '');
  if (/^0b[01_]+$/.test(body)) return factor * Number.parseInt(digits.slice(2), 2);
  if (/^0x[\da-fA-F_]+$/.test(body)) return factor * Number.parseInt(digits.slice(2), 16);
  if (/^0[0-7_]+$/.test(body)) return factor * Number.parseInt(digits, 8);
  if (/^(?:0|[1-9][\d_]*)$/.test(body)) return safe(factor * Number(digits));
  if (/^[1-9][\d_]*(?::[0-5]?\d)+$/.test(body)) {
    return safe(factor * digits.split(':').reduce((sum, part) => sum * 60 + Number(part), 0));
  }
  if (/^(?:\d[\d_]*)\.[\d_]*(?:[eE][-+]\d+)?$/.test(body) || /^\.\d[\d_]*(?:[eE][-+]\d+)?$/.test(body)) {
    return factor * Number(digits);
  }
  if (/^\.(?:inf|Inf|INF)$/.test(body)) return factor * Number.POSITIVE_INFINITY;
  return undefined;
}

/** Numbers too great to be kept exactly (serial numbers, ids) stay text. */
function safe(value: number): number | undefined {
  return Number.isSafeInteger(value) ? value : undefined;
}

/**
 * Ansible's `bool` filter, which Kolla and Burrito put most of their switches through: 1, true, yes, on, y and t in
 * any case are true; other words are false. `undefined` where a word is neither: Ansible takes that for false too.
 */
export function asBoolean(value: Plain | undefined): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (value === null) return false;
  if (typeof value === 'number') return value === 1 ? true : value === 0 ? false : undefined;
  if (typeof value !== 'string') return undefined;
  const word = value.trim().toLowerCase();
  if (['yes', 'on', '1', 'true', 'y', 't'].includes(word)) return true;
  if (['no', 'off', '0', 'false', 'n', 'f', '', 'none'].includes(word)) return false;
  return undefined;
}

/** A whole number, also where it is written as text. */
export function asInteger(value: Plain | undefined): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined;
  if (typeof value !== 'string' || !/^\s*[-+]?\d{1,15}\s*$/.test(value)) return undefined;
  return Number(value);
}

/** A number, also where it is written as text. */
export function asNumber(value: Plain | undefined): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'string' || !/^\s*[-+]?\d{1,15}(?:\.\d{1,15})?\s*$/.test(value)) return undefined;
  return Number(value);
}

/** Text as Jinja would print it; nothing for lists and maps. */
export function asText(value: Plain | undefined): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return undefined;
}

/** A placeholder of a sample, such as `<password>`. */
export function isPlaceholder(value: unknown): boolean {
  return typeof value === 'string' && /^<[^<>]*>$/.test(value.trim());
}
