import { defineCatalogue } from './entry.ts';

/** What can be wrong with an answer file of Packstack. */
export const packstackErrors = defineCatalogue({
  IMPORT_PACKSTACK_EMPTY: {
    what: '{file} holds no answers.',
    why: 'An answer file has lines such as CONFIG_CONTROLLER_HOST=192.168.1.100 below [general].',
    next: 'Name the file that `packstack --gen-answer-file` wrote.',
    exit: 2,
  },
  IMPORT_PACKSTACK_LINE: {
    what: 'This line cannot be read: {reason}.',
    why: 'An answer file has comments, one line [general], and answers KEY=value. Packstack’s own parser stops here.',
    next: 'Correct or remove the line. The rest of the file was read.',
    exit: 2,
  },
  IMPORT_PACKSTACK_SECTION: {
    what: 'There is no line [general] before the first answer.',
    why: 'Packstack reads answers only below it; they were read all the same.',
    next: 'Put [general] at the top if Packstack is to read the file too.',
    exit: 2,
  },
  IMPORT_PACKSTACK_UNKNOWN_KEY: {
    what: 'Packstack has no key {key}.',
    why: 'Packstack silently ignores unknown keys, so the setting may never have had an effect. {assumed}',
    next: 'Correct the name, or remove the line.',
    exit: 2,
  },
  IMPORT_PACKSTACK_CONTROLLER: {
    what: 'The answers name no controller.',
    why: 'Packstack then takes the machine it runs on, which an import cannot know.',
    next: 'Add CONFIG_CONTROLLER_HOST with the controller’s address.',
    exit: 2,
  },
  IMPORT_PACKSTACK_HOST: {
    what: '`{host}` is not an IPv4 address.',
    why: 'Hosts are described with their management address; Packstack looked the name up.',
    next: 'Write the address, or give it with `--address {host}=ADDRESS`.',
    exit: 2,
  },
  IMPORT_PACKSTACK_LOOPBACK: {
    what: '{host} is {kind} address.',
    why: 'Each host is reached under its management address, also by itself; Packstack allowed this for a trial on one machine.',
    next: 'Write the host’s address in the network.',
    exit: 2,
  },
  IMPORT_PACKSTACK_NETWORK: {
    what: 'The hosts {first} and {second} are in no common network of sensible size.',
    why: 'The management network connects all hosts without a router; a network for both would be larger than /16.',
    next: 'Correct the addresses, or name the network with `--management-cidr`.',
    exit: 2,
  },
  IMPORT_PACKSTACK_ASSUMED: {
    what: '{what} is not in the answers: {value} is assumed.',
    why: '{why}',
    next: 'Correct it in the description, or import again with `{option}`.',
    exit: 2,
  },
});
