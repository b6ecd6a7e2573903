import { inspect } from 'node:util';

/** What a secret prints as, wherever it prints. */
export const MASK = '••••';

/**
 * Text that holds a secret. Printing, JSON, template strings and inspection all give the masked form;
 * only `reveal()` gives the text, and it is called in two places alone: where text is sent to a host's
 * standard input and where a request body is written.
 */
export class Confidential {
  readonly #text: string;
  /** The text with every secret in it replaced, fit to show. */
  readonly masked: string;

  constructor(text: string, masked: string = MASK) {
    this.#text = text;
    this.masked = masked;
  }

  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return this.masked;
  }

  toJSON(): string {
    return this.masked;
  }

  [inspect.custom](): string {
    return this.masked;
  }
}

/** Text that may or may not hold a secret. */
export type Text = string | Confidential;

/** The text itself, for the wire only. */
export function reveal(text: Text): string {
  return typeof text === 'string' ? text : text.reveal();
}

/** The text of what is public, such as an identifier or a certificate. A secret here is a mistake of the program. */
export function plain(text: Text): string {
  if (typeof text !== 'string') throw new Error('a secret was used where only public text is allowed');
  return text;
}

/** The form that may be shown. */
export function masked(text: Text): string {
  return typeof text === 'string' ? text : text.masked;
}

/** Template tag: the result is confidential as soon as one part is. */
export function text(strings: TemplateStringsArray, ...parts: readonly (Text | number)[]): Text {
  let open = strings[0] ?? '';
  let shown = open;
  let secret = false;
  for (const [index, part] of parts.entries()) {
    const after = strings[index + 1] ?? '';
    const value = typeof part === 'number' ? String(part) : part;
    secret ||= value instanceof Confidential;
    open += reveal(value) + after;
    shown += masked(value) + after;
  }
  return secret ? new Confidential(open, shown) : open;
}

/** Joins texts; confidential as soon as one part is. */
export function joinTexts(parts: readonly Text[], separator: string): Text {
  const open = parts.map(reveal).join(separator);
  if (parts.every((part) => typeof part === 'string')) return open;
  return new Confidential(open, parts.map(masked).join(separator));
}
