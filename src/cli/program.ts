import { Argument, CommanderError, Option, Command as Parser } from 'commander';
import { version } from '../app/version.ts';
import type { ArgumentSpec, Command, GlobalSettings, OptionSpec, Purpose } from './command.ts';
import { Input } from './command.ts';
import type { CommandTable, Group } from './commandTable.ts';
import { globalOptions } from './globals.ts';
import { throwAsProblem, throwUnknownCommand } from './parseProblem.ts';
import { commandWords, ownWordsFirst } from './words.ts';

/** The headings of `--help`, in its order. */
export const purposes: Readonly<Record<Purpose, string>> = {
  start: 'Get started:',
  describe: 'Describe a cloud:',
  deploy: 'Deploy it:',
  look: 'Check it:',
  manage: 'Secrets and trial machines:',
  other: 'Other:',
};

export interface ProgramOptions {
  readonly table: CommandTable;
  /** Runs a command once its line has been parsed; gives the exit code. */
  execute(
    command: Command,
    input: Input,
    settings: GlobalSettings & { readonly color: boolean },
  ): Promise<number>;
  writeOut(text: string): void;
  writeErr(text: string): void;
  columns(): number;
}

/**
 * Parses a command line (without `node` and the script) and runs the command it names. Settles with the exit code;
 * rejects with CloudwrightError (CLI_*, exit 2) when the line is wrong, or with what the command rejects with.
 */
export async function runProgram(words: readonly string[], options: ProgramOptions): Promise<number> {
  const { table } = options;
  refuseUnknownCommand(words, table);
  let exitCode = 0;
  const root = buildParser(options, (code) => {
    exitCode = code;
  });
  if (words.length === 0) {
    options.writeErr(root.helpInformation());
    return 2;
  }
  const command = commandNamed(words, table);
  try {
    await root.parseAsync(command?.passThrough ? ownWordsFirst(words, command) : [...words], {
      from: 'user',
    });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 0;
    if (error.code === 'commander.help') {
      options.writeErr(root.helpInformation());
      return 2;
    }
    throwAsProblem(error, words, table, command);
  }
  return exitCode;
}

/** The command that the words name, as far as they can be understood. */
function commandNamed(words: readonly string[], table: CommandTable): Command | undefined {
  const [first = '', second = ''] = commandWords(words);
  const isGroup = table.groups.some((group) => group.name === first);
  const name = isGroup ? `${first} ${second}` : first;
  return table.commands.find((command) => command.name === name);
}

/** The name of the command on the line; empty where there is none. */
export function nameIn(words: readonly string[], table: CommandTable): string {
  return commandNamed(words, table)?.name ?? '';
}

/** Help about a command that does not exist would be help about something else. */
function refuseUnknownCommand(words: readonly string[], table: CommandTable): void {
  const [first, second] = commandWords(words);
  if (first === undefined) return;
  const group = table.groups.find(({ name }) => name === first);
  const known = table.commands.some(({ name }) => name === first);
  if (!group && !known) throwUnknownCommand([first], table);
  if (!group || second === undefined) return;
  if (!table.commands.some(({ name }) => name === `${first} ${second}`)) {
    throwUnknownCommand([first, second], table);
  }
}

/** The parser of the whole table. */
function buildParser(options: ProgramOptions, settle: (code: number) => void): Parser {
  const { table } = options;
  const root = prepare(new Parser('cloudwright'), options)
    .description('Deploys a verified OpenStack cloud from one description of hosts and services.')
    .version(version, '--version', 'print the version')
    .helpOption('-h, --help', 'print help; also after a command')
    .usage('[options] COMMAND …')
    .enablePositionalOptions();
  for (const spec of globalOptions) root.addOption(optionOf(spec));
  root.addHelpText(
    'after',
    '\nExit codes: 0 done, 1 a step or check failed, 2 bad input, 3 interrupted, 4 locked by another run.',
  );

  const entries: readonly (Command | Group)[] = [
    ...table.commands.filter(({ name }) => !name.includes(' ')),
    ...table.groups,
  ];
  const order = Object.keys(purposes);
  const at = ({ purpose = 'other' }: { readonly purpose?: Purpose }): number => order.indexOf(purpose);
  const groups = new Map<string, Parser>();
  for (const entry of [...entries].sort((a, b) => at(a) - at(b))) {
    const heading = purposes[entry.purpose ?? 'other'];
    if ('run' in entry) addCommand(root, entry.name, entry, options, settle).helpGroup(heading);
    else groups.set(entry.name, addGroup(root, entry, options, settle).helpGroup(heading));
  }
  for (const command of table.commands) {
    const [first = '', second] = command.name.split(' ');
    const parent = groups.get(first);
    if (second !== undefined && parent) addCommand(parent, second, command, options, settle);
  }
  root.helpCommand(false);
  return root;
}

function addGroup(
  root: Parser,
  group: Group,
  options: ProgramOptions,
  settle: (code: number) => void,
): Parser {
  const parser = prepare(root.command(group.name), options).description(group.summary);
  parser.helpCommand(false).enablePositionalOptions();
  parser.usage('COMMAND …');
  for (const spec of globalOptions) parser.addOption(optionOf(spec).hideHelp());
  parser.action(() => {
    options.writeErr(parser.helpInformation());
    settle(2);
  });
  return parser;
}

function addCommand(
  parent: Parser,
  name: string,
  command: Command,
  options: ProgramOptions,
  settle: (code: number) => void,
): Parser {
  const parser = prepare(parent.command(name), options).summary(command.summary);
  parser.description(command.details ? `${command.summary}\n\n${command.details}` : command.summary);
  parser.helpCommand(false);
  const specs = command.arguments ?? [];
  for (const spec of specs) parser.addArgument(argumentOf(spec));
  for (const spec of command.options ?? []) parser.addOption(optionOf(spec));
  for (const spec of globalOptions) parser.addOption(optionOf(spec).hideHelp());
  if (command.examples?.length) {
    const lines = command.examples.map((example) => `  ${example.line}\n      ${example.says}`);
    parser.addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
  }
  parser.action(async () => {
    const given = new Map<string, string | readonly string[]>();
    for (const [index, spec] of specs.entries()) {
      const value: unknown = parser.processedArgs[index];
      if (typeof value === 'string') given.set(spec.name, value);
      if (Array.isArray(value)) given.set(spec.name, value.map(String));
    }
    const input = new Input(given, ownOptions(parser, command));
    settle(await options.execute(command, input, settingsOf(parser)));
  });
  return parser;
}

/** The options of the command itself, without those of every command. */
function ownOptions(parser: Parser, command: Command): Readonly<Record<string, unknown>> {
  const names = new Set((command.options ?? []).map((spec) => optionOf(spec).attributeName()));
  return Object.fromEntries(Object.entries(parser.opts()).filter(([name]) => names.has(name)));
}

function prepare(parser: Parser, options: ProgramOptions): Parser {
  return parser
    .exitOverride()
    .showSuggestionAfterError(false)
    .allowExcessArguments(false)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: options.writeOut,
      writeErr: () => {},
      outputError: () => {},
      getOutHelpWidth: options.columns,
      getErrHelpWidth: options.columns,
    });
}

function argumentOf(spec: ArgumentSpec): Argument {
  const word = spec.many ? `${spec.name}...` : spec.name;
  const argument = new Argument(spec.required ? `<${word}>` : `[${word}]`, spec.summary);
  return spec.choices ? argument.choices(spec.choices) : argument;
}

function optionOf(spec: OptionSpec): Option {
  const flags = `${spec.short ? `-${spec.short}, ` : ''}--${spec.name}${spec.value ? ` <${spec.value}>` : ''}`;
  const option = new Option(flags, spec.summary);
  if (spec.choices) option.choices(spec.choices);
  if (spec.many) {
    option.argParser((value: string, before: readonly string[] | undefined) => [...(before ?? []), value]);
  }
  return option;
}

/** The global options, wherever on the line they are; the one nearest to the command counts. */
function settingsOf(parser: Parser): GlobalSettings & { readonly color: boolean } {
  const levels: Record<string, unknown>[] = [];
  for (let at: Parser | null = parser; at; at = at.parent) levels.push(at.opts());
  const find = (name: string): unknown => levels.find((level) => level[name] !== undefined)?.[name];
  const file = find('file');
  const vaultPasswordFile = find('vaultPasswordFile');
  return {
    ...(typeof file === 'string' && { file }),
    ...(typeof vaultPasswordFile === 'string' && { vaultPasswordFile }),
    json: find('json') === true,
    verbose: find('verbose') === true,
    quiet: find('quiet') === true,
    color: levels.every((level) => level.color !== false),
  };
}
