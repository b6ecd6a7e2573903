import { networkNames } from '../cloud/networks.ts';
import type { FilePlace } from '../errors/problem.ts';
import { type DescriptionDraft, type DraftMap, type DraftPath, type DraftValue, pathKey } from './result.ts';

type Open = { [key: string]: Open | DraftValue };

/** Puts a description together, value by value. The order of keys is `cloud.yaml`'s usual one, not that of the calls. */
export class DraftBuilder {
  readonly #tree: Open = Object.create(null);
  readonly #places = new Map<string, FilePlace>();
  readonly #comments = new Map<string, string>();

  /**
   * Sets a value, with maps made on the way as needed; a value that is there is replaced. `path` leads through
   * maps only: a list is set as a whole.
   */
  set(
    path: DraftPath,
    value: DraftValue,
    options: { readonly place?: FilePlace | undefined; readonly comment?: string | undefined } = {},
  ): this {
    let level = this.#tree;
    for (const part of path.slice(0, -1)) {
      const below = level[part];
      if (isMap(below)) {
        level = below as Open;
        continue;
      }
      const made: Open = Object.create(null);
      level[part] = made;
      level = made;
    }
    const last = path.at(-1);
    if (last === undefined) return this;
    level[last] = value;
    if (options.place) this.place(path, options.place);
    if (options.comment) this.comment(path, options.comment);
    return this;
  }

  /** Remembers where a value, or an element of a list, came from. */
  place(path: DraftPath, place: FilePlace): this {
    this.#places.set(pathKey(path), place);
    return this;
  }

  /** Adds a comment; a second one at the same key goes below the first. */
  comment(path: DraftPath, comment: string): this {
    const key = pathKey(path);
    const before = this.#comments.get(key);
    this.#comments.set(key, before ? `${before}\n${comment}` : comment);
    return this;
  }

  /** Removes the comment of a key. */
  uncomment(path: DraftPath): this {
    this.#comments.delete(pathKey(path));
    return this;
  }

  get(path: DraftPath): DraftValue | undefined {
    let value: Open | DraftValue | undefined = this.#tree;
    for (const part of path) {
      if (!isMap(value)) return undefined;
      value = (value as Open)[part];
    }
    return value as DraftValue | undefined;
  }

  /** Takes a value out again. */
  drop(path: DraftPath): this {
    const above = this.get(path.slice(0, -1)) ?? this.#tree;
    const last = path.at(-1);
    if (isMap(above) && last !== undefined) delete (above as Open)[last];
    return this;
  }

  has(path: DraftPath): boolean {
    return this.get(path) !== undefined;
  }

  build(): DescriptionDraft {
    return {
      tree: ordered(this.#tree as DraftMap, TOP_ORDER),
      places: new Map(this.#places),
      comments: new Map(this.#comments),
    };
  }
}

function isMap(value: unknown): value is Open | DraftMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const TOP_ORDER: readonly string[] = [
  'cloud',
  'release',
  'region',
  'ssh',
  'networks',
  'hosts',
  'time',
  'packages',
  'ha',
  'storage',
  'network',
  'compute',
  'services',
  'dashboard',
  'volume',
  'object_store',
  'minimums',
  'clock_tolerance',
  'test',
];

const HOST_ORDER: readonly string[] = [
  'address',
  'addresses',
  'roles',
  'interfaces',
  'devices',
  'ssh_address',
];
const ONE_NETWORK_ORDER: readonly string[] = ['interface', 'cidr', 'vip', 'mtu'];

function ordered(map: DraftMap, order: readonly string[]): DraftMap {
  const rank = (key: string): number => {
    const index = order.indexOf(key);
    return index === -1 ? order.length : index;
  };
  const sorted = Object.entries(map).sort(([a], [b]) => rank(a) - rank(b));
  const out: Record<string, DraftValue> = Object.create(null);
  for (const [key, value] of sorted) {
    out[key] = isMap(value) ? ordered(value as DraftMap, orderBelow(order, key)) : value;
  }
  return out;
}

function orderBelow(order: readonly string[], key: string): readonly string[] {
  if (order === TOP_ORDER && key === 'networks') return networkNames;
  if (order === TOP_ORDER && key === 'hosts') return ['*'];
  if (order === networkNames) return ONE_NETWORK_ORDER;
  if (order[0] === '*') return HOST_ORDER;
  return [];
}
