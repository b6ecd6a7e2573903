import { defineCatalogue } from './entry.ts';

/** What can go wrong on the machine that Cloudwright runs on. */
export const systemErrors = defineCatalogue({
  SYSTEM_NEEDS_ROOT: {
    what: 'This command needs root on this machine.',
    why: 'Only root can make network namespaces, overlay mounts and control groups, or install packages.',
    next: 'Run the same command as root, for example with sudo.',
    exit: 2,
  },
  SYSTEM_LOCKED: {
    what: 'Process {pid} is already working on {thing}.',
    why: 'Two commands that change the same thing at once would undo each other.',
    next: 'Wait until it ends, then run the command again.',
    exit: 4,
  },
  SYSTEM_PACKAGES: {
    what: 'Packages could not be installed on this machine.',
    why: 'These are missing: {packages}.',
    next: 'Install them with apt-get, fix what it complains about, and run the command again.',
    exit: 1,
  },
  SYSTEM_NO_MIRROR: {
    what: "No Debian mirror was found in this machine's apt configuration.",
    why: 'Trial machines and the test guest are made of Debian packages, from the mirror that this machine itself uses.',
    next: 'Set CLOUDWRIGHT_MIRROR to the address of a Debian mirror, or add one to /etc/apt/sources.list.',
    exit: 2,
  },
  SYSTEM_COMMAND_FAILED: {
    what: 'Could not {doing}.',
    why: '{command} ended with exit code {exit}.',
    next: 'Fix what its last lines say, then run the command again; finished work is kept.',
    exit: 1,
  },
  SYSTEM_COMMAND_TIMEOUT: {
    what: 'Could not {doing} within {seconds} seconds.',
    why: '{command} did not end in time and was stopped.',
    next: 'See whether this machine is overloaded, then run the command again.',
    exit: 1,
  },
  SYSTEM_WAIT_TIMEOUT: {
    what: 'Timed out after {seconds} seconds waiting for {condition}.',
    why: 'It takes a few seconds on a machine that is not overloaded.',
    next: 'Read the evidence, then run the command again.',
    exit: 1,
  },
  SYSTEM_INTERRUPTED: {
    what: 'Interrupted: {doing} was not finished.',
    why: 'The command was asked to stop.',
    next: 'Run the same command again.',
    exit: 3,
  },
  SYSTEM_STILL_MOUNTED: {
    what: '{folder} was not removed: something is mounted below it.',
    why: 'Removing the folder would delete files through these mounts: {mounts}.',
    next: 'Unmount them with umount, then run the command again.',
    exit: 1,
  },
});
