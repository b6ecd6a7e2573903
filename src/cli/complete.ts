import type { Command, Completes, OptionSpec } from './command.ts';
import type { CommandTable } from './commandTable.ts';
import { globalOptions } from './globals.ts';
import { optionIn } from './words.ts';

export interface CompleteRequest {
  readonly table: CommandTable;
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** A word that may be typed, and what it means. */
interface Candidate {
  readonly word: string;
  readonly says?: string;
}

/** What is known of the line before the word that is typed. */
interface Line {
  readonly command: Command | undefined;
  readonly group: string | undefined;
  /** How many values of arguments there are. */
  readonly position: number;
  /** The option whose value is typed now. */
  readonly pending: OptionSpec | undefined;
  readonly values: ReadonlyMap<string, string>;
}

/**
 * What a shell offers for the last of `words`, the one being typed: a line for each word, with its meaning after a
 * tab. `:files` stands for the names of files. Never rejects: a completion that fails offers nothing.
 */
export async function complete(words: readonly string[], request: CompleteRequest): Promise<string> {
  const typed = words.at(-1) ?? '';
  const line = readLine(words.slice(0, -1), request.table);
  const found = await candidates(line, typed, request).catch(() => []);
  return found
    .filter(({ word }) => word === ':files' || word.startsWith(typed))
    .map(({ word, says }) => (says === undefined ? `${word}\n` : `${word}\t${says}\n`))
    .join('');
}

function readLine(words: readonly string[], table: CommandTable): Line {
  const values = new Map<string, string>();
  const positional: string[] = [];
  let command: Command | undefined;
  let pending: OptionSpec | undefined;
  for (const word of words) {
    if (pending) {
      values.set(pending.name, word);
      pending = undefined;
      continue;
    }
    const option = optionIn(word, [...globalOptions, ...(command?.options ?? [])]);
    if (option && !option.complete) pending = option.spec;
    if (option || word.startsWith('-')) {
      if (option?.complete && word.includes('='))
        values.set(option.spec.name, word.slice(word.indexOf('=') + 1));
      continue;
    }
    positional.push(word);
    command ??= table.commands.find(({ name }) => name === positional.join(' '));
  }
  const [first] = positional;
  const group = command ? undefined : table.groups.find(({ name }) => name === first)?.name;
  const position = positional.length - (command?.name.split(' ').length ?? 0);
  return { command, group, position, pending, values };
}

async function candidates(
  line: Line,
  typed: string,
  request: CompleteRequest,
): Promise<readonly Candidate[]> {
  const { command, group, pending } = line;
  if (pending) return await values(pending, line, request);
  const named = optionIn(typed, [...globalOptions, ...(command?.options ?? [])]);
  if (named?.complete && typed.includes('=')) {
    const found = await values(named.spec, line, request);
    return found.map(({ word, says }) => ({ word: `--${named.spec.name}=${word}`, ...(says && { says }) }));
  }
  if (typed.startsWith('-')) return options(command);
  if (command) {
    const specs = command.arguments ?? [];
    const last = specs.at(-1);
    const spec = specs[line.position] ?? (last?.many ? last : undefined);
    return spec ? await values(spec, line, request) : [];
  }
  return names(group, request.table);
}

/** The commands of a group, or the first words of all commands. */
function names(group: string | undefined, table: CommandTable): readonly Candidate[] {
  const own = table.commands.flatMap(({ name, summary }): Candidate[] => {
    if (group === undefined) return name.includes(' ') ? [] : [{ word: name, says: summary }];
    return name.startsWith(`${group} `) ? [{ word: name.slice(group.length + 1), says: summary }] : [];
  });
  if (group !== undefined) return own;
  return [...own, ...table.groups.map(({ name, summary }) => ({ word: name, says: summary }))];
}

function options(command: Command | undefined): readonly Candidate[] {
  const specs = [...(command?.options ?? []), ...globalOptions];
  return [
    ...specs.map(({ name, summary }) => ({ word: `--${name}`, says: summary })),
    { word: '--help', says: 'print help' },
    ...(command ? [] : [{ word: '--version', says: 'print the version' }]),
  ];
}

async function values(
  spec: { readonly choices?: readonly string[]; readonly completes?: Completes },
  line: Line,
  request: CompleteRequest,
): Promise<readonly Candidate[]> {
  if (spec.choices) return spec.choices.map((word) => ({ word }));
  const { folder, environment } = request;
  switch (spec.completes) {
    case 'file':
      return [{ word: ':files' }];
    case 'step': {
      const { stepNames } = await import('../app/names.ts');
      return stepNames().map(({ name, title }) => ({ word: name, says: title }));
    }
    case 'host': {
      const [{ hostNames }, { findDescription }] = await Promise.all([
        import('../app/names.ts'),
        import('./file.ts'),
      ]);
      const named = line.values.get('file');
      const file = findDescription({ folder, settings: {} }, named);
      return (await hostNames(file)).map((word) => ({ word }));
    }
    case 'lab': {
      const { labNames } = await import('../app/labNames.ts');
      return (await labNames(environment)).map((word) => ({ word }));
    }
    case 'node': {
      const { nodeNames } = await import('../app/labNames.ts');
      return (await nodeNames(line.values.get('lab') ?? 'lab', environment)).map((word) => ({ word }));
    }
    default:
      return [];
  }
}
