import { Confidential, type Text } from '../secrets/confidential.ts';

/** One POSIX shell word that expands to exactly `word`. NUL cannot be held by a shell and is left out. */
export function quote(word: string): string {
  return `'${word.replaceAll('\0', '').replaceAll("'", `'\\''`)}'`;
}

/** As `quote`; a confidential word gives a confidential result whose shown form is quoted too. */
export function quoteText(word: Text): Text {
  if (typeof word === 'string') return quote(word);
  return new Confidential(quote(word.reveal()), quote(word.masked));
}
