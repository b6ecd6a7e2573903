/** A token of a Jinja expression. */
export type Token =
  | { readonly kind: 'name'; readonly text: string }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'sign'; readonly text: string };

const SIGNS = [
  '==',
  '!=',
  '<=',
  '>=',
  '<',
  '>',
  '|',
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  ',',
  '.',
  ':',
  '~',
  '+',
  '-',
];

/** Takes an expression apart; a reason where it holds a character that no supported expression has. */
export function tokens(text: string): readonly Token[] | string {
  const found: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const unit = text[at] ?? '';
    if (/\s/.test(unit)) {
      at += 1;
      continue;
    }
    if (unit === "'" || unit === '"') {
      const end = endOfText(text, at);
      if (end === -1) return 'a quote is not closed';
      const inside = text.slice(at + 1, end);
      found.push({
        kind: 'text',
        value: inside.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped)),
      });
      at = end + 1;
      continue;
    }
    const rest = text.slice(at, at + 200);
    const name = /^[A-Za-z_]\w*/.exec(rest)?.[0];
    if (name) {
      found.push({ kind: 'name', text: name });
      at += name.length;
      continue;
    }
    const number = /^\d+(?:\.\d+)?/.exec(rest)?.[0];
    if (number) {
      found.push({ kind: 'number', value: Number(number) });
      at += number.length;
      continue;
    }
    const sign = SIGNS.find((item) => rest.startsWith(item));
    if (!sign) return 'it uses a sign that is not supported';
    found.push({ kind: 'sign', text: sign });
    at += sign.length;
  }
  return found;
}

function endOfText(text: string, open: number): number {
  for (let at = open + 1; at < text.length; at++) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === text[open]) return at;
  }
  return -1;
}
