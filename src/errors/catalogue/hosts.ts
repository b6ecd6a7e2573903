import { defineCatalogue } from './entry.ts';

export const hostsErrors = defineCatalogue({
  HOST_UNREACHABLE: {
    what: 'Host {host} cannot be reached over ssh.',
    why: 'Every step works on all hosts of the description; one that does not answer would be left behind.',
    next: 'Check that it is up and that `ssh {host}` works from this machine, then run `cloudwright ping`.',
    exit: 1,
  },
});
