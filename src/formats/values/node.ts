import type { FilePlace } from '../../errors/problem.ts';

export type Scalar = string | number | boolean | null;

/** A value as Ansible would hold it. */
export type Plain = Scalar | readonly Plain[] | PlainMap;

export interface PlainMap {
  readonly [key: string]: Plain;
}

/** A value of a file, with the place of each part. */
export type ValueNode = ScalarNode | ListNode | MapNode | VaultNode;

interface ScalarNode {
  readonly kind: 'scalar';
  readonly value: Scalar;
  /** `!unsafe`: not a template, whatever it looks like. */
  readonly literal?: boolean;
  readonly place: FilePlace;
}

interface ListNode {
  readonly kind: 'list';
  readonly items: readonly ValueNode[];
  readonly place: FilePlace;
}

interface MapNode {
  readonly kind: 'map';
  /** In the file's order, repeated keys included; the last of them counts. */
  readonly entries: readonly MapEntry[];
  readonly place: FilePlace;
}

export interface MapEntry {
  readonly key: string;
  readonly keyPlace: FilePlace;
  readonly value: ValueNode;
}

/** `!vault`: text encrypted by ansible-vault inside a plain file. */
interface VaultNode {
  readonly kind: 'vault';
  readonly envelope: string;
  readonly place: FilePlace;
}

/** The last entry of that name, which is the one that counts. */
export function entryOf(node: ValueNode | undefined, key: string): MapEntry | undefined {
  if (node?.kind !== 'map') return undefined;
  for (let index = node.entries.length - 1; index >= 0; index--) {
    const entry = node.entries[index];
    if (entry?.key === key) return entry;
  }
  return undefined;
}

/** The content of the file, templates unresolved; an encrypted value is `null`. */
export function plainOf(node: ValueNode): Plain {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'vault') return null;
  if (node.kind === 'list') return node.items.map(plainOf);
  const map: Record<string, Plain> = Object.create(null);
  for (const entry of node.entries) map[entry.key] = plainOf(entry.value);
  return map;
}

export function isPlainMap(value: Plain | undefined): value is PlainMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isPlainList(value: Plain | undefined): value is readonly Plain[] {
  return Array.isArray(value);
}

/** A plain value as a node, all of whose parts stand at one place. */
export function withPlace(value: Plain, place: FilePlace): ValueNode {
  if (isPlainList(value)) return { kind: 'list', items: value.map((item) => withPlace(item, place)), place };
  if (!isPlainMap(value)) return { kind: 'scalar', value, place };
  const entries = Object.entries(value).map(([key, below]) => ({
    key,
    keyPlace: place,
    value: withPlace(below, place),
  }));
  return { kind: 'map', entries, place };
}
