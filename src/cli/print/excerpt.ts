import { slice, widthOf } from './width.ts';

/** Three parts of one line that together are at most as wide as was asked for. */
export interface Fitted {
  readonly before: string;
  readonly marked: string;
  readonly after: string;
}

/** What is kept of the text before the mark, at least, where the mark itself leaves room: cells. */
const CONTEXT = 8;

/**
 * Cuts a line to `width` cells around its marked part, `…` in place of what was cut. The mark has up to half of the
 * width and whatever the text before it leaves; the text after it fills the rest.
 */
export function fitAround(before: string, marked: string, after: string, width: number): Fitted {
  const wanted = Math.min(widthOf(marked), Math.floor(width / 2));
  const head = cutStart(before, Math.max(CONTEXT, width - wanted - CONTEXT));
  const mark = cutEnd(marked, width - widthOf(head));
  const tail = cutEnd(after, width - widthOf(head) - widthOf(mark));
  return { before: head, marked: mark, after: tail };
}

/** The end of a text in at most `width` cells. */
function cutStart(text: string, width: number): string {
  const whole = widthOf(text);
  if (whole <= width) return text;
  // A wide character at the edge may leave one cell too many.
  let kept = slice(text, whole - width + 1, whole);
  if (widthOf(kept) > width - 1) kept = slice(text, whole - width + 2, whole);
  return `…${kept}`;
}

/** The start of a text in at most `width` cells; nothing where there is no room at all. */
function cutEnd(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  if (width < 1) return '';
  let kept = slice(text, 0, width - 1);
  if (widthOf(kept) > width - 1) kept = slice(text, 0, width - 2);
  return `${kept}…`;
}
