import { defineCatalogue } from './entry.ts';

export const labErrors = defineCatalogue({
  LAB_NAME_INVALID: {
    what: '"{name}" is not a valid name for a lab.',
    why: 'The name becomes part of namespaces and control groups: 1 to 12 lower-case letters and digits, a letter first.',
    next: 'Choose a name such as "lab" or "trial2".',
    exit: 2,
  },
  LAB_NODE_NAME_INVALID: {
    what: '"{node}" is not a valid name for a lab node.',
    why: 'The name becomes a host name and a namespace: 1 to 30 lower-case letters, digits and inner hyphens, each name once, and not "fabric" or "making".',
    next: 'Choose a name such as "control1".',
    exit: 2,
  },
  LAB_TOO_MANY_NODES: {
    what: 'The lab has no address left for node {node}.',
    why: 'The last octets 11 to 39, by kind of node, and 41 to 99 for the rest are all in use.',
    next: 'Use fewer nodes.',
    exit: 2,
  },
  LAB_NOT_UP: {
    what: 'There is no lab {name} in {directory}.',
    why: 'The command works on a lab that exists.',
    next: 'Create it with `cloudwright lab up`.',
    exit: 2,
  },
  LAB_NODE_UNKNOWN: {
    what: 'Lab {name} has no node {node}.',
    why: 'Its nodes are: {nodes}.',
    next: 'Give one of these names.',
    exit: 2,
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
    next: 'Give one of these names, or create one with `cloudwright lab snapshot {snapshot}`.',
    exit: 2,
  },
  LAB_SNAPSHOT_NAME_INVALID: {
    what: '"{snapshot}" is not a valid name for a snapshot or a layer.',
    why: 'It becomes a file name: 1 to 40 letters, digits, hyphens, dots and underscores, a letter or digit first.',
    next: 'Choose a name such as "bare" or "deployed-1".',
    exit: 2,
  },
  LAB_LAYER_UNKNOWN: {
    what: 'There is no layer {layer} in {directory}, or its base tree has been removed.',
    why: 'A layer holds the differences from one base tree and only works on top of that tree.',
    next: 'Save the layer again from a node, or start without it.',
    exit: 2,
  },
  LAB_NODE_DOWN: {
    what: 'Node {node} is not running.',
    why: 'Only a running node can be disconnected from the others.',
    next: 'Start it with `cloudwright lab heal {node}` first.',
    exit: 2,
  },
  LAB_NODE_RUNNING: {
    what: 'Node {node} is running.',
    why: 'A layer is saved from a stopped node, so that its files are consistent.',
    next: 'Stop it with `cloudwright lab cut {node}` first.',
    exit: 2,
  },
  LAB_REMAINS: {
    what: 'Lab {name} could not be removed completely.',
    why: 'These remain: {remains}.',
    next: 'Run `cloudwright lab down` again; if they stay, end what uses them.',
    exit: 1,
  },
});
