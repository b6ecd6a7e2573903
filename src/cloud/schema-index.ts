import { descriptionJsonSchema } from './schema.ts';

/** What messages need to know of one place of the schema. */
export interface SchemaEntry {
  /** Keys that a map may have there; empty where names are free. */
  readonly keys: readonly string[];
  readonly meaning?: string;
}

interface JsonSchema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
}

/** In a path of the index: a free name, or a position in a list. */
const ANY = '*';

/** Every place of a JSON Schema, by its path joined with dots. */
export function indexOf(schema: JsonSchema): ReadonlyMap<string, SchemaEntry> {
  const index = new Map<string, SchemaEntry>();
  const walk = (node: JsonSchema, path: readonly string[]): void => {
    const place = path.join('.');
    const known = index.get(place);
    const meaning = known?.meaning ?? node.description;
    const keys = [...(known?.keys ?? []), ...Object.keys(node.properties ?? {})];
    index.set(place, { keys, ...(meaning !== undefined && { meaning }) });
    for (const [key, inner] of Object.entries(node.properties ?? {})) walk(inner, [...path, key]);
    if (typeof node.additionalProperties === 'object') walk(node.additionalProperties, [...path, ANY]);
    if (node.items) walk(node.items, [...path, ANY]);
    for (const branch of node.anyOf ?? []) walk(branch, path);
  };
  walk(schema, []);
  return index;
}

let described: ReadonlyMap<string, SchemaEntry> | undefined;

/** The description's schema at each step of a path, from the whole to the value; shorter where the schema ends. */
export function entriesAlong(path: readonly PropertyKey[]): readonly SchemaEntry[] {
  // Only a description with errors needs it.
  described ??= indexOf(descriptionJsonSchema() as JsonSchema);
  const entries: SchemaEntry[] = [];
  let place = '';
  for (const step of [undefined, ...path]) {
    if (step !== undefined) {
      const before = place === '' ? '' : `${place}.`;
      place = described.has(`${before}${String(step)}`) ? `${before}${String(step)}` : `${before}${ANY}`;
    }
    const entry = described.get(place);
    if (!entry) break;
    entries.push(entry);
  }
  return entries;
}
