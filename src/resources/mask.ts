import { MASK, masked, reveal, type Text } from '../secrets/confidential.ts';
import { linesOf, unifiedDifference } from './difference.ts';

const SECRET_NAME =
  '[\\w.-]*(?:password|passwd|passphrase|secret|token|credential|(?:^|[_.-])key|^key|\\bkey)[\\w.-]*';
const ASSIGNMENT = new RegExp(`^(\\s*["']?(?:[\\w.-]+\\s+)*?${SECRET_NAME}["']?\\s*[=:]\\s*)(\\S.*)$`, 'i');
const URL_CREDENTIALS = /([a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:)[^\s@]+(?=@)/gi;
const AUTHENTICATION = /\b(auth_pass|requirepass|stats\s+auth\s+[^\s:]+:?)(\s*)(\S+)/gi;

/** Letters of a line that are looked at: searching a line takes time that grows with its square. */
const LONGEST = 2000;

/** A line found on a host, with all in it that looks like a secret masked; one that is very long is masked whole. */
export function maskLine(line: string): string {
  if (line.length > LONGEST) return MASK;
  return line
    .replace(ASSIGNMENT, (_, before: string) => `${before}${MASK}`)
    .replace(URL_CREDENTIALS, (_, before: string) => `${before}${MASK}`)
    .replace(AUTHENTICATION, (_, name: string, space: string) => `${name}${space}${MASK}`);
}

/** The secret parts of a line: what its masked form leaves out. */
function secretsIn(line: string, shown: string): string[] {
  const pieces = shown.split(MASK).map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const found = new RegExp(`^${pieces.join('(.*?)')}$`).exec(line);
  return found ? found.slice(1) : [line];
}

/**
 * The difference from the file found on a host to the desired content, fit to show. A secret of ours is masked
 * wherever it appears; in what was found, so is whatever looks like a secret. Where the masked form has other
 * lines than the real one (a whole private key is one mask), no line is shown at all; where every line is a secret, as in
 * a key file, all that was found is masked, since an older key looks like nothing in particular. `notes`, by line of the
 * desired content counted from 0, follow their lines in parentheses.
 */
export function maskedDifference(
  found: string,
  desired: Text,
  notes: ReadonlyMap<number, string> = new Map(),
): string | undefined {
  const real = linesOf(reveal(desired));
  const shown = linesOf(masked(desired));
  if (
    typeof desired !== 'string' &&
    (real.length !== shown.length || reveal(desired).includes('PRIVATE KEY'))
  ) {
    return undefined;
  }
  const forms = new Map<string, string>();
  const secrets = new Set<string>();
  for (const [index, line] of real.entries()) {
    const form = shown[index]?.text ?? '';
    if (form === line.text) continue;
    forms.set(line.text, form);
    for (const secret of secretsIn(line.text, form)) if (secret.length >= 4) secrets.add(secret);
  }
  const onlySecrets = masked(desired)
    .split('\n')
    .every((line) => line === '' || line === MASK);
  const showFound = (line: string): string => {
    if (typeof desired !== 'string' && onlySecrets) return line === '' ? line : MASK;
    const form = forms.get(line);
    if (form !== undefined) return form;
    let result = line;
    for (const secret of secrets) result = result.replaceAll(secret, MASK);
    return maskLine(result);
  };
  const after = real.map((line, index) => {
    const note = notes.get(index);
    return {
      text: line.text,
      shown: `${shown[index]?.shown ?? ''}${note === undefined ? '' : `  (${note})`}`,
    };
  });
  return unifiedDifference(linesOf(found, showFound), after);
}
