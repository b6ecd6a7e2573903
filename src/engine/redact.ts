import { MASK, reveal, type Text } from '../secrets/confidential.ts';

/** Secrets shorter than this are not looked for: they would mask ordinary words. */
const SHORTEST = 6;

/**
 * Masks every secret wherever its text appears: a safety net for everything that leaves a run, because a program on a
 * host may print what it was given.
 */
export function redactor(texts: readonly (Text | undefined)[]): <T>(value: T) => T {
  const secrets = texts
    .flatMap((text) => (text === undefined ? [] : pieces(reveal(text))))
    .filter((secret) => secret.length >= SHORTEST)
    // A secret that contains another is masked whole.
    .sort((a, b) => b.length - a.length);
  const redact = (value: unknown): unknown => {
    if (typeof value === 'string') {
      let shown = value;
      for (const secret of secrets) if (shown.includes(secret)) shown = shown.replaceAll(secret, MASK);
      return shown;
    }
    if (Array.isArray(value)) return value.map(redact);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, redact(inner)]));
  };
  return <T>(value: T): T => redact(value) as T;
}

/** A key of many lines may be shown line by line. */
function pieces(secret: string): readonly string[] {
  const lines = secret.split('\n').filter((line) => line.length >= 24 && !line.startsWith('-----'));
  return secret.includes('\n') ? [secret.trim(), ...lines] : [secret];
}
