import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileExists, textOf } from '../system/files.ts';

/**
 * Every machine has a control group of its own in each hierarchy that systemd uses; machines in one group kill each
 * other's services of the same name. By its groups every process of a lab can be found.
 */
export interface Hierarchies {
  /** Mount point of the v2 hierarchy. */
  readonly unified: string;
  /** `name=systemd` of a hybrid host. */
  readonly systemd: string | undefined;
  /** v1 memory controller; undefined where memory is a controller of the v2 hierarchy. */
  readonly memory: string | undefined;
}

/** Reads the hierarchies out of /proc/self/mounts. */
export function parseHierarchies(mounts: string): Hierarchies | undefined {
  const lines = mounts.split('\n').map((line) => line.split(' '));
  const v1 = (option: string): string | undefined =>
    lines.find((fields) => fields[2] === 'cgroup' && fields[3]?.split(',').includes(option))?.[1];
  const unified = lines.find((fields) => fields[2] === 'cgroup2')?.[1];
  if (!unified) return undefined;
  return { unified, systemd: v1('name=systemd'), memory: v1('memory') };
}

export async function hierarchies(): Promise<Hierarchies> {
  const found = parseHierarchies(await readFile('/proc/self/mounts', 'utf8'));
  return found ?? { unified: '/sys/fs/cgroup', systemd: undefined, memory: undefined };
}

function mounted(all: Hierarchies): string[] {
  return [all.unified, all.systemd, all.memory].filter((path) => path !== undefined);
}

/** Makes the group in each hierarchy, with a limit where given, and gives the folders a process is to enter. */
export async function makeGroup(group: string, memoryMiB?: number): Promise<string[]> {
  const all = await hierarchies();
  if (!all.memory) {
    // In a v2-only hierarchy a controller must be handed down by the parent first; it may be so already.
    await writeFile(join(all.unified, 'cgroup.subtree_control'), '+memory +pids').catch(() => undefined);
  }
  const folders = mounted(all).map((path) => join(path, group));
  for (const folder of folders) await mkdir(folder, { recursive: true });
  if (memoryMiB === undefined) return folders;
  const bytes = String(memoryMiB * 1024 * 1024);
  if (!all.memory) {
    await writeFile(join(all.unified, group, 'memory.max'), bytes);
    return folders;
  }
  const folder = join(all.memory, group);
  await writeFile(join(folder, 'memory.use_hierarchy'), '1').catch(() => undefined); // gone from newer kernels
  await writeFile(join(folder, 'memory.limit_in_bytes'), bytes);
  return folders;
}

/** Names of the groups, in any hierarchy, that begin with the prefix. */
export async function groupsWithPrefix(prefix: string): Promise<string[]> {
  const names = new Set<string>();
  for (const path of mounted(await hierarchies())) {
    for (const name of await readdir(path)) if (name.startsWith(prefix)) names.add(name);
  }
  return [...names];
}

/** Ids of all processes in the group and below it, in any hierarchy. */
export async function groupProcesses(group: string): Promise<number[]> {
  const found = new Set<number>();
  for (const path of mounted(await hierarchies())) {
    for (const folder of await subtree(join(path, group))) {
      const text = await textOf(join(folder, 'cgroup.procs'));
      for (const line of text.split('\n')) if (line && line !== '0') found.add(Number(line));
    }
  }
  return [...found];
}

/** Removes the group and all below it; processes in it must have ended. Gives false where one is still in use. */
export async function removeGroup(group: string): Promise<boolean> {
  let gone = true;
  for (const path of mounted(await hierarchies())) {
    const folders = await subtree(join(path, group));
    for (const folder of folders.reverse()) {
      await rmdir(folder).catch(() => undefined);
      gone &&= !(await fileExists(folder));
    }
  }
  return gone;
}

/** Memory in use by the group, in MiB, page cache included; undefined where it isn't counted. */
export async function groupMemoryMiB(group: string): Promise<number | undefined> {
  const all = await hierarchies();
  const text = all.memory
    ? await textOf(join(all.memory, group, 'memory.usage_in_bytes'))
    : await textOf(join(all.unified, group, 'memory.current'));
  return text ? Math.round(Number(text) / 1024 / 1024) : undefined;
}

/** The folder and all folders below it, parents first. */
async function subtree(folder: string): Promise<string[]> {
  if (!(await fileExists(folder))) return [];
  const folders = [folder];
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    if (entry.isDirectory()) folders.push(...(await subtree(join(folder, entry.name))));
  }
  return folders;
}
