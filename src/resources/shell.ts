import { createHash } from 'node:crypto';
import { quote } from '../hosts/quote.ts';
import { STATE_DIRECTORY } from '../hosts/stateDirectory.ts';
import { Confidential, joinTexts, masked, reveal, type Text, text } from '../secrets/confidential.ts';
import enterDirectory from './enterDirectory.sh';
import writeFileScript from './writeFile.sh';

export { quote, STATE_DIRECTORY };

/** Several words, each quoted. */
export function quoteAll(words: readonly string[]): string {
  return words.map(quote).join(' ');
}

/** Lines of a script, joined; confidential as soon as one line is. */
export function lines(...parts: readonly Text[]): Text {
  return joinTexts(parts, '\n');
}

/**
 * Runs `body` in a subshell, so that its `exit`, traps and variables end with it. `set -e` is not used anywhere:
 * a shell ignores it wherever the subshell's result is tested, so every command that can fail has `|| exit`.
 */
export function subshell(...body: readonly Text[]): Text {
  return lines('(', ...body, ')');
}

/** A here-document delimiter that is no line of `content`. */
function delimiterFor(content: string): string {
  const present = new Set(content.split('\n'));
  for (let attempt = 0; ; attempt++) {
    const digest = createHash('sha256').update(`${attempt}\0${content}`).digest('hex').slice(0, 16);
    const delimiter = `END_${digest}`;
    if (!present.has(delimiter)) return delimiter;
  }
}

/**
 * `command` with exactly `content` on its standard input, byte for byte in UTF-8, in a quoted here-document.
 * Without a final newline, coreutils' `head` removes the one that a here-document always ends in.
 * A shell cannot hold NUL, and dash damages a here-document's line that begins like the delimiter and goes on in
 * bytes above 127: such content goes as base64.
 */
export function withInput(command: string, content: Text, following = ''): Text {
  const open = reveal(content);
  const tail = following === '' ? '' : ` ${following}`;
  if (/[^\x01-\x7e]/.test(open)) {
    const encoded = Buffer.from(open, 'utf8').toString('base64');
    const body: Text = typeof content === 'string' ? encoded : new Confidential(encoded);
    const end = delimiterFor(encoded);
    return text`base64 -d <<'${end}' | ${command}${tail}\n${body}\n${end}`;
  }
  const end = delimiterFor(open);
  if (open === '') return `${command} </dev/null${tail}`;
  if (!open.endsWith('\n')) {
    return text`head -c -1 <<'${end}' | ${command}${tail}\n${content}\n${end}`;
  }
  const shown = masked(content).replace(/\n$/, '');
  const body: Text =
    typeof content === 'string' ? open.slice(0, -1) : new Confidential(open.slice(0, -1), shown);
  return text`${command} <<'${end}'${tail}\n${body}\n${end}`;
}

/** A file name for any name: letters, digits, `.`, `-`, `@` stay; all else becomes `_` and its hexadecimal code. */
export function fileNameFor(name: string): string {
  return name.replace(/[^A-Za-z0-9.@-]/gu, (character) => `_${character.codePointAt(0)?.toString(16)}_`);
}

/** Shell that leaves an empty file at `path`, its directory made; ends the script where it cannot. */
export function touch(path: string): string {
  const directory = path.slice(0, path.lastIndexOf('/')) || '/';
  return `mkdir -p ${quote(directory)} && : >${quote(path)} || exit 1`;
}

/** The shell function `write_file`, and what it needs, as libraries of a `shellProgram`. */
export const writeFileLibrary: readonly string[] = [enterDirectory, writeFileScript];

export interface FileAttributes {
  readonly owner: string;
  readonly group: string;
  /** Octal, as `0640`. */
  readonly mode: string;
}

/**
 * Shell that puts `content` at `path` in one step: a reader, or a run that is killed, sees the old file or the new
 * one and nothing else. The content is never readable by others, not even for a moment.
 */
export function writeFile(path: string, content: Text, attributes: FileAttributes): Text {
  const words = [path, attributes.owner, attributes.group, attributes.mode];
  return subshell(...writeFileLibrary, withInput(`write_file ${quoteAll(words)}`, content));
}
