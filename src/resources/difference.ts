/** One line of a file before and after; `shown` is what may be printed of it. */
export interface ShownLine {
  readonly text: string;
  readonly shown: string;
}

interface Edit {
  readonly sign: ' ' | '-' | '+';
  readonly shown: string;
}

const CONTEXT = 2;
/** Cells of the table above which two files are called wholly different, rather than spending the time. */
const TABLE_LIMIT = 4_000_000;

/** Lines of `content`; a missing final newline is a line of its own, so that it shows. */
export function linesOf(
  content: string,
  show: (line: string, index: number) => string = (l) => l,
): ShownLine[] {
  if (content === '') return [];
  const closed = content.endsWith('\n');
  const texts = (closed ? content.slice(0, -1) : content).split('\n');
  const result = texts.map((text, index) => ({ text, shown: show(text, index) }));
  const last = result.at(-1);
  if (!closed && last) {
    // A text that no real line can have, as lines hold no newline.
    result[result.length - 1] = { text: `${last.text}\n`, shown: last.shown };
    result.push({ text: '\n', shown: '\\ No newline at end of file' });
  }
  return result;
}

/** The longest common subsequence's edits for the part in which the two differ. */
function editsOf(before: readonly ShownLine[], after: readonly ShownLine[]): Edit[] {
  const removed = (line: ShownLine): Edit => ({ sign: '-', shown: line.shown });
  const added = (line: ShownLine): Edit => ({ sign: '+', shown: line.shown });
  if (before.length * after.length > TABLE_LIMIT) return [...before.map(removed), ...after.map(added)];
  const width = after.length + 1;
  const table = new Uint32Array((before.length + 1) * width);
  const at = (row: number, column: number): number => table[row * width + column] ?? 0;
  for (let row = before.length - 1; row >= 0; row--) {
    for (let column = after.length - 1; column >= 0; column--) {
      const same = before[row]?.text === after[column]?.text;
      table[row * width + column] = same
        ? at(row + 1, column + 1) + 1
        : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const edits: Edit[] = [];
  let row = 0;
  let column = 0;
  for (;;) {
    const old = before[row];
    const fresh = after[column];
    if (!old && !fresh) return edits;
    if (old && fresh && old.text === fresh.text) {
      edits.push({ sign: ' ', shown: fresh.shown });
      row++;
      column++;
    } else if (old && (!fresh || at(row + 1, column) >= at(row, column + 1))) {
      edits.push(removed(old));
      row++;
    } else if (fresh) {
      edits.push(added(fresh));
      column++;
    }
  }
}

/**
 * A unified difference with two lines of context and no file header; empty when the two are the same. Lines are
 * compared by what they are and printed by what may be shown, so a changed secret is two masked lines.
 */
export function unifiedDifference(before: readonly ShownLine[], after: readonly ShownLine[]): string {
  let head = 0;
  while (head < before.length && head < after.length && before[head]?.text === after[head]?.text) head++;
  let tail = 0;
  const most = Math.min(before.length, after.length) - head;
  while (tail < most && before.at(-1 - tail)?.text === after.at(-1 - tail)?.text) tail++;
  const same = (line: ShownLine): Edit => ({ sign: ' ', shown: line.shown });
  const edits = [
    ...after.slice(0, head).map(same),
    ...editsOf(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ...after.slice(after.length - tail).map(same),
  ];
  return hunks(edits).join('\n');
}

function hunks(edits: readonly Edit[]): string[] {
  const near = new Uint8Array(edits.length);
  for (const [index, edit] of edits.entries()) {
    if (edit.sign === ' ') continue;
    near.fill(1, Math.max(0, index - CONTEXT), index + CONTEXT + 1);
  }
  const result: string[] = [];
  let oldLine = 1;
  let newLine = 1;
  let open: { old: number; new: number; oldStart: number; newStart: number; lines: string[] } | undefined;
  const close = (): void => {
    if (!open) return;
    result.push(`@@ -${open.oldStart},${open.old} +${open.newStart},${open.new} @@`, ...open.lines);
    open = undefined;
  };
  for (const [index, edit] of edits.entries()) {
    if (near[index]) {
      open ??= { old: 0, new: 0, oldStart: oldLine, newStart: newLine, lines: [] };
      open.lines.push(`${edit.sign}${edit.shown}`);
      if (edit.sign !== '+') open.old++;
      if (edit.sign !== '-') open.new++;
    } else {
      close();
    }
    if (edit.sign !== '+') oldLine++;
    if (edit.sign !== '-') newLine++;
  }
  close();
  return result;
}
