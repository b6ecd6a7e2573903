import Table from 'cli-table3';
import type { Colors } from '../terminal.ts';

const borderless = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
} as const;

export interface TableStyle {
  readonly colors: Colors;
  /** Columns, counted from 0, whose values stand on the right: numbers. */
  readonly right?: readonly number[];
}

/** Rows under a dim heading, without borders, two spaces between columns. Ends with a line break. */
export function formatTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  style: TableStyle,
): string {
  const right = new Set(style.right ?? []);
  const table = new Table({
    chars: borderless,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colAligns: head.map((_, index) => (right.has(index) ? 'right' : 'left')),
  });
  table.push(head.map((word) => style.colors.dim(word)));
  for (const row of rows) table.push([...row]);
  return `${table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')}\n`;
}
