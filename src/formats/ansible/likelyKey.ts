import { nearest } from '../../errors/suggest.ts';

/** The known key that may be meant: a slip leaves the length nearly and one end of a word wholly as it was. */
export function likelyKey(key: string, keys: readonly string[]): string | undefined {
  const alike = keys.filter(
    (known) =>
      Math.abs(known.length - key.length) <= 2 &&
      (known[0] === key[0] || known.at(-1) === key.at(-1)) &&
      shareLetters(known, key),
  );
  return alike.length > 0 ? nearest(key, alike) : undefined;
}

/** Whether two names share a run of three letters, as a name and its slip do. */
function shareLetters(a: string, b: string): boolean {
  for (let at = 0; at + 3 <= b.length; at++) if (a.includes(b.slice(at, at + 3))) return true;
  return false;
}
