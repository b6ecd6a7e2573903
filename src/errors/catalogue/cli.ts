import { defineCatalogue } from './entry.ts';

/** What can be wrong with a command line, and what is caught below every command. */
export const cliErrors = defineCatalogue({
  CLI_COMMAND_UNKNOWN: {
    what: 'There is no command `{command}`.',
    why: 'Nothing was done: guessing could change hosts.',
    next: '`cloudwright --help` lists the commands.',
    exit: 2,
  },
  CLI_OPTION_UNKNOWN: {
    what: '`{command}` has no option `{option}`.',
    why: 'An option that is not understood could change what is meant, so nothing was done.',
    next: '`{command} --help` lists its options.',
    exit: 2,
  },
  CLI_OPTION_VALUE_MISSING: {
    what: 'The option `{option}` needs a value.',
    why: 'It says what the option applies to.',
    next: 'Give it after the option; `{command} --help` shows its form.',
    exit: 2,
  },
  CLI_OPTION_VALUE_INVALID: {
    what: '{option} of `{command}` does not take the value `{value}`.',
    why: 'It takes one of: {allowed}.',
    next: 'Choose one of these.',
    exit: 2,
  },
  CLI_OPTIONS_EXCLUSIVE: {
    what: '{first} and {second} cannot be given together.',
    why: '{reason}',
    next: 'Leave one of the two out.',
    exit: 2,
  },
  CLI_ARGUMENT_MISSING: {
    what: '`{command}` needs {argument}.',
    why: 'Without it there is nothing to work on.',
    next: '`{command} --help` shows how it is called.',
    exit: 2,
  },
  CLI_ARGUMENT_EXCESS: {
    what: '`{command}` does not take the argument `{argument}`.',
    why: 'A word that is not understood could change what is meant, so nothing was done.',
    next: '`{command} --help` shows how it is called; quote a value that holds spaces.',
    exit: 2,
  },
  CLI_FILE_FOREIGN: {
    what: '{file} was found above the working folder, and belongs to another user.',
    why: 'A description decides which commands run on the hosts, and its ssh configuration which run on this machine.',
    next: 'Change to the folder of your own description, or name the file with `-f` if you trust it.',
    exit: 2,
  },
  CLI_FILE_NOT_FOUND: {
    what: 'There is no `cloud.yaml` in {folder} or in a folder above it.',
    why: 'All commands except `init`, `import`, `lab`, `up` and `completion` work on the cloud that this file describes.',
    next: 'Write one with `cloudwright init`, or name one with `--file`.',
    exit: 2,
  },
  CLI_FILE_EXISTS: {
    what: '{file} exists already.',
    why: 'A description is overwritten only with `--force`.',
    next: 'Name another file with `--file`, or give `--force`.',
    exit: 2,
  },
  CLI_FILE_IS_SOURCE: {
    what: '{file} is one of the files that are imported.',
    why: 'The description would replace it.',
    next: 'Name another file with `--file`.',
    exit: 2,
  },
  CLI_FILE_UNWRITABLE: {
    what: '{file} could not be written: {reason}.',
    why: 'The command exists to write it.',
    next: 'Create the folder and make it writable, or name another file with `--file`.',
    exit: 2,
  },
  CLI_ANSWER_NEEDED: {
    what: '{question}: no value was given.',
    why: 'The value cannot be asked for, because the input is not a terminal.',
    next: 'Give {option}.',
    exit: 2,
  },
  CLI_PASSWORDS_DIFFER: {
    what: 'The two passwords are not the same.',
    why: 'A typing error in a password that is not shown would make the vault unreadable.',
    next: 'Run the command again and type the same password twice.',
    exit: 2,
  },
  CLI_INTERRUPTED: {
    what: 'Interrupted.',
    why: 'Running changes were finished; nothing new was started.',
    next: 'Run the same command again to resume.',
    exit: 3,
  },
  CLI_INTERNAL: {
    what: 'Cloudwright itself failed: {message}',
    why: 'This is a bug in Cloudwright, not an error in your cloud or its description.',
    next: 'Run the command again; this is safe. If it fails again, report it with the file {file}. Review the file first: it contains the stack trace.',
    exit: 1,
  },
});
