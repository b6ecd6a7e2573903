import { truncate, truncateStart, widthOf } from './width.ts';

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
  const head = truncateStart(before, Math.max(CONTEXT, width - wanted - CONTEXT));
  const mark = truncate(marked, width - widthOf(head));
  const tail = truncate(after, width - widthOf(head) - widthOf(mark));
  return { before: head, marked: mark, after: tail };
}
