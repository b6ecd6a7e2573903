import { defineCatalogue } from './entry.ts';

/** Why nothing is done about a cluster: acting could destroy data or form a second cluster. */
export const clustersErrors = defineCatalogue({
  CLUSTER_MEMBER_UNREACHABLE: {
    what: '{cluster}: no member that can be reached runs the cluster, and {hosts} cannot be reached.',
    why: 'A host that cannot be reached may hold the newest data. Forming the cluster without it could lose that data.',
    next: 'Start {hosts} and run the same command again. If a host is lost for good, remove it from the description first.',
    exit: 1,
  },
  CLUSTER_DIFFERENT_DATA: {
    what: '{cluster}: {hosts} hold data of different clusters: {found}.',
    why: 'Joining them would replace the data of one with the data of the other.',
    next: 'Decide which data is the right one. Back up and remove the other data by hand, then run the same command again.',
    exit: 1,
  },
  CLUSTER_FOREIGN: {
    what: '{cluster}: {hosts} belong to another cluster: {found} instead of {expected}.',
    why: 'A member of another cluster must not be changed.',
    next: 'Check the addresses in the description and the vault. If the other cluster is not needed, remove its data from {hosts} by hand.',
    exit: 1,
  },
  CLUSTER_NO_QUORUM: {
    what: '{cluster}: {alive} of {total} members run, which is no majority; missing: {hosts}.',
    why: 'Without a majority the cluster accepts no change, so no member can be added or replaced.',
    next: 'Start the missing members with their data and run the same command again.',
    exit: 1,
  },
  CLUSTER_NOT_ENCRYPTED: {
    what: '{cluster}: its servers talk to one another in clear text ({found}).',
    why: 'A server keeps its address and protocol for as long as it is in its cluster. A server with TLS beside it would be a second cluster.',
    next: 'Form the cluster again from its data, as docs/security.md describes under “OVN”, then run the same command again.',
    exit: 1,
  },
  CLUSTER_STATE_UNREADABLE: {
    what: '{cluster}: the state of {hosts} could not be read completely.',
    why: 'Nothing is changed while the state of a member that can be reached is unknown.',
    next: 'Look at the evidence and at the log of the service on that host, then run the same command again.',
    exit: 1,
  },
  OSD_DEVICE_FOREIGN: {
    what: 'Block device {device} of host {host} holds {found}.',
    why: 'An OSD takes the whole device and destroys what is on it.',
    next: 'Name an empty device. If nothing on this one is needed, empty it with `wipefs -a {device}`.',
    exit: 1,
  },
});
