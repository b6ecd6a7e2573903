import type { FilePlace, Problem } from '../errors/problem.ts';
import { type DescriptionDraft, type DraftMap, type DraftPath, type DraftValue, pathKey } from './result.ts';

/** A draft as text, and which value of the draft stands on each line (from 0). */
export interface RenderedDraft {
  readonly text: string;
  readonly lines: readonly DraftPath[];
}

interface Output {
  readonly text: string[];
  readonly paths: DraftPath[];
}

/** Writes a draft as commented `cloud.yaml`. `heading` is a comment at the top, without `#`. */
export function renderDraft(draft: DescriptionDraft, heading = ''): RenderedDraft {
  const output: Output = { text: [], paths: [] };
  if (heading) {
    comment(output, heading, '', []);
    line(output, '', []);
  }
  for (const [index, [key, value]] of Object.entries(draft.tree).entries()) {
    if (index > 0 && isTall(value)) line(output, '', [key]);
    entry(output, draft, key, value, [key], '');
  }
  return { text: `${output.text.join('\n')}\n`, lines: output.paths };
}

/**
 * Moves a problem found in the rendered text to the line of the ORIGINAL file that the value came from. Where the
 * value itself has no origin, the nearest value above it counts; with none the problem stays where it is.
 */
export function toOriginal(found: Problem, rendered: RenderedDraft, draft: DescriptionDraft): Problem {
  if (found.place?.kind !== 'file') return found;
  const path = rendered.lines[found.place.line - 1];
  const place = path && originOf(path, draft);
  return place ? { ...found, place } : found;
}

/** Where a value came from: its own place, or that of the nearest value above or, failing that, first one below. */
function originOf(path: DraftPath, draft: DescriptionDraft): FilePlace | undefined {
  for (let length = path.length; length > 0; length--) {
    const place = draft.places.get(pathKey(path.slice(0, length)));
    if (place) return place;
  }
  const below = `${pathKey(path)}/`;
  for (const [key, place] of draft.places) if (path.length > 0 && key.startsWith(below)) return place;
  return undefined;
}

function entry(
  output: Output,
  draft: DescriptionDraft,
  key: string,
  value: DraftValue,
  path: DraftPath,
  indent: string,
): void {
  const note = draft.comments.get(pathKey(path));
  if (note) comment(output, note, indent, path);
  const start = `${indent}${scalar(key)}:`;
  if (Array.isArray(value)) {
    list(output, draft, start, value, path, indent);
    return;
  }
  if (isMap(value)) {
    if (Object.keys(value).length === 0) {
      line(output, `${start} {}`, path);
      return;
    }
    line(output, start, path);
    for (const [name, below] of Object.entries(value)) {
      entry(output, draft, name, below, [...path, name], `${indent}  `);
    }
    return;
  }
  line(output, `${start} ${scalar(value as string)}`, path);
}

function list(
  output: Output,
  draft: DescriptionDraft,
  start: string,
  items: readonly DraftValue[],
  path: DraftPath,
  indent: string,
): void {
  const commented = items.some((_, index) => draft.comments.has(pathKey([...path, index])));
  if (!commented && items.every((item) => !isTall(item))) {
    const flow = `${start} [${items.map((item) => scalar(item, true)).join(', ')}]`;
    if (flow.length <= 110) {
      line(output, flow, path);
      return;
    }
  }
  line(output, start, path);
  for (const [index, item] of items.entries()) {
    const at = [...path, index];
    const note = draft.comments.get(pathKey(at));
    if (note) comment(output, note, `${indent}  `, at);
    const from = output.text.length;
    if (isMap(item) && Object.keys(item).length > 0) {
      for (const [name, below] of Object.entries(item)) {
        entry(output, draft, name, below, [...at, name], `${indent}    `);
      }
      const first = output.text[from] ?? '';
      output.text[from] = `${indent}  - ${first.slice(indent.length + 4)}`;
      continue;
    }
    const text = Array.isArray(item) || isMap(item) ? JSON.stringify(item) : scalar(item);
    line(output, `${indent}  - ${text}`, at);
  }
}

function line(output: Output, text: string, path: DraftPath): void {
  output.text.push(text);
  output.paths.push(path);
}

function comment(output: Output, text: string, indent: string, path: DraftPath): void {
  for (const part of text.split(/\r\n|[\r\n\u0085\u2028\u2029]/)) {
    line(output, `${indent}# ${part.replace(/[\0-\x08\x0b-\x1f\x7f\ufeff]/g, ' ')}`.trimEnd(), path);
  }
}

function isMap(value: DraftValue): value is DraftMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTall(value: DraftValue): boolean {
  return typeof value === 'object' && value !== null;
}

/** Plain where any YAML reader takes it for the same text; otherwise in double quotes, on one line. */
function scalar(value: DraftValue, inFlow = false): string {
  if (typeof value !== 'string') return value === null ? 'null' : String(value);
  if (/^[A-Za-z/][A-Za-z0-9_./-]*$/.test(value) && !/^(?:y|n|yes|no|on|off|true|false|null)$/i.test(value))
    return value;
  if (/^\d{1,3}(?:\.\d{1,3}){3}(?:\/\d{1,2})?$/.test(value)) return value;
  if (!inFlow && /^[A-Za-z0-9_-]+\[[A-Za-z0-9:]+\][A-Za-z0-9_.-]*$/.test(value)) return value;
  return JSON.stringify(value).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ud800-\udfff]/g,
    (found) =>
      // A pair of surrogates is a character like any other and stays; a half of one can't be written.
      `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
