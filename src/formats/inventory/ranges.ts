export type HostPattern =
  | { readonly kind: 'names'; readonly names: readonly string[]; readonly port?: number }
  | { readonly kind: 'wrong'; readonly reason: string };

/** More hosts than this in one line are taken for a slip. */
const MOST_HOSTS = 20_000;
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

/**
 * Expands a host pattern of an inventory as Ansible does: any number of ranges `[first:last]` or
 * `[first:last:step]` in a name, numbers (leading zeros kept) or letters, and a port behind the last colon.
 */
export function expandHosts(pattern: string): HostPattern {
  const [name, port] = splitPort(pattern);
  let names = [''];
  let rest = name;
  for (;;) {
    const open = rest.indexOf('[');
    if (open === -1) break;
    const close = rest.indexOf(']', open);
    if (close === -1) return { kind: 'wrong', reason: 'a closing bracket is missing' };
    const range = expandRange(rest.slice(open + 1, close));
    if (typeof range === 'string') return { kind: 'wrong', reason: range };
    if (range.length * names.length > MOST_HOSTS) {
      return { kind: 'wrong', reason: `it expands to more than ${MOST_HOSTS} hosts` };
    }
    const before = rest.slice(0, open);
    names = names.flatMap((start) => range.map((item) => `${start}${before}${item}`));
    rest = rest.slice(close + 1);
  }
  return {
    kind: 'names',
    names: names.map((start) => `${start}${rest}`),
    ...(port !== undefined && { port }),
  };
}

function splitPort(pattern: string): [string, number | undefined] {
  const ported =
    /^([^:]+|.*\]):(\d{1,5})$/.exec(pattern) ?? /^([^[\]:]*(?:\[[^\]]*\][^[\]:]*)*):(\d{1,5})$/.exec(pattern);
  if (!ported?.[1] || !ported[2]) return [pattern, undefined];
  return [ported[1], Number(ported[2])];
}

/** The values of a range, or why it has none. */
function expandRange(inside: string): readonly string[] | string {
  const bounds = inside.split(':');
  if (bounds.length !== 2 && bounds.length !== 3)
    return 'it needs two or three parts with colons between them';
  const first = bounds[0] || '0';
  const last = bounds[1] ?? '';
  if (last === '') return 'its end is missing';
  const step = bounds[2] ?? '1';
  if (!/^\d{1,9}$/.test(step) || Number(step) < 1) return 'its step must be a number from 1 up';
  if (/^\d{1,9}$/.test(first) && /^\d{1,9}$/.test(last)) return numbers(first, last, Number(step));
  const [from, to] = [LETTERS.indexOf(first), LETTERS.indexOf(last)];
  if (first.length !== 1 || last.length !== 1 || from < 0 || to < 0)
    return 'its ends are neither numbers nor letters';
  if (from > to) return `it ends at ${last}, before it starts at ${first}`;
  return [...LETTERS.slice(from, to + 1)].filter((_, index) => index % Number(step) === 0);
}

function numbers(first: string, last: string, step: number): readonly string[] | string {
  const [from, to] = [Number(first), Number(last)];
  const width = first.length > 1 && first.startsWith('0') ? first.length : 0;
  if (width > 0 && last.length !== width) return `${first} and ${last} differ in their number of digits`;
  if (from > to) return `it ends at ${last}, before it starts at ${first}`;
  const count = Math.floor((to - from) / step) + 1;
  if (count > MOST_HOSTS) return `it expands to more than ${MOST_HOSTS} hosts`;
  return Array.from({ length: count }, (_, index) => String(from + index * step).padStart(width, '0'));
}
