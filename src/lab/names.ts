import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { fail } from '../errors/problem.ts';

/** A lab: its name and the folder that all labs of this machine share. Everything else is derived from these two. */
export interface LabLocation {
  readonly name: string;
  readonly directory: string;
}

/** The folder of all labs: `CLOUDWRIGHT_LAB_DIRECTORY`, or /var/lib/cloudwright/lab. */
export function labDirectory(env: Readonly<Record<string, string | undefined>> = process.env): string {
  return env.CLOUDWRIGHT_LAB_DIRECTORY || '/var/lib/cloudwright/lab';
}

/** Names without hyphens keep `cw-<name>-` an unambiguous prefix; `lab down` relies on it. */
export function checkLabName(name: string): void {
  if (!/^[a-z][a-z0-9]{0,11}$/.test(name) || ['base', 'cache', 'layers'].includes(name)) {
    fail('LAB_NAME_INVALID', { details: { name } });
  }
}

export function checkNodeNames(names: readonly string[]): void {
  for (const [position, node] of names.entries()) {
    const valid = /^[a-z]([a-z0-9-]{0,28}[a-z0-9])?$/.test(node) && !['fabric', 'making'].includes(node);
    if (!valid || names.indexOf(node) !== position) fail('LAB_NODE_NAME_INVALID', { details: { node } });
  }
}

/** Snapshot and layer names become file names. */
export function checkSnapshotName(snapshot: string): void {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/.test(snapshot)) {
    fail('LAB_SNAPSHOT_NAME_INVALID', { details: { snapshot } });
  }
}

export function fabricNamespace(lab: string): string {
  return `cw-${lab}-fabric`;
}

export function nodeNamespace(lab: string, node: string): string {
  return `cw-${lab}-${node}`;
}

/** The prefix of every namespace of a lab. */
export function namespacePrefix(lab: string): string {
  return `cw-${lab}-`;
}

/** Control group of one machine, or of the lab's own helpers (`fabric`, `making`). */
export function controlGroup(lab: string, part: string): string {
  return `cloudwright-${lab}-${part}`;
}

/** The package proxy is shared by the labs of one folder; the dot keeps it apart from every lab's groups. */
export function proxyControlGroup(directory: string): string {
  return `cloudwright.proxy-${createHash('sha256').update(directory).digest('hex').slice(0, 8)}`;
}

/** The fabric's end of a node's interface; at most 15 characters (IFNAMSIZ). */
export function fabricInterface(nodeIndex: number, network: number): string {
  return `node${nodeIndex}-eth${network}`;
}

/** The lock that keeps two commands from changing one lab at the same time. */
export function lockPath(location: LabLocation): string {
  return join(location.directory, `${location.name}.lock`);
}

/** Where the files of one lab are. */
export interface LabPaths {
  readonly root: string;
  readonly state: string;
  readonly key: string;
  readonly knownHosts: string;
  readonly sshConfig: string;
  readonly operatorPassword: string;
  readonly hostKeys: string;
  readonly logs: string;
  readonly nodes: string;
  readonly snapshots: string;
}

export function labPaths(location: LabLocation): LabPaths {
  const root = join(location.directory, location.name);
  return {
    root,
    state: join(root, 'lab.json'),
    key: join(root, 'key'),
    knownHosts: join(root, 'known_hosts'),
    sshConfig: join(root, 'ssh_config'),
    operatorPassword: join(root, 'operator.password'),
    hostKeys: join(root, 'host-keys'),
    logs: join(root, 'log'),
    nodes: join(root, 'nodes'),
    snapshots: join(root, 'snapshots'),
  };
}

/** Where one node's trees are: `root` is the mounted overlay, `upper` what the node wrote. */
export interface NodePaths {
  readonly directory: string;
  readonly upper: string;
  readonly work: string;
  readonly root: string;
  /** Frozen uppers of snapshots. */
  readonly frozen: string;
  readonly record: string;
  readonly console: string;
}

export function nodePaths(location: LabLocation, node: string): NodePaths {
  const paths = labPaths(location);
  const directory = join(paths.nodes, node);
  return {
    directory,
    upper: join(directory, 'upper'),
    work: join(directory, 'work'),
    root: join(directory, 'root'),
    frozen: join(directory, 'frozen'),
    record: join(directory, 'node.json'),
    console: join(paths.logs, `${node}.console`),
  };
}
