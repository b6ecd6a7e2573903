import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseAllDocuments,
  type Scalar as YamlScalar,
} from 'yaml';
import { isDeep } from '../../cloud/depth.ts';
import { type FilePlace, type Problem, problem } from '../../errors/problem.ts';
import type { SourceFile } from '../result.ts';
import type { MapEntry, ValueNode } from './node.ts';
import { readPlainScalar } from './scalar.ts';
import { looksSecret, MOST_TEXT, SourceText } from './source.ts';

export interface YamlReading {
  /** Absent where the file is empty. */
  readonly node?: ValueNode;
  readonly problems: readonly Problem[];
}

const DEEPEST = 60;
/** Aliases may stand for much more than is written; more values than this are a trick. */
const MOST_NODES = 400_000;

interface Walk {
  readonly source: SourceText;
  readonly anchors: Map<string, Node>;
  count: number;
}

class TooLarge extends Error {}

/**
 * Reads a YAML file as Ansible does: one document, YAML 1.1 scalars, anchors, merge keys, `!vault` and `!unsafe`.
 * What can be read is given back even where there are problems. Never throws.
 */
export function readYaml(file: SourceFile): YamlReading {
  const source = new SourceText(file);
  const start = source.place(0, 1, true);
  const tooLarge = (reason: string): YamlReading => ({
    problems: [problem('IMPORT_TOO_LARGE', { place: start, details: { file: file.path, reason } })],
  });
  if (source.text.length > MOST_TEXT) return tooLarge(`it has more than ${MOST_TEXT} characters`);
  if (isDeep(source.lines())) return tooLarge('it is nested too deeply');
  try {
    return convertDocuments(source);
  } catch (error) {
    // The YAML library and the walk below recurse; only depth and size can end them early.
    if (error instanceof TooLarge || error instanceof RangeError)
      return tooLarge('it is nested too deeply or repeats itself');
    return {
      problems: [
        problem('IMPORT_YAML_SYNTAX', {
          place: start,
          details: { reason: 'the text cannot be taken apart' },
        }),
      ],
    };
  }
}

function convertDocuments(source: SourceText): YamlReading {
  const problems: Problem[] = [];
  const documents = parseAllDocuments(source.text, {
    schema: 'failsafe',
    uniqueKeys: false,
    strict: true,
    keepSourceTokens: false,
    prettyErrors: false,
    logLevel: 'silent',
  });
  const list = Array.isArray(documents) ? documents : [];
  const filled = list.filter((document) => document.contents && !isBlank(document.contents));
  for (const document of list) {
    const error = document.errors[0];
    if (!error) continue;
    const [from, to] = error.pos;
    const place = withoutValue(source.place(from, Math.max(1, to - from)));
    problems.push(problem('IMPORT_YAML_SYNTAX', { place, details: { reason: reasonOf(error.code) } }));
  }
  const second = filled[1]?.contents;
  if (second) {
    problems.push(
      problem('IMPORT_YAML_SEVERAL', { place: source.place(second.range?.[0] ?? 0, 1), severity: 'warning' }),
    );
  }
  const contents = filled[0]?.contents;
  if (!contents) return { problems };
  const walk: Walk = { source, anchors: new Map(), count: 0 };
  return { node: convert(contents as Node, walk, 0, false), problems };
}

/** A line that cannot be read may hold anything, so that only its key is shown. */
function withoutValue(place: FilePlace): FilePlace {
  const { text, ...rest } = place;
  if (text === undefined) return place;
  const end = /[:=]\s*\S/.exec(text);
  return { ...rest, text: end ? `${text.slice(0, end.index + 1)} …` : text };
}

function isBlank(node: unknown): boolean {
  return isScalar(node) && (node.value === '' || node.value === null) && node.type === 'PLAIN';
}

function convert(node: Node | null | undefined, walk: Walk, depth: number, hidden: boolean): ValueNode {
  walk.count += 1;
  if (depth > DEEPEST || walk.count > MOST_NODES) throw new TooLarge();
  const from = node?.range?.[0] ?? 0;
  const to = node?.range?.[1] ?? from + 1;
  const place = walk.source.place(from, to - from, hidden);
  if (!node) return { kind: 'scalar', value: null, place };
  if (isAlias(node)) {
    const meant = walk.anchors.get(node.source);
    return meant ? convert(meant, walk, depth + 1, hidden) : { kind: 'scalar', value: null, place };
  }
  if ('anchor' in node && typeof node.anchor === 'string') walk.anchors.set(node.anchor, node);
  if (isScalar(node)) return convertScalar(node, walk, from, hidden);
  if (isSeq(node)) {
    const items = node.items.map((item) => convert(item as Node, walk, depth + 1, hidden));
    return { kind: 'list', items, place };
  }
  if (!isMap(node)) return { kind: 'scalar', value: null, place };
  const merged: MapEntry[] = [];
  const own: MapEntry[] = [];
  for (const pair of node.items as Pair<Node, Node | null>[]) {
    const key = isScalar(pair.key) ? String(pair.key.value ?? '') : '';
    const keyFrom = pair.key?.range?.[0] ?? from;
    const secret = hidden || looksSecret(key);
    const value = convert(pair.value, walk, depth + 1, secret);
    if (key === '<<') {
      merged.push(...entriesToMerge(value));
      continue;
    }
    own.push({ key, keyPlace: walk.source.place(keyFrom, Math.max(1, key.length), secret), value });
  }
  return { kind: 'map', entries: [...merged, ...own], place };
}

function convertScalar(node: YamlScalar, walk: Walk, from: number, hidden: boolean): ValueNode {
  const text = typeof node.value === 'string' ? node.value : String(node.value ?? '');
  const to = node.range?.[1] ?? from + 1;
  const place = walk.source.place(from, Math.max(1, to - from), hidden);
  if (node.tag === '!vault' || node.tag === '!vault-encrypted')
    return { kind: 'vault', envelope: text, place };
  const plain = node.type === 'PLAIN' && (!node.tag || node.tag === '!unsafe');
  return {
    kind: 'scalar',
    value: plain ? readPlainScalar(text) : text,
    ...(node.tag === '!unsafe' && { literal: true }),
    place,
  };
}

function entriesToMerge(value: ValueNode): readonly MapEntry[] {
  if (value.kind === 'map') return value.entries;
  // Of several merged maps the first wins, and here the last entry counts.
  if (value.kind === 'list') return value.items.toReversed().flatMap(entriesToMerge);
  return [];
}

/** The library's own messages may quote the text, which may hold a secret; its codes do not. */
function reasonOf(code: string): string {
  const known: Readonly<Record<string, string>> = {
    TAB_AS_INDENT: 'a tab is used for indentation, where only spaces may stand',
    BAD_INDENT: 'the indentation fits no level above',
    BLOCK_IN_FLOW: 'a block begins inside brackets',
    BLOCK_AS_IMPLICIT_KEY: 'a second `: ` in one line; put quotes round the value',
    MISSING_CHAR: 'a quote, bracket or comma is missing',
    MULTILINE_IMPLICIT_KEY: 'a colon is missing after the key',
    UNEXPECTED_TOKEN: 'a character that is not allowed here',
    BAD_SCALAR_START: 'a value cannot begin with this character; put quotes round it',
    BAD_ALIAS: 'an alias without a name',
    BAD_DQ_ESCAPE: 'an unknown escape in double quotes; use single quotes',
    KEY_OVER_1024_CHARS: 'a key of more than 1024 characters',
    TAG_RESOLVE_FAILED: 'an unknown tag',
    DUPLICATE_KEY: 'this key is given twice',
    BAD_PROP_ORDER: 'an anchor or tag is in the wrong place',
    BAD_DIRECTIVE: 'a line beginning with % that is no directive',
    IMPOSSIBLE: 'the text cannot be taken apart',
  };
  return known[code] ?? code.toLowerCase().replaceAll('_', ' ');
}
