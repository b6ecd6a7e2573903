import type { Plain } from '../values/node.ts';

const DEEPEST = 20;

/**
 * A value of an INI inventory as Ansible reads it: a Python literal where it is one (number, quoted text, True,
 * None, list, tuple, dict), the text itself otherwise. `yes` stays text there.
 */
export function readLiteral(text: string): Plain {
  const trimmed = text.trim();
  if (trimmed.length > 20_000) return trimmed;
  const reader = new LiteralReader(trimmed);
  const value = reader.value(0);
  if (value === undefined || !reader.atEnd()) return trimmed;
  return value;
}

class LiteralReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  atEnd(): boolean {
    this.#skip();
    return this.#at >= this.#text.length;
  }

  value(depth: number): Plain | undefined {
    if (depth > DEEPEST) return undefined;
    this.#skip();
    const next = this.#text[this.#at];
    if (next === "'" || next === '"') return this.#string(next);
    if (next === '[' || next === '(') return this.#list(next === '[' ? ']' : ')', depth);
    if (next === '{') return this.#map(depth);
    const word = /^[^\s,:\]})#]+/.exec(this.#text.slice(this.#at, this.#at + 60))?.[0] ?? '';
    this.#at += word.length;
    if (word === 'True') return true;
    if (word === 'False') return false;
    if (word === 'None') return null;
    return readPythonNumber(word);
  }

  #skip(): void {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at += 1;
    // Python's own parser takes the rest of the line for a comment.
    if (this.#text[this.#at] === '#') this.#at = this.#text.length;
  }

  #string(quote: string): string | undefined {
    let out = '';
    for (let at = this.#at + 1; at < this.#text.length; at++) {
      const unit = this.#text[at] ?? '';
      if (unit === quote) {
        this.#at = at + 1;
        return out;
      }
      if (unit !== '\\') {
        out += unit;
        continue;
      }
      at += 1;
      const escaped = this.#text[at] ?? '';
      out +=
        ({ n: '\n', t: '\t', r: '\r', '\\': '\\', "'": "'", '"': '"' } as Record<string, string>)[escaped] ??
        `\\${escaped}`;
    }
    return undefined;
  }

  #list(close: string, depth: number): Plain | undefined {
    this.#at += 1;
    const items: Plain[] = [];
    for (;;) {
      this.#skip();
      if (this.#text[this.#at] === close) break;
      const item = this.value(depth + 1);
      if (item === undefined) return undefined;
      items.push(item);
      this.#skip();
      if (this.#text[this.#at] === ',') this.#at += 1;
      else if (this.#text[this.#at] !== close) return undefined;
    }
    this.#at += 1;
    return items;
  }

  #map(depth: number): Plain | undefined {
    this.#at += 1;
    const map: Record<string, Plain> = Object.create(null);
    for (;;) {
      this.#skip();
      if (this.#text[this.#at] === '}') break;
      const key = this.value(depth + 1);
      this.#skip();
      if ((typeof key !== 'string' && typeof key !== 'number') || this.#text[this.#at] !== ':')
        return undefined;
      this.#at += 1;
      const value = this.value(depth + 1);
      if (value === undefined) return undefined;
      map[String(key)] = value;
      this.#skip();
      if (this.#text[this.#at] === ',') this.#at += 1;
      else if (this.#text[this.#at] !== '}') return undefined;
    }
    this.#at += 1;
    return map;
  }
}

function readPythonNumber(word: string): number | undefined {
  if (!/^[-+]?(?:0x[\da-fA-F]+|0o[0-7]+|0b[01]+|0+|[1-9]\d*|\d+\.\d*|\.\d+)(?:[eE][-+]?\d{1,3})?$/.test(word))
    return undefined;
  const negative = word.startsWith('-');
  const value = Number(word.replace(/^[-+]/, ''));
  if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) return undefined;
  return negative ? -value : value;
}
