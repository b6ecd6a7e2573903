import type { CommanderError } from 'commander';
import { fail } from '../errors/problem.ts';
import { nearest } from '../errors/suggest.ts';
import type { Command } from './command.ts';
import type { CommandTable } from './commandTable.ts';
import { globalOptions } from './globals.ts';

export function throwUnknownCommand(words: readonly string[], table: CommandTable): never {
  const typed = words.join(' ');
  const group = words.length > 1 ? words[0] : undefined;
  const siblings =
    group === undefined
      ? [...table.groups, ...table.commands.filter((command) => !command.name.includes(' '))].map(
          (command) => command.name,
        )
      : table.commands
          .filter((command) => command.name.startsWith(`${group} `))
          .map((command) => command.name.split(' ')[1] ?? '');
  const close = nearest(words.at(-1) ?? '', siblings);
  const suggestion = close && `cloudwright ${group === undefined ? '' : `${group} `}${close}`;
  fail('CLI_COMMAND_UNKNOWN', { details: { command: `cloudwright ${typed}` }, suggestion });
}

/** The parser's own errors in the words of the catalogue. */
export function throwAsProblem(
  error: CommanderError,
  words: readonly string[],
  table: CommandTable,
  command: Command | undefined,
): never {
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
    ? command?.options?.find((spec) => `--${spec.name}` === flag)
    : command?.arguments?.find((spec) => spec.choices);
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
