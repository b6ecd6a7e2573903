import { defineCatalogue } from './entry.ts';

export const labErrors = defineCatalogue({
  LAB_NEEDS_ROOT: {
    what: 'The lab needs root on this machine.',
    why: 'Network namespaces, overlay mounts and control groups are made by root alone.',
    next: 'Run the same command as root, for example with sudo.',
    exit: 2,
  },
  LAB_NAME_INVALID: {
    what: '"{name}" cannot be the name of a lab.',
    why: 'The name becomes part of namespaces and control groups: 1 to 12 lower-case letters and digits, a letter first.',
    next: 'Choose a name such as "lab" or "trial2".',
    exit: 2,
  },
  LAB_NODE_NAME_INVALID: {
    what: '"{node}" cannot be the name of a lab node.',
    why: 'The name becomes a host name and a namespace: 1 to 30 lower-case letters, digits and inner hyphens, each name once, and not "fabric" or "making".',
    next: 'Choose a name such as "control1".',
    exit: 2,
  },
  LAB_TOO_MANY_NODES: {
    what: 'The lab has no address left for node {node}.',
    why: 'The last octets 11 to 39, by kind of node, and 41 to 99 for the rest are all given away.',
    next: 'Use fewer nodes.',
    exit: 2,
  },
  LAB_NOT_UP: {
    what: 'There is no lab {name} in {directory}.',
    why: 'The command works on a lab that exists.',
    next: 'Make it with `cloudwright lab up`.',
    exit: 2,
  },
  LAB_NODE_UNKNOWN: {
    what: 'Lab {name} has no node {node}.',
    why: 'Its nodes are: {nodes}.',
    next: 'Give one of these names.',
    exit: 2,
  },
  LAB_LOCKED: {
    what: 'Process {pid} is already at work on {thing}.',
    why: 'Two commands that change the same lab at once would undo each other.',
    next: 'Wait until it ends, then run the command again.',
    exit: 4,
  },
  LAB_HOST_PACKAGES: {
    what: 'The packages that the lab needs on this machine could not be installed.',
    why: 'These are missing: {packages}.',
    next: 'Install them with apt-get, mend what it complains about, and run the command again.',
    exit: 1,
  },
  LAB_NO_MIRROR: {
    what: "No Debian mirror was found in this machine's apt configuration.",
    why: 'The nodes are made of Debian packages, from the mirror that this machine itself uses.',
    next: 'Set CLOUDWRIGHT_MIRROR to the address of a Debian mirror, or add one to /etc/apt/sources.list.',
    exit: 2,
  },
  LAB_COMMAND_FAILED: {
    what: 'Could not {doing}.',
    why: '{command} ended with exit code {exit}.',
    next: 'Mend what its last lines say, then run the command again; what is done already stays done.',
    exit: 1,
  },
  LAB_COMMAND_TIMEOUT: {
    what: 'Could not {doing} within {seconds} seconds.',
    why: '{command} did not end and was stopped.',
    next: 'See whether this machine is overloaded, then run the command again.',
    exit: 1,
  },
  LAB_WAIT_TIMEOUT: {
    what: 'Waited {seconds} seconds for {condition}, in vain.',
    why: 'It comes within a few seconds on a machine that is not overloaded.',
    next: 'Read the evidence, then run `cloudwright lab up` again, or `cloudwright lab down` first.',
    exit: 1,
  },
  LAB_NODE_ENDED: {
    what: 'Node {node} ended while it booted.',
    why: 'Its machine (systemd-nspawn) exited before ssh answered.',
    next: 'Read the last lines of its console below.',
    exit: 1,
  },
  LAB_SNAPSHOT_UNKNOWN: {
    what: 'Lab {name} has no snapshot {snapshot}.',
    why: 'Its snapshots are: {snapshots}.',
    next: 'Give one of these names, or make one with `cloudwright lab snapshot {snapshot}`.',
    exit: 2,
  },
  LAB_SNAPSHOT_NAME_INVALID: {
    what: '"{snapshot}" cannot be the name of a snapshot or a layer.',
    why: 'It becomes a file name: 1 to 40 letters, digits, hyphens, dots and underscores, a letter or digit first.',
    next: 'Choose a name such as "bare" or "deployed-1".',
    exit: 2,
  },
  LAB_LAYER_UNKNOWN: {
    what: 'There is no layer {layer} in {directory}, or its base is gone.',
    why: 'A layer is a saved difference to one base tree and is of use only on top of that tree.',
    next: 'Save the layer again from a node, or start without it.',
    exit: 2,
  },
  LAB_NODE_DOWN: {
    what: 'Node {node} is not running.',
    why: 'Only a running node can be parted from the others.',
    next: 'Start it with `cloudwright lab heal {node}` first.',
    exit: 2,
  },
  LAB_NODE_RUNNING: {
    what: 'Node {node} is running.',
    why: 'A layer is saved from a node at rest, so that its files are whole.',
    next: 'Stop it with `cloudwright lab cut {node}` first.',
    exit: 2,
  },
  LAB_REMAINS: {
    what: '{name} could not be removed whole.',
    why: 'These remain: {remains}.',
    next: 'Run `cloudwright lab down` again; if they stay, end what uses them.',
    exit: 1,
  },
  LAB_GUEST_PACKAGE: {
    what: 'The tiny guest image could not be built: {missing} is not in the packages.',
    why: 'It is put together from files of the Debian 13 kernel, busybox, dropbear and syslinux packages.',
    next: 'Check that the mirror is a complete Debian 13 mirror.',
    exit: 1,
  },
});
