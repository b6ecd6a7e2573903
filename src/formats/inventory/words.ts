/** A word of a host line, without its quotes. `column` counts from 0. */
export interface Word {
  readonly text: string;
  readonly column: number;
  readonly length: number;
}

/**
 * Splits a host line as Ansible does (POSIX shell words, `#` starts a comment). `undefined` where a quote stays
 * open.
 */
export function splitWords(line: string): readonly Word[] | undefined {
  const words: Word[] = [];
  let at = 0;
  while (at < line.length) {
    if (/\s/.test(line[at] ?? '')) {
      at += 1;
      continue;
    }
    if (line[at] === '#') break;
    const start = at;
    let text = '';
    while (at < line.length && !/\s/.test(line[at] ?? '')) {
      const unit = line[at] ?? '';
      if (unit === '#') break;
      if (unit === '\\') {
        text += line[at + 1] ?? '';
        at += 2;
        continue;
      }
      if (unit !== "'" && unit !== '"') {
        text += unit;
        at += 1;
        continue;
      }
      const end = closingQuote(line, at);
      if (end === -1) return undefined;
      const inside = line.slice(at + 1, end);
      text += unit === '"' ? inside.replace(/\\(["\\])/g, '$1') : inside;
      at = end + 1;
    }
    words.push({ text, column: start, length: at - start });
  }
  return words;
}

function closingQuote(line: string, open: number): number {
  const quote = line[open];
  for (let at = open + 1; at < line.length; at++) {
    if (quote === '"' && line[at] === '\\') at += 1;
    else if (line[at] === quote) return at;
  }
  return -1;
}
