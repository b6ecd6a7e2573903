import type { FilePlace } from '../../errors/problem.ts';
import { packstackKeys } from './keys/index.ts';
import { deprecatedNames, retiredKeys } from './keys/retired.ts';

/**
 * One line `KEY=value` of an answer file.
 *
 * - `key`: in capitals; Packstack reads with a case-insensitive INI parser.
 * - `value`: trimmed, continuation lines joined by a newline.
 * - `oddity`: what is unusual about the line, for the report.
 */
export interface Answer {
  readonly key: string;
  readonly value: string;
  readonly section: string;
  /** The key's place; the line's text is left out where the value may be a secret. */
  readonly place: FilePlace;
  /** The value's place. */
  readonly valuePlace: FilePlace;
  readonly oddity?: Oddity;
}

type Oddity = 'indented' | 'quoted' | 'joined' | 'no-section';

export type LineFault = 'no-delimiter' | 'bad-section' | 'no-key' | 'too-long';

/** A line that is neither comment, section nor answer. */
interface UnreadLine {
  readonly fault: LineFault;
  readonly place: FilePlace;
}

export interface AnswerFile {
  readonly file: string;
  /** In the file's order, repeated keys included. */
  readonly answers: readonly Answer[];
  readonly unread: readonly UnreadLine[];
}

/** A longer line is not an answer: the longest sensible one lists a few hundred hosts. */
const LONGEST_LINE = 20_000;

/** Keys of Packstack have at most 60 characters. */
const LONGEST_KEY = 200;

const ANSWER_START = /^\s+(?:CONFIG_\w+|EXCLUDE_SERVERS)\s*[=:]/i;

/** Words in the names of keys whose values never appear in an excerpt. */
const SECRET_KEY = /PASS|PW|SECRET|TOKEN|CRED|AKEY|_KEY|HASH|_PROXY/i;

/** Where a lost line end has run two answers together. */
const NEXT_ANSWER = /CONFIG_[A-Z][A-Z0-9_]{2,60}[ \t]*=|EXCLUDE_SERVERS[ \t]*=/;

/** Whether the value of this key may be a secret, judged by its name alone. */
export function looksSecret(key: string): boolean {
  return key.length > LONGEST_KEY || SECRET_KEY.test(key);
}

/**
 * Reads an answer file as Packstack's own INI parser would (RawConfigParser: `=` or `:`, comments `#` and `;`,
 * continuation lines indented, no interpolation of `%`). Where that parser would give up, the line is kept in
 * `unread` and reading goes on. Never throws.
 */
export function readAnswers(text: string, file: string): AnswerFile {
  const answers: Answer[] = [];
  const unread: UnreadLine[] = [];
  let section = '';
  let last: number | undefined;
  for (const [index, line] of splitLines(text).entries()) {
    const place = (column: number, length: number): FilePlace => ({
      kind: 'file',
      file,
      line: index + 1,
      column,
      length: Math.max(1, length),
    });
    if (line.length > LONGEST_LINE) {
      unread.push({ fault: 'too-long', place: place(1, 1) });
      last = undefined;
      continue;
    }
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#') || trimmed.startsWith(';')) continue;
    const indented = /^\s/.test(line);
    const startsAnswer = !indented || ANSWER_START.test(line);
    if (!startsAnswer && last !== undefined) {
      const before = answers[last];
      if (before) answers[last] = { ...before, value: `${before.value}\n${trimmed}`.trim() };
      continue;
    }
    if (trimmed.startsWith('[')) {
      const end = trimmed.indexOf(']');
      last = undefined;
      if (end < 0) unread.push({ fault: 'bad-section', place: place(1, line.length) });
      else section = trimmed.slice(1, end).trim();
      continue;
    }
    const delimiter = trimmed.search(/[=:]/);
    if (delimiter <= 0) {
      unread.push({ fault: delimiter < 0 ? 'no-delimiter' : 'no-key', place: place(1, line.length) });
      last = undefined;
      continue;
    }
    for (const part of partsOf(line)) {
      last = answers.length;
      answers.push(answerOf(part, section, indented, place));
    }
  }
  return { file, answers, unread };
}

/** One answer of a line, and where in the line it starts. */
interface Part {
  readonly text: string;
  readonly offset: number;
  readonly joined: boolean;
}

function partsOf(line: string): readonly Part[] {
  const starts = [0];
  for (;;) {
    const from = line.slice(starts.at(-1)).search(/[=:]/) + (starts.at(-1) ?? 0) + 1;
    const next = line.slice(from).search(NEXT_ANSWER);
    if (next < 0) break;
    starts.push(from + next);
  }
  return starts.map((offset, index) => ({
    text: line.slice(offset, starts[index + 1]),
    offset,
    joined: starts.length > 1,
  }));
}

function answerOf(
  { text: line, offset, joined }: Part,
  section: string,
  indented: boolean,
  place: (column: number, length: number) => FilePlace,
): Answer {
  const delimiter = line.search(/[=:]/);
  const keyText = line.slice(0, delimiter).trim();
  const key = keyText.toUpperCase();
  const written = line.slice(delimiter + 1).trim();
  const quoted = /^(["'])(.*)\1$/.exec(written);
  const value = quoted?.[2]?.trim() ?? written;
  const start = written === '' ? delimiter + 1 : line.indexOf(written, delimiter + 1);
  // An unknown key may be the misspelt name of a password.
  const open = !joined && isKnown(key) && !looksSecret(key) && !/:\/\/[^\s/]*@/.test(value);
  const shown = open ? { text: line } : {};
  let oddity: Oddity | undefined;
  if (section === '') oddity = 'no-section';
  if (quoted) oddity = 'quoted';
  if (indented) oddity = 'indented';
  if (joined) oddity = 'joined';
  return {
    key,
    value,
    section,
    place: { ...place(offset + line.indexOf(keyText) + 1, keyText.length), ...shown },
    valuePlace: { ...place(offset + start + 1, written.length), ...shown },
    ...(oddity && { oddity }),
  };
}

function isKnown(key: string): boolean {
  return key in packstackKeys || key in deprecatedNames || key in retiredKeys;
}

/** Lines without their ends, whichever kind the file has; a byte order mark is dropped. */
function splitLines(text: string): readonly string[] {
  const start = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  return text.slice(start).split(/\r\n|\n|\r/);
}
