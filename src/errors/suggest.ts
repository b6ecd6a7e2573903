/**
 * Edits between two words: insertions, deletions, substitutions and swaps of neighbours (optimal string alignment).
 */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) best = Math.min(best, (beforeLast[j - 2] ?? 0) + 1);
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}

/**
 * The candidate most likely meant by `word`, or nothing when none is close: at most one edit for every three
 * letters, case and `-`/`_` aside.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  // Longer words are never a slip of a key name, and the distance costs time in the square of the length.
  if (word.length > 64) return undefined;
  const meant = plain(word);
  const limit = Math.max(1, Math.floor(meant.length / 3));
  let best: { candidate: string; distance: number } | undefined;
  for (const candidate of candidates) {
    const other = plain(candidate);
    // Each letter more or less is an edit of its own.
    if (Math.abs(other.length - meant.length) > limit) continue;
    const distance = editDistance(meant, other);
    if (!best || distance < best.distance) best = { candidate, distance };
  }
  return best && best.distance <= limit && best.distance < meant.length ? best.candidate : undefined;
}

function plain(text: string): string {
  return text.toLowerCase().replace(/[-_ ]/g, '');
}
