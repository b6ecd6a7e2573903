import { quoteText } from '../hosts/quote.ts';
import { joinTexts, type Text, text } from '../secrets/confidential.ts';

/** A flag is `yes` or empty in the shell, so that a script tests it with `[ -n "$flag" ]`. */
export type ShellValue = Text | number | boolean | undefined;

/** A line by which a script declares its parameters: `: "${unit?}" "${stamp?}"`. shellcheck understands it too. */
const DECLARATION = /^: (?:"\$\{[a-z_][a-z0-9_]*\?\}"\s*)+$/gm;
const PARAMETER = /\$\{([a-z_][a-z0-9_]*)\?\}/g;

/** The parameters that a script declares. */
export function parametersOf(script: string): string[] {
  const declarations = script.match(DECLARATION) ?? [];
  return declarations.flatMap((line) => [...line.matchAll(PARAMETER)].map((found) => found[1] ?? ''));
}

function wordOf(value: ShellValue): Text {
  if (value === undefined || value === false) return "''";
  if (value === true) return 'yes';
  return quoteText(typeof value === 'number' ? String(value) : value);
}

/**
 * A program of a `.sh` file, ready to be sent to a host: in a subshell, with its parameters as shell variables and
 * `words` as positional parameters, all quoted. Its exit status is that of the script. The result is confidential
 * as soon as one value is; variables are never exported, so no other process sees them. Several scripts run as one
 * program: libraries of functions come first. Throws where the parameters are not those that the scripts declare.
 */
export function shellProgram(
  script: string | readonly string[],
  parameters: Readonly<Record<string, ShellValue>> = {},
  words: readonly Text[] = [],
): Text {
  const scripts = typeof script === 'string' ? [script] : script;
  const declared = new Set(scripts.flatMap(parametersOf));
  const given = Object.keys(parameters);
  const missing = [...declared].filter((name) => !given.includes(name));
  const unknown = given.filter((name) => !declared.has(name));
  if (missing.length > 0) throw new Error(`a shell program needs the parameters ${missing.join(', ')}`);
  if (unknown.length > 0) throw new Error(`a shell program does not declare ${unknown.join(', ')}`);
  return joinTexts(
    [
      '(',
      ...given.map((name) => text`${name}=${wordOf(parameters[name])}`),
      ...(words.length > 0 ? [text`set -- ${joinTexts(words.map(quoteText), ' ')}`] : ['set --']),
      ...scripts.map(withoutHeader),
      ')',
    ],
    '\n',
  );
}

/** Without the interpreter line and the comments at the top, which are for readers of the file. */
function withoutHeader(script: string): string {
  return script.replace(/^(?:#.*\n)+/, '').trimEnd();
}
