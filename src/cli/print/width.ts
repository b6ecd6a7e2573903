/**
 * Ranges of code points that fill two cells: East Asian Wide and Fullwidth (Unicode Standard Annex 11), and
 * pictographs, as terminals draw them.
 */
const wideRanges: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x231a, 0x231b],
  [0x2329, 0x232a],
  [0x23e9, 0x23ec],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa000, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe10, 0xfe19],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f900, 0x1f9ff],
  [0x20000, 0x3fffd],
];

// Colour and cursor sequences take no cells.
const escapes = /\x1b\[[0-9;?]*[A-Za-z]/g;

function cellsOf(character: string): number {
  const point = character.codePointAt(0) ?? 0;
  if (point < 0x20 || (point >= 0x7f && point < 0xa0)) return 0;
  if (/^(?:\p{Mark}|\p{Variation_Selector}|\p{Default_Ignorable_Code_Point})$/u.test(character)) return 0;
  // Vowels and finals of decomposed Korean join the letter before them.
  if (point >= 0x1160 && point <= 0x11ff) return 0;
  return wideRanges.some(([from, to]) => point >= from && point <= to) ? 2 : 1;
}

/** Terminal cells that a text takes, colours aside. */
export function widthOf(text: string): number {
  const bare = text.replace(escapes, '');
  if (/^[\x20-\x7e]*$/.test(bare)) return bare.length;
  let width = 0;
  for (const character of bare) width += cellsOf(character);
  return width;
}

/** The text cut to at most `width` cells, `…` in place of what was cut; colour sequences survive the cut. */
export function truncate(text: string, width: number): string {
  if (width <= 0) return '';
  if (widthOf(text) <= width) return text;
  let kept = '';
  let used = 0;
  let cut = false;
  for (const part of text.split(/(\x1b\[[0-9;?]*[A-Za-z])/)) {
    if (part.startsWith('\x1b[')) {
      kept += part;
      continue;
    }
    for (const character of part) {
      if (cut) break;
      const cells = cellsOf(character);
      if (used + cells > width - 1) {
        kept += '…';
        cut = true;
        break;
      }
      kept += character;
      used += cells;
    }
  }
  return kept;
}

/** Fills up with spaces on the right to `width` cells. */
export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - widthOf(text))) + text;
}

/**
 * Text from outside (a file, a host's log) made safe for a terminal: escape sequences and control characters go,
 * tabs become four spaces, line breaks stay.
 */
export function printable(text: string): string {
  return text
    .replace(/\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)/g, '')
    .replace(escapes, '')
    .replace(/\r\n?/g, '\n')
    .replace(/\t/g, '    ')
    .replace(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g, '·');
}
