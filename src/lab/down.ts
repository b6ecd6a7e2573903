import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fail } from '../errors/problem.ts';
import { attempt, type Report } from '../system/command.ts';
import { fileExists, mountsBelow, removeTree } from '../system/files.ts';
import { checkInterrupted, withSignal } from '../system/interrupt.ts';
import { withLock } from '../system/lock.ts';
import { requireRoot } from '../system/packages.ts';
import { signalProcess } from '../system/process.ts';
import { waitFor } from '../system/wait.ts';
import { groupsWithPrefix, removeGroup } from './controlGroups.ts';
import { namespaceInode } from './fabric.ts';
import {
  checkLabName,
  controlGroup,
  type LabLocation,
  labPaths,
  lockPath,
  namespacePrefix,
  nodePaths,
} from './names.ts';
import { killGroups, processesInNetwork } from './processes.ts';
import { stopProxy } from './proxy.ts';

/** What exists of a lab, found by names and folders, not from the memory of a process. */
export interface Remains {
  readonly namespaces: readonly string[];
  readonly groups: readonly string[];
  readonly mounts: readonly string[];
  readonly files: readonly string[];
}

export async function labRemains(location: LabLocation): Promise<Remains> {
  const { root } = labPaths(location);
  const namespaces = (await readdir('/run/netns').catch(() => [])).filter((name) =>
    name.startsWith(namespacePrefix(location.name)),
  );
  return {
    namespaces,
    groups: await groupsWithPrefix(controlGroup(location.name, '')),
    mounts: await mountsBelow(root),
    files: (await fileExists(root)) ? [root] : [],
  };
}

/**
 * Stops the nodes as a power cut does and deletes everything that belongs to the lab. Safe at any point of a lab's
 * life, and where there is none. The signal counts until the work begins; then it runs to its end, a few seconds.
 */
export async function labDown(
  location: LabLocation,
  signal: AbortSignal | undefined,
  report: Report,
): Promise<void> {
  requireRoot();
  checkLabName(location.name);
  await withSignal(signal, async () => {
    checkInterrupted(`take lab ${location.name} down`);
    await withLock(lockPath(location), `lab ${location.name}`, () =>
      withSignal(undefined, () => takeDown(location, report)),
    );
  });
}

/** As `labDown`, for a caller that holds the lab's lock. */
export async function takeDown(location: LabLocation, report: Report): Promise<void> {
  const remains = await labRemains(location);
  const count = Object.values(remains).flat().length;
  if (count === 0) report(`there is no lab ${location.name}`);
  else report(`taking lab ${location.name} down`);
  await killGroups(remains.groups);
  await Promise.all(remains.namespaces.map(removeNamespace));
  for (const group of remains.groups) {
    await waitFor(`control group ${group} to be free`, async () => await removeGroup(group), 10);
  }
  await Promise.all(remains.mounts.map(unmount));
  await removeFiles(location);
  await stopProxyIfUnused(location);
  const left = Object.values(await labRemains(location)).flat();
  if (left.length > 0) fail('LAB_REMAINS', { details: { name: location.name, remains: left.join(', ') } });
}

/** Removes the lab's folder; the nodes' trees, tens of thousands of files each, at the same time. */
async function removeFiles(location: LabLocation): Promise<void> {
  const { nodes, root } = labPaths(location);
  const names = await readdir(nodes).catch(() => []);
  await Promise.all(names.map((node) => removeTree(nodePaths(location, node).directory)));
  await removeTree(root);
}

/** Ends what still runs in the namespace, such as an ssh session's way in, and removes it with all its devices. */
async function removeNamespace(namespace: string): Promise<void> {
  const inode = await namespaceInode(namespace);
  if (inode !== undefined) for (const pid of await processesInNetwork(inode)) signalProcess(pid, 'SIGKILL');
  // A namespace whose making was interrupted is a plain file that `ip netns` cannot delete.
  await attempt('ip', ['netns', 'delete', namespace], { doing: `remove namespace ${namespace}` });
  await rm(join('/run/netns', namespace), { force: true }).catch(() => undefined);
}

async function unmount(path: string): Promise<void> {
  await waitFor(
    `${path} to be free for unmounting`,
    async () =>
      (await attempt('umount', [path], { doing: `unmount ${path}` })).exitCode === 0 ||
      !(await isMount(path)),
    10,
  );
}

async function isMount(path: string): Promise<boolean> {
  const mounts = await readFile('/proc/self/mounts', 'utf8');
  return mounts.includes(` ${path} `);
}

/** The proxy serves all labs of the folder; the last one ends it. */
async function stopProxyIfUnused(location: LabLocation): Promise<void> {
  await withLock(
    join(location.directory, 'cache', 'proxy.lock'),
    'the package proxy',
    async () => {
      for (const name of await readdir(location.directory)) {
        if (await fileExists(labPaths({ ...location, name }).logs)) return;
      }
      await removeGroup(await stopProxy(location.directory));
    },
    60,
  );
}
