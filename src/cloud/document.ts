import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';
import { type FilePlace, type Problem, problem } from '../errors/problem.ts';
import { isDeep } from './depth.ts';

export type Path = readonly PropertyKey[];

/** A YAML text with the position of each of its nodes. */
export interface DescriptionDocument {
  /** Plain values: maps, lists, text, numbers, booleans, null. */
  readonly tree: unknown;
  /** Problems of syntax; `tree` is undefined where nothing can be trusted any more. */
  readonly problems: readonly Problem[];
  /** The place of the value at the path, or of the nearest thing around it. */
  at(path: Path): FilePlace;
  /** The place of the key that leads to the path's value. */
  keyAt(path: Path): FilePlace;
  /** The scalar at the path as it is written in the file. */
  source(path: Path): string | undefined;
}

/** A key that promises a secret; `key` of ssh and names of services do not. */
export const SECRET_KEY = /(^|[_-])(pass|passwd|password|passphrase|secret|token|credentials?)$/i;
const SECRET_LINE = /(pass|passwd|password|passphrase|secret|token|credentials?)["']?\s*:|:\/\/[^\s/]*@/i;

/** Reads YAML 1.2 with string keys. Never throws: what cannot be read is a problem. */
export function readDocument(text: string, file: string): DescriptionDocument {
  const lines = new LineCounter();
  const rows = text.split(/\r\n|\n|\r/);
  const place = (start: number, end = start + 1): FilePlace => {
    const { line, col } = lines.linePos(Math.min(start, text.length));
    const row = rows[Math.max(line, 1) - 1] ?? '';
    const column = Math.max(1, Math.min(Math.max(col, 1), row.length + 1));
    const length = Math.max(1, Math.min(end - start, row.length - column + 1));
    return {
      kind: 'file',
      file,
      line: Math.max(line, 1),
      column,
      length,
      ...(!SECRET_LINE.test(row) && { text: row }),
    };
  };
  const broken = (at: FilePlace, reason: string): DescriptionDocument => ({
    tree: undefined,
    problems: [problem('CLOUD_YAML_SYNTAX', { place: at, details: { reason } })],
    at: () => at,
    keyAt: () => at,
    source: () => undefined,
  });

  if (isDeep(rows)) return broken(place(0), 'it is nested too deeply');
  let document: Document.Parsed;
  try {
    document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      stringKeys: true,
      // At `silent` a second document would pass unseen; nothing is printed here at any level.
      logLevel: 'error',
    });
  } catch {
    // The parser gives up on texts nested thousands of levels deep.
    return broken(place(0), 'it is nested too deeply');
  }
  const find = (path: Path): { key?: Node; value?: Node } => locate(document, path);
  const located: Omit<DescriptionDocument, 'tree' | 'problems'> = {
    at: (path) => rangeOf(find(path).value ?? find(path).key, place),
    keyAt: (path) => rangeOf(find(path).key ?? find(path).value, place),
    source: (path) => {
      const { value } = find(path);
      if (!isScalar(value) || !value.range) return undefined;
      return text.slice(value.range[0], value.range[1]);
    },
  };
  const problems = [...document.errors, ...document.warnings].map((error) =>
    syntaxProblem(error, text, place(error.pos[0], error.pos[1])),
  );
  problems.push(...unknownAliases(document, place));
  // With a doubled key or a strange tag the tree is still good enough to look for further errors.
  const readable = problems.every(
    (p) => p.code === 'CLOUD_YAML_DUPLICATE_KEY' || p.code === 'CLOUD_YAML_TAG',
  );
  if (!readable) return { ...located, tree: undefined, problems: withoutEchoes(problems) };
  try {
    problems.push(...strangeTags(document, place));
    const tree = document.toJS({ maxAliasCount: 100 }) as unknown;
    // An alias inside its own anchor makes a value without end, which this notices.
    JSON.stringify(tree);
    if (deeperThan(tree, 32)) throw new RangeError('too deep');
    return { ...located, tree, problems };
  } catch {
    const excess = broken(place(0), 'its aliases (`*name`) cannot be resolved, or it is nested too deeply');
    return { ...excess, problems: [...problems, ...excess.problems] };
  }
}

function syntaxProblem(error: YAMLError, text: string, place: FilePlace): Problem {
  const excerpt = text.slice(error.pos[0], Math.max(error.pos[1], error.pos[0] + 1)).trim();
  const word = /^["']?([^\s:"']{1,64})/.exec(excerpt)?.[1] ?? excerpt.slice(0, 40);
  if (error.code === 'DUPLICATE_KEY') {
    const rest = text.slice(error.pos[0], error.pos[0] + 64);
    const key = /^["']?([^\s:"',}\]]+)/.exec(rest)?.[1] ?? word;
    return problem('CLOUD_YAML_DUPLICATE_KEY', { place, details: { key } });
  }
  if (error.code === 'TAB_AS_INDENT') return problem('CLOUD_YAML_TAB', { place });
  if (error.code === 'TAG_RESOLVE_FAILED')
    return problem('CLOUD_YAML_TAG', { place, details: { tag: word } });
  const row = place.text ?? '';
  // A tab is often first noticed as something else, such as a wrong scalar.
  if (/^\s*\t/.test(row)) {
    const column = row.indexOf('\t') + 1;
    return problem('CLOUD_YAML_TAB', { place: { ...place, column, length: 1 } });
  }
  const reason =
    error.code === 'MULTIPLE_DOCS'
      ? 'a second document starts here'
      : (error.message.split('\n')[0]?.replace(/[.:]$/, '') ?? error.code);
  return problem('CLOUD_YAML_SYNTAX', { place, details: { reason: firstLower(reason) } });
}

/** One mistake of indentation is reported again for each line after it: these echoes are left out. */
function withoutEchoes(problems: readonly Problem[]): Problem[] {
  const kept: Problem[] = [];
  let last: { what: string; line: number } | undefined;
  for (const found of problems) {
    if (found.code === 'CLOUD_YAML_DUPLICATE_KEY') continue;
    const line = found.place?.kind === 'file' ? found.place.line : 0;
    const echo = last !== undefined && last.what === found.what && line <= last.line + 1;
    last = { what: found.what, line };
    if (!echo) kept.push(found);
  }
  return kept;
}

function unknownAliases(
  document: Document.Parsed,
  place: (start: number, end?: number) => FilePlace,
): readonly Problem[] {
  const found: Problem[] = [];
  visit(document, {
    Alias: (_key, node) => {
      if (node.resolve(document)) return;
      const reason = `the alias \`*${node.source}\` has no anchor \`&${node.source}\` before it`;
      found.push(problem('CLOUD_YAML_SYNTAX', { place: rangeOf(node, place), details: { reason } }));
    },
  });
  return found;
}

function deeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => deeperThan(inner, levels - 1));
}

function firstLower(sentence: string): string {
  return sentence.slice(0, 1).toLowerCase() + sentence.slice(1);
}

/** Tags outside the core schema that the parser knows but a description has no use for, such as `!!binary`. */
function strangeTags(
  document: Document.Parsed,
  place: (start: number, end?: number) => FilePlace,
): Problem[] {
  const found: Problem[] = [];
  const plain = /^tag:yaml\.org,2002:(map|seq|str|int|float|bool|null)$/;
  visit(document, {
    Node: (_key, node) => {
      if (isAlias(node) || node.tag === undefined || plain.test(node.tag)) return;
      // Unknown tags were reported by the parser.
      if (!node.tag.startsWith('tag:yaml.org,2002:')) return;
      const tag = node.tag.replace('tag:yaml.org,2002:', '!!');
      found.push(problem('CLOUD_YAML_TAG', { place: rangeOf(node, place), details: { tag } }));
    },
  });
  return found;
}

function locate(document: Document.Parsed, path: Path): { key?: Node; value?: Node } {
  let value: Node | undefined = document.contents ?? undefined;
  let key: Node | undefined;
  for (const step of path) {
    const inside: Node | undefined = isAlias(value) ? value.resolve(document) : value;
    if (isMap(inside)) {
      // The last of doubled keys counts, as in the tree.
      const pair = inside.items.findLast(
        (item) => isScalar(item.key) && String(item.key.value) === String(step),
      );
      // A missing key is shown at the map that lacks it: at its own key where it has one.
      if (!pair) return { ...(key && { key }), ...(key ? { value: key } : { value: inside }) };
      key = isNode(pair.key) ? pair.key : undefined;
      value = isNode(pair.value) ? pair.value : undefined;
    } else if (isSeq(inside)) {
      const item: unknown = inside.items[Number(step)];
      if (!isNode(item)) return { ...(key && { key }), value: inside };
      key = undefined;
      value = item;
    } else {
      return { ...(key && { key }), ...(value && { value }) };
    }
  }
  return { ...(key && { key }), ...(value && { value }) };
}

function rangeOf(node: Node | undefined, place: (start: number, end?: number) => FilePlace): FilePlace {
  if (!node?.range) return place(0);
  return place(node.range[0], node.range[1]);
}
