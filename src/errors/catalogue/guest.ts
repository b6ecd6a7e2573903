import { defineCatalogue } from './entry.ts';

export const guestErrors = defineCatalogue({
  GUEST_TOOLS_MISSING: {
    what: 'The test image cannot be built on this machine: packages are missing.',
    why: 'The acceptance test boots a small image that is built here from Debian packages with {packages}. Nothing is installed on this machine unless you ask for it.',
    next: 'Give an image of your own with `--image FILE` or `test.image` in the description, or install the packages: `apt-get install {packages}`.',
    exit: 2,
  },
  GUEST_FILE_MISSING: {
    what: 'The test image could not be built: {missing} is not in the packages.',
    why: 'It is assembled from files of the Debian 13 kernel, busybox, dropbear and syslinux packages.',
    next: 'Check that the mirror is a complete Debian 13 mirror.',
    exit: 1,
  },
});
