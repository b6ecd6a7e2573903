import sliceAnsi from 'slice-ansi';
import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';

// Colour and cursor sequences, and the titles and links that a terminal takes.
const escapes = /\x1b\[[0-9;?]*[A-Za-z]/g;

/** Terminal cells that a text takes, without colour sequences. */
export function widthOf(text: string): number {
  return stringWidth(text);
}

/** The start of a text in at most `width` cells, `…` in place of what was cut; colour sequences survive the cut. */
export function truncate(text: string, width: number): string {
  if (width <= 0) return '';
  if (widthOf(text) <= width) return text;
  return `${within(width - 1, (cells) => sliceAnsi(text, 0, cells))}…`;
}

/** The end of a text in at most `width` cells, `…` in place of what was cut. */
export function truncateStart(text: string, width: number): string {
  const whole = widthOf(text);
  if (width <= 0) return '';
  if (whole <= width) return text;
  return `…${within(width - 1, (cells) => sliceAnsi(text, whole - cells, whole))}`;
}

/** The longest piece that fits: a wide character at the edge is whole in a piece, or left out. */
function within(width: number, piece: (cells: number) => string): string {
  for (let cells = width; cells > 0; cells -= 1) {
    const kept = piece(cells);
    if (widthOf(kept) <= width) return kept;
  }
  return '';
}

/** Breaks at spaces so that no line is wider than `width`, where the words allow. */
export function wrap(text: string, width: number): readonly string[] {
  return wrapAnsi(text, width, { trim: false })
    .split('\n')
    .map((line) => line.trimEnd());
}

/** Fills up with spaces on the right to `width` cells. */
export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
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
