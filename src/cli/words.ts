import type { Command, OptionSpec } from './command.ts';
import { globalOptions } from './globals.ts';

/** The option that a word names (`--file`, `--file=x`, `-f`, `-fx`), and whether its value is part of the word. */
export function optionIn(
  word: string,
  options: readonly OptionSpec[],
): { readonly spec: OptionSpec; readonly complete: boolean } | undefined {
  for (const spec of options) {
    if (word === `--${spec.name}` || (spec.short && word === `-${spec.short}`)) {
      return { spec, complete: spec.value === undefined };
    }
    if (spec.value === undefined) continue;
    if (word.startsWith(`--${spec.name}=`)) return { spec, complete: true };
    if (spec.short && word.startsWith(`-${spec.short}`) && !word.startsWith('--'))
      return { spec, complete: true };
  }
  return undefined;
}

/** The first two words that are no options and no values of options of every command. */
export function commandWords(words: readonly string[]): readonly string[] {
  const found: string[] = [];
  for (let at = 0; at < words.length && found.length < 2; at += 1) {
    const word = words[at] ?? '';
    if (word === '--') break;
    const option = optionIn(word, globalOptions);
    if (option) at += option.complete ? 0 : 1;
    else if (!word.startsWith('-') || word === '-') found.push(word);
    // What follows an option of a command may be its value: the name has been found before it, or is missing.
    else if (found.length > 0) break;
  }
  return found;
}

/**
 * The words with `--` before those that belong to the command's last argument: `lab ssh NODE --lab X ls -l` becomes
 * `lab ssh NODE --lab X -- ls -l`.
 */
export function ownWordsFirst(words: readonly string[], command: Command): string[] {
  const options = [...globalOptions, ...(command.options ?? [])];
  const own = command.name.split(' ').length + (command.arguments?.length ?? 1) - 1;
  let positional = 0;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (word === '--') return [...words];
    const option = optionIn(word, options);
    if (option) at += option.complete ? 0 : 1;
    else if (!word.startsWith('-') || word === '-') {
      if (positional === own) return [...words.slice(0, at), '--', ...words.slice(at)];
      positional += 1;
    }
  }
  return [...words];
}
