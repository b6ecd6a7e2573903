import { defineCatalogue } from './entry.ts';

/** The description's file, text and shape. */
export const cloudFileErrors = defineCatalogue({
  CLOUD_FILE_MISSING: {
    what: 'There is no description at {file}.',
    why: 'Every command works on the cloud that this file describes.',
    next: 'Write one with `cloudwright init`, or name another file.',
    exit: 2,
  },
  CLOUD_FILE_UNREADABLE: {
    what: 'The description {file} cannot be read: {reason}.',
    why: 'Every command works on the cloud that this file describes.',
    next: 'Make it a readable file of at most 1 MiB, in UTF-8.',
    exit: 2,
  },
  CLOUD_EMPTY: {
    what: 'The description is empty.',
    why: 'A cloud needs at least a name, the management network and one host.',
    next: 'Write one with `cloudwright init`.',
    exit: 2,
  },
  CLOUD_YAML_SYNTAX: {
    what: 'This is not valid YAML: {reason}.',
    why: 'The description is read as YAML 1.2; after a syntax error nothing can be relied on.',
    next: 'Fix the line; indent with spaces and quote values that hold `: ` or ` #`.',
    exit: 2,
  },
  CLOUD_YAML_TAB: {
    what: 'A tab is used for indentation.',
    why: 'YAML allows only spaces there, because the width of a tab is not fixed.',
    next: 'Replace the tab by spaces.',
    exit: 2,
  },
  CLOUD_YAML_DUPLICATE_KEY: {
    what: 'The key `{key}` is repeated.',
    why: 'Which of the two values is meant cannot be known.',
    next: 'Keep one of the two.',
    exit: 2,
  },
  CLOUD_YAML_TAG: {
    what: 'The tag `{tag}` is not known here.',
    why: 'A description holds plain text, numbers, true, false, null, lists and maps only.',
    next: 'Remove the tag.',
    exit: 2,
  },
  CLOUD_YAML_BOOLEAN: {
    what: '`{value}` at `{path}` is text in YAML 1.2, not {expected}.',
    why: 'Only `true` and `false` are truth values; yes, no, on and off were in YAML 1.1, and `null` or leaving the key out means none.',
    next: 'Write `{fix}`.',
    exit: 2,
  },
  CLOUD_UNKNOWN_KEY: {
    what: 'The key `{key}` is not known under `{path}`.',
    why: 'A misspelt key would be ignored silently, so unknown keys are errors. Known here: {known}.',
    next: 'Correct or remove it.',
    exit: 2,
  },
  CLOUD_MISSING: {
    what: '`{path}` is missing.',
    why: 'It has no default: {meaning}',
    next: 'Add `{key}:` here.',
    exit: 2,
  },
  CLOUD_TYPE: {
    what: '`{path}` must be {expected}, but {found} is given.',
    why: 'About this field: {meaning}',
    next: 'Write {expected} there.',
    exit: 2,
  },
  CLOUD_VALUE: {
    what: '`{value}` is not allowed for `{path}`.',
    why: 'Allowed: {allowed}.',
    next: 'Use one of these.',
    exit: 2,
  },
  CLOUD_OUT_OF_RANGE: {
    what: '`{path}` must be {bound}, but is {value}.',
    why: 'About this field: {meaning}',
    next: 'Choose a value within these bounds.',
    exit: 2,
  },
  CLOUD_ADDRESS_SYNTAX: {
    what: '`{value}` at `{path}` is not an IPv4 address.',
    why: 'An address is four decimal numbers from 0 to 255, without leading zeros, joined by dots.',
    next: 'Write an address such as 192.168.21.11.',
    exit: 2,
  },
  CLOUD_CIDR_SYNTAX: {
    what: '`{value}` at `{path}` is not an IPv4 network.',
    why: 'A network is its first address, a slash and the prefix length.',
    next: 'Write a network such as 192.168.21.0/24.',
    exit: 2,
  },
  CLOUD_FORMAT: {
    what: '`{value}` at `{path}` must be {rule}.',
    why: 'About this field: {meaning}',
    next: 'Write it in this form.',
    exit: 2,
  },
  CLOUD_PASSWORD_IN_DESCRIPTION: {
    what: '`{path}` holds a secret in clear text.',
    why: 'The description is meant to be shared and kept under version control; secrets belong in the vault, encrypted.',
    next: 'Remove it here; set ssh_password, sudo_password or admin_password with `cloudwright vault edit`. All others are generated. Change a password that was already shared.',
    exit: 2,
  },
});
