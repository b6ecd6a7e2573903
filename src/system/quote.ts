/** One POSIX shell word that expands to exactly `word`. A shell cannot hold NUL, so NUL is left out. */
export function quote(word: string): string {
  return `'${word.replaceAll('\0', '').replaceAll("'", `'\\''`)}'`;
}
