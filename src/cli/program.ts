import { Argument, CommanderError, Option, Command as Parser } from 'commander';
import { fail } from '../errors/problem.ts';
import { nearest } from '../errors/suggest.ts';
import type { ArgumentSpec, Command, CommandContext, GlobalSettings, OptionSpec } from './command.ts';
import { Input } from './command.ts';
import { globalOptions } from './globals.ts';
import { version } from './version.ts';

/** The words that name groups (`lab`, `vault`), with what help says of them. */
export interface Group {
  readonly name: string;
  readonly summary: string;
}

export interface CommandTable {
  readonly groups: readonly Group[];
  readonly commands: readonly Command[];
}

export interface ProgramOptions {
  readonly table: CommandTable;
  /** Makes the context once the global options are known. */
  context(settings: GlobalSettings & { readonly color: boolean }): CommandContext;
  writeOut(text: string): void;
  writeErr(text: string): void;
  columns(): number;
}

/**
 * Parses a command line (without `node` and the script) and runs the command it names. Settles with the exit code;
 * rejects with CloudwrightError (CLI_*, exit 2) when the line is wrong, or with what the command rejects with.
 */
export async function runProgram(words: readonly string[], options: ProgramOptions): Promise<number> {
  let exitCode = 0;
  const root = buildParser(options, (code) => {
    exitCode = code;
  });
  if (words.length === 0) {
    options.writeErr(root.helpInformation());
    return 2;
  }
  try {
    await root.parseAsync([...words], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 0;
    if (error.code === 'commander.help') {
      options.writeErr(root.helpInformation());
      return 2;
    }
    throwAsProblem(error, words, options.table);
  }
  return exitCode;
}

/** The parser of the whole table. */
function buildParser(options: ProgramOptions, settle: (code: number) => void): Parser {
  const { table } = options;
  const root = prepare(new Parser('cloudwright'), options)
    .description('One description of hosts and variables in; a running, verified OpenStack cloud out.')
    .version(version, '--version', 'print the version')
    .helpOption('-h, --help', 'print help; also after a command')
    .usage('[options] COMMAND …')
    .enablePositionalOptions();
  for (const spec of globalOptions) root.addOption(optionOf(spec));
  root.addHelpText(
    'after',
    '\nExit codes: 0 done, 1 a step or check failed, 2 bad input, 3 interrupted, 4 locked by another run.',
  );

  const groups = new Map<string, Parser>();
  for (const group of table.groups) {
    const parser = prepare(root.command(group.name), options).description(group.summary);
    parser.helpCommand(false).enablePositionalOptions();
    parser.usage('COMMAND …');
    for (const spec of globalOptions) parser.addOption(optionOf(spec).hideHelp());
    parser.allowExcessArguments(true);
    parser.action(() => {
      const word = parser.args[0];
      if (word !== undefined) throwUnknownCommand([group.name, word], table);
      options.writeErr(parser.helpInformation());
      settle(2);
    });
    groups.set(group.name, parser);
  }
  for (const command of table.commands) {
    const [first = '', second] = command.name.split(' ');
    const parent = second === undefined ? root : (groups.get(first) ?? root);
    addCommand(parent, second ?? first, command, options, settle);
  }
  root.helpCommand(false);
  return root;
}

function addCommand(
  parent: Parser,
  name: string,
  command: Command,
  options: ProgramOptions,
  settle: (code: number) => void,
): void {
  const parser = prepare(parent.command(name), options).summary(command.summary);
  parser.description(command.details ? `${command.summary}\n\n${command.details}` : command.summary);
  parser.helpCommand(false);
  const specs = command.arguments ?? [];
  for (const spec of specs) parser.addArgument(argumentOf(spec));
  for (const spec of command.options ?? []) parser.addOption(optionOf(spec));
  for (const spec of globalOptions) parser.addOption(optionOf(spec).hideHelp());
  if (command.passThrough) parser.passThroughOptions();
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
    const context = options.context(settingsOf(parser));
    settle(await command.run(context, new Input(given, ownOptions(parser, command))));
  });
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

/** The global options, wherever on the line they stood; the one nearest to the command counts. */
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

/** The command that the words name as far as they go, for messages: `cloudwright lab up`. */
function commandNamed(words: readonly string[], table: CommandTable): Command | undefined {
  const plain = words.filter((word) => !word.startsWith('-'));
  return (
    table.commands.find((command) => command.name === plain.slice(0, 2).join(' ')) ??
    table.commands.find((command) => command.name === plain[0])
  );
}

function throwUnknownCommand(words: readonly string[], table: CommandTable): never {
  const typed = words.join(' ');
  const group = words.length > 1 ? words[0] : undefined;
  const siblings =
    group === undefined
      ? [...table.groups, ...table.commands.filter((one) => !one.name.includes(' '))].map((one) => one.name)
      : table.commands
          .filter((one) => one.name.startsWith(`${group} `))
          .map((one) => one.name.split(' ')[1] ?? '');
  const close = nearest(words.at(-1) ?? '', siblings);
  const suggestion = close && `cloudwright ${group === undefined ? '' : `${group} `}${close}`;
  fail('CLI_COMMAND_UNKNOWN', { details: { command: `cloudwright ${typed}` }, suggestion });
}

/** The parser's own errors in the words of the catalogue. */
function throwAsProblem(error: CommanderError, words: readonly string[], table: CommandTable): never {
  const command = commandNamed(words, table);
  const called = command ? `cloudwright ${command.name}` : 'cloudwright';
  const quoted = /'([^']*)'/.exec(error.message)?.[1] ?? '';
  switch (error.code) {
    case 'commander.unknownCommand':
      throwUnknownCommand([quoted], table);
      break;
    case 'commander.unknownOption': {
      const known = [...(command?.options ?? []), ...globalOptions].map((spec) => `--${spec.name}`);
      const option = quoted.split('=')[0] ?? quoted;
      const suggestion = nearest(option, [...known, '--help', ...(command ? [] : ['--version'])]);
      fail('CLI_OPTION_UNKNOWN', { details: { command: called, option }, suggestion });
      break;
    }
    case 'commander.missingArgument':
      fail('CLI_ARGUMENT_MISSING', { details: { command: called, argument: quoted } });
      break;
    case 'commander.optionMissingArgument': {
      const option = /--[\w-]+/.exec(quoted)?.[0] ?? quoted;
      fail('CLI_OPTION_VALUE_MISSING', { details: { command: called, option } });
      break;
    }
    case 'commander.excessArguments':
      fail('CLI_ARGUMENT_EXCESS', { details: { command: called, argument: excess(words, command) } });
      break;
    case 'commander.invalidArgument':
      invalidValue(error, called, command);
      break;
    default:
      throw error;
  }
}

function excess(words: readonly string[], command: Command | undefined): string {
  const own = command?.name.split(' ').length ?? 0;
  const plain = words.filter((word) => !word.startsWith('-')).slice(own + (command?.arguments?.length ?? 0));
  return plain.join(' ') || (words.at(-1) ?? '');
}

function invalidValue(error: CommanderError, called: string, command: Command | undefined): never {
  const value = /argument '([^']*)' is invalid|value '([^']*)' is invalid/.exec(error.message);
  const word = value?.[1] ?? value?.[2] ?? '';
  const flag = /option '[^']*(--[\w-]+)/.exec(error.message)?.[1];
  const spec = flag
    ? command?.options?.find((one) => `--${one.name}` === flag)
    : command?.arguments?.find((one) => one.choices);
  const allowed = spec?.choices ?? [];
  fail('CLI_OPTION_VALUE_INVALID', {
    details: {
      value: word,
      option: flag ?? spec?.name ?? 'it',
      command: called,
      allowed: allowed.join(', '),
    },
    suggestion: nearest(word, allowed),
  });
}
