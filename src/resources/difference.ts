import { diffArrays } from 'diff';

/** One line of a file before or after; `shown` is what may be printed of it. */
export interface ShownLine {
  readonly text: string;
  readonly shown: string;
}

interface Edit {
  readonly sign: ' ' | '-' | '+';
  readonly shown: string;
}

const CONTEXT = 2;
/** Changed lines up to which the shortest difference is searched for: the time grows with their square. */
const MOST_CHANGES = 2000;

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

/**
 * A unified difference with two lines of context and no file header; empty when the two are the same. Lines are
 * compared by their text and printed by their shown form, so a changed secret is two masked lines. Files with very many
 * changes are shown as one whole replaced by the other.
 */
export function unifiedDifference(before: readonly ShownLine[], after: readonly ShownLine[]): string {
  const changes = diffArrays([...before], [...after], {
    comparator: (a, b) => a.text === b.text,
    maxEditLength: MOST_CHANGES,
  }) ?? [
    { removed: true, added: false, value: before },
    { removed: false, added: true, value: after },
  ];
  const edits = changes.flatMap(({ added, removed, value }) =>
    value.map(({ shown }): Edit => ({ sign: added ? '+' : removed ? '-' : ' ', shown })),
  );
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
