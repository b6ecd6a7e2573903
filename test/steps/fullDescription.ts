import { readFileSync } from 'node:fs';
import { type Document, isMap, isScalar, parseDocument } from 'yaml';
import { cloudOf } from './clouds.ts';

/** The example of the documentation that has every key. */
const text =
  /```yaml\n(# complete\n[\s\S]*?)```/.exec(readFileSync('docs/description.md', 'utf8'))?.[1] ?? '';

type Path = readonly (string | number)[];

const strings: Path[] = [];
const names: Path[] = [];

function collect(value: unknown, path: Path): void {
  if (typeof value === 'string') strings.push(path);
  if (value === null || typeof value !== 'object') return;
  for (const [key, entry] of Object.entries(value)) {
    const below = [...path, Array.isArray(value) ? Number(key) : key];
    if (!Array.isArray(value)) names.push(below);
    collect(entry, below);
  }
}

collect(parseDocument(text).toJS(), []);

/** A description in which every key is used, and its variants with one text in it changed. */
export const FULL = {
  text,
  cloud: cloudOf(text),
  /** Paths of all values that are texts. */
  strings,
  /** Paths of all keys. */
  names,
  changed(change: (document: Document) => void): string {
    const document = parseDocument(text);
    change(document);
    return document.toString();
  },
};

/** Gives the key at a path another name; one that is gone stays gone. */
export function renameIn(document: Document, path: Path, name: string): void {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (!isMap(parent)) return;
  const pair = parent.items.find(({ key }) => isScalar(key) && key.value === path.at(-1));
  if (isScalar(pair?.key)) pair.key.value = name;
}
