/** The names that a pattern such as `storage[01:03]` expands to, or why it is not valid. */
export type Expansion =
  | { readonly kind: 'names'; readonly names: readonly string[] }
  | { readonly kind: 'wrong'; readonly reason: string };

/** More hosts than this in one range are taken for a mistake. */
const MOST_HOSTS = 1000;

/**
 * Expands a host name range: `[first:last]` or `[first:last:step]`, both ends included, leading zeros of
 * `first` kept, as in an Ansible inventory. A name without brackets expands to itself. A name has at most one range.
 */
export function expandRange(pattern: string): Expansion {
  if (!/[[\]]/.test(pattern)) return { kind: 'names', names: [pattern] };
  const parts = /^([^[\]]*)\[([^[\]]*)\]([^[\]]*)$/.exec(pattern);
  if (!parts) return { kind: 'wrong', reason: 'there must be exactly one pair of brackets' };
  const [, before = '', inside = '', after = ''] = parts;
  const bounds = /^(\d{1,9}):(\d{1,9})(?::(\d{1,9}))?$/.exec(inside);
  if (!bounds)
    return { kind: 'wrong', reason: 'the brackets must hold two or three numbers, separated by colons' };
  const [, firstText = '', lastText = '', stepText = '1'] = bounds;
  const [first, last, step] = [Number(firstText), Number(lastText), Number(stepText)];
  if (step < 1) return { kind: 'wrong', reason: 'the step must be at least 1' };
  if (last < first)
    return { kind: 'wrong', reason: `it ends at ${lastText}, before it starts at ${firstText}` };
  if (firstText.startsWith('0') && firstText.length > 1 && lastText.length !== firstText.length) {
    return { kind: 'wrong', reason: `${firstText} and ${lastText} differ in their number of digits` };
  }
  const count = Math.floor((last - first) / step) + 1;
  if (count > MOST_HOSTS)
    return { kind: 'wrong', reason: `it expands to ${count} hosts; at most ${MOST_HOSTS} are allowed` };
  const width = firstText.startsWith('0') ? firstText.length : 0;
  const names = Array.from(
    { length: count },
    (_, index) => `${before}${String(first + index * step).padStart(width, '0')}${after}`,
  );
  return { kind: 'names', names };
}
