import { randomBytes } from 'node:crypto';
import { joinTexts, type Text, text } from '../secrets/confidential.ts';
import type { ShellResult } from './connection.ts';
import { quoteText } from './quote.ts';

/** Several scripts that travel in one request, each with an output and an exit code of its own. */
export interface Bundle {
  readonly script: Text;
  /** The results in the order of the scripts; a script that was not reached has none. */
  split(result: ShellResult): readonly (ShellResult | undefined)[];
}

/** One after another; the first that fails ends it, and those after it are not reached. */
export function inSequence(scripts: readonly Text[]): Bundle {
  const token = newMark();
  const parts = scripts.map(
    (script) =>
      text`( eval ${quoteText(text` ${script}`)} ); cw_s=$?; printf '\\n${token} %d\\n' "$cw_s"; printf '\\n${token} 0\\n' >&2; [ "$cw_s" = 0 ] || exit 0`,
  );
  return { script: joinTexts(parts, '\n'), split: (result) => cut(result, token, scripts.length) };
}

/**
 * Side by side, in up to `workers` processes of the host; each script goes on whatever the others do. Output is
 * gathered in memory-backed /run where that can be written, so that a full disk doesn't hinder reading.
 */
export function sideBySide(scripts: readonly Text[], workers = 4): Bundle {
  if (scripts.length <= 1) return inSequence(scripts);
  const token = newMark();
  const shares: Text[][] = Array.from({ length: Math.min(workers, scripts.length) }, () => []);
  for (const [index, script] of scripts.entries()) {
    shares[index % shares.length]?.push(
      text`( eval ${quoteText(text` ${script}`)} ) >"$d/${index}o" 2>"$d/${index}e"; printf '\\n${token} %d\\n' $? >>"$d/${index}o"; printf '\\n${token} 0\\n' >>"$d/${index}e"`,
    );
  }
  const names = (letter: string): string => scripts.map((_, index) => `"$d/${index}${letter}"`).join(' ');
  const script = joinTexts(
    [
      'd=$(mktemp -d /run/cloudwright.XXXXXX 2>/dev/null || mktemp -d) || exit 98',
      ...shares.map((share) => text`{ ${joinTexts(share, '\n')}\n} &`),
      'wait',
      `cat ${names('o')}; cat ${names('e')} >&2; rm -rf "$d"`,
    ],
    '\n',
  );
  return { script, split: (result) => cut(result, token, scripts.length) };
}

function newMark(): string {
  return `cw-${randomBytes(12).toString('hex')}`;
}

function cut(result: ShellResult, token: string, count: number): readonly (ShellResult | undefined)[] {
  const out = pieces(result.stdout, token);
  const err = pieces(result.stderr, token);
  return Array.from({ length: count }, (_, index) => {
    const piece = out[index];
    return piece && { exitCode: piece.status, stdout: piece.text, stderr: err[index]?.text ?? '' };
  });
}

function pieces(whole: string, token: string): { readonly text: string; readonly status: number }[] {
  const found: { text: string; status: number }[] = [];
  const marker = new RegExp(`\\n${token} (\\d+)\\n`, 'g');
  let from = 0;
  for (const match of whole.matchAll(marker)) {
    found.push({ text: whole.slice(from, match.index), status: Number(match[1]) });
    from = match.index + match[0].length;
  }
  return found;
}
