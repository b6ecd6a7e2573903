import { defineCatalogue } from './entry.ts';

/** What can be wrong with the files handed to an import, whichever installer they belong to. */
export const importErrors = defineCatalogue({
  IMPORT_FILE_MISSING: {
    what: 'There is no file or folder {file}.',
    why: 'An import reads the files of another installer.',
    next: 'Check the name.',
    exit: 2,
  },
  IMPORT_FILE_UNREADABLE: {
    what: '{file} cannot be read: {reason}.',
    why: 'Configuration is text of at most 8 MiB.',
    next: 'Check the file and its permissions.',
    exit: 2,
  },
  IMPORT_FILE_ENCODING: {
    what: '{file} is not UTF-8 throughout.',
    why: 'It was read with a replacement for what could not be understood, which does no harm in comments.',
    next: 'Save it as UTF-8 if a value is affected.',
    exit: 2,
  },
  IMPORT_FILES_SKIPPED: {
    what: 'These files were not read: {files}.',
    why: 'Their content has no place in the description.',
    next: 'Check whether one of them matters to this cloud.',
    exit: 2,
  },
  IMPORT_FILES_UNUSED: {
    what: 'Settings in these files are not carried over: {files}.',
    why: '{why}',
    next: 'Read them, and put what this cloud needs under `config:` or `network.physical_networks` in cloud.yaml.',
    exit: 2,
  },
  IMPORT_FORMAT_UNKNOWN: {
    what: 'The files are of no installer that is known here.',
    why: 'Packstack answer files, Kolla Ansible’s and Burrito’s variables and inventories are recognised by their content. {looked}',
    next: 'Name the right files, or say which it is: `cloudwright import packstack|kolla|burrito FILE…`.',
    exit: 2,
  },
  IMPORT_FORMAT_MIXED: {
    what: 'The files are of several installers: {found}.',
    why: 'A description is made from the files of one.',
    next: 'Name only the files of one, or say which it is: `cloudwright import packstack|kolla|burrito FILE…`.',
    exit: 2,
  },
  IMPORT_PACKSTACK_SEVERAL: {
    what: '{count} answer files were given: {files}.',
    why: 'Each describes a cloud of its own.',
    next: 'Name one of them.',
    exit: 2,
  },
});
