import type { Client } from '../../api/client.ts';
import { lateValuesOf } from '../../engine/from.ts';
import {
  type AnyKind,
  type ApiKind,
  apiResource,
  type Resource,
  type ResourceOptions,
  type ResourceRecord,
} from '../../engine/resource.ts';

/** The desired value that means "not there": the fields that an object is found by, and nothing else. */
export type Absent<Key> = Key & { readonly absent: true };

export type Wanted<Key, Desired extends Key> = Desired | Absent<Key>;

/**
 * What a family of API objects is. `Key` are the fields that an object is found by, all of them text, since they are
 * recorded for a later removal. `Directory` is what was read for all objects of the kind together: the lists of the
 * API, never one request for each object where the API has a list.
 */
export interface ObjectDefinition<Key extends object, Desired extends Key, Directory, Found> {
  /** Of the resource's id: `network`. */
  readonly kind: string;
  readonly keys: readonly (keyof Key & string)[];
  /** Keys that only tell objects of the same name apart; a record leaves them out while their value is not known. */
  readonly hints?: readonly (keyof Key & string)[];
  /** As a sentence names it: `network lb-mgmt of project service`. */
  title(key: Key): string;
  directory(api: Client, items: readonly Wanted<Key, Desired>[]): Promise<Directory>;
  /** @throws CloudwrightError API_DUPLICATE when several objects fit. */
  find(directory: Directory, key: Key): Found | undefined;
  /** One line for each property that differs, as `differing` makes them. */
  differences(desired: Desired, found: Found, directory: Directory): readonly string[];
  create(api: Client, desired: Desired, directory: Directory): Promise<void>;
  update(api: Client, desired: Desired, found: Found, directory: Directory): Promise<void>;
  remove(api: Client, found: Found, key: Key, directory: Directory): Promise<void>;
  /** The word for an update that makes the object again: `replace`. Default: `update`. */
  verb?(desired: Desired, found: Found, directory: Directory): string;
  /** Data that the removal destroys or leaves without an owner. */
  loses?(found: Found, key: Key, directory: Directory): string | undefined;
  /** What other resources may use through `from`. */
  outputs(found: Found): ResourceRecord;
}

export type ObjectKind<Key, Desired extends Key, Directory> = ApiKind<
  Wanted<Key, Desired>,
  Directory,
  Client
>;

/** Whether a desired value asks for the absence of its object. */
export function isAbsent<Key, Desired extends Key>(wanted: Wanted<Key, Desired>): wanted is Absent<Key> {
  return 'absent' in (wanted as object) && (wanted as Absent<Key>).absent === true;
}

/**
 * Makes a kind of the definition. Looking an object up happens in `compare`, so that one object with a problem (two
 * of the same name) does not stop the others of its kind. A change reads the API again before it writes.
 */
export function objectKind<Key extends object, Desired extends Key, Directory, Found>(
  definition: ObjectDefinition<Key, Desired, Directory, Found>,
): ObjectKind<Key, Desired, Directory> {
  type Item = Wanted<Key, Desired>;
  return {
    via: 'api',
    name: definition.kind,
    async read(api, items) {
      const directory = await definition.directory(api, items);
      return items.map(() => directory);
    },
    compare(wanted: Item, directory) {
      const found = definition.find(directory, wanted);
      const title = definition.title(wanted);
      if (isAbsent<Key, Desired>(wanted)) {
        if (found === undefined) return undefined;
        const loses = definition.loses?.(found, wanted, directory);
        return { summary: `delete ${title}`, ...(loses !== undefined && { loses }) };
      }
      if (found === undefined) return { summary: `create ${title}` };
      const lines = definition.differences(wanted, found, directory);
      if (lines.length === 0) return undefined;
      const verb = definition.verb?.(wanted, found, directory) ?? 'update';
      return { summary: `${verb} ${title}`, difference: lines.join('\n') };
    },
    async change(api, wanted: Item) {
      const directory = await definition.directory(api, [wanted]);
      const found = definition.find(directory, wanted);
      if (isAbsent<Key, Desired>(wanted)) {
        if (found !== undefined) await definition.remove(api, found, wanted, directory);
        return;
      }
      if (found === undefined) return definition.create(api, wanted, directory);
      if (definition.differences(wanted, found, directory).length === 0) return;
      return definition.update(api, wanted, found, directory);
    },
    removal: {
      record(wanted: Item) {
        const fields = wanted as Readonly<Record<string, unknown>>;
        const recorded = definition.keys.filter(
          (key) =>
            typeof fields[key] === 'string' &&
            !(definition.hints?.includes(key) && lateValuesOf(fields[key]).length > 0),
        );
        return Object.fromEntries(recorded.map((key) => [key, String(fields[key])]));
      },
      absence: (record) => ({ ...record, absent: true }) as unknown as Absent<Key>,
    },
    outputs(wanted: Item, directory) {
      const found = definition.find(directory, wanted);
      return found === undefined ? {} : definition.outputs(found);
    },
  };
}

/** The constructor of the resources of one kind, and the kind itself for removals. */
export interface ObjectConstructor<Key, Desired extends Key> {
  (wanted: Wanted<Key, Desired>, options?: ResourceOptions): Resource;
  readonly kind: AnyKind;
}

export function objectResource<Key extends object, Desired extends Key, Directory>(
  kind: ObjectKind<Key, Desired, Directory>,
  name: (key: Key) => string,
): ObjectConstructor<Key, Desired> {
  const construct = (wanted: Wanted<Key, Desired>, options?: ResourceOptions) =>
    apiResource(kind, name(wanted), wanted, options);
  return Object.assign(construct, { kind });
}

/** `project/name`, or the name alone for an object of the administrator's project. */
export function inProject(key: { readonly name: string; readonly project?: string }): string {
  return key.project === undefined ? key.name : `${key.project}/${key.name}`;
}

export function titleOf(label: string) {
  return (key: { readonly name: string; readonly project?: string }): string =>
    key.project === undefined ? `${label} ${key.name}` : `${label} ${key.name} of project ${key.project}`;
}

/** Lines for the properties that differ. A property whose desired value is undefined is not compared. */
export function differing(
  pairs: Readonly<Record<string, readonly [present: unknown, desired: unknown]>>,
): readonly string[] {
  return Object.entries(pairs)
    .filter(([, [present, desired]]) => desired !== undefined && !same(present, desired))
    .map(([name, [present, desired]]) => `~ ${name}: ${shown(present)} -> ${shown(desired)}`);
}

/** Lines for a set of texts: what is to be added and removed. */
export function setDifference(
  name: string,
  present: readonly string[],
  desired: readonly string[],
): readonly string[] {
  return [
    ...desired.filter((item) => !present.includes(item)).map((item) => `+ ${name} ${item}`),
    ...present.filter((item) => !desired.includes(item)).map((item) => `- ${name} ${item}`),
  ];
}

/** `1 port`, `2 ports`. */
export function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

function same(a: unknown, b: unknown): boolean {
  return (a ?? null) === (b ?? null) || JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
}

function shown(value: unknown): string {
  if (value === undefined || value === null || value === '') return 'none';
  if (Array.isArray(value)) return value.map(shown).join(', ') || 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
