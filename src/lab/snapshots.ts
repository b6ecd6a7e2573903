import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { fail } from '../errors/problem.ts';
import type { Report } from '../system/command.ts';
import { readJson, removeTree, writeWhole } from '../system/files.ts';
import { withSignal } from '../system/interrupt.ts';
import { withLock } from '../system/lock.ts';
import { requireRoot } from '../system/packages.ts';
import { checkSnapshotName, type LabLocation, labPaths, lockPath, nodePaths } from './names.ts';
import { cutNode, initProcess, readRecord, stopNode, unmountNode, writeRecord } from './node.ts';
import { type LabState, type NodeRecord, readState } from './state.ts';
import { ensureNode } from './up.ts';

/** What a snapshot is: the trees that each node had below its (then empty) upper. */
type Snapshot = Readonly<Record<string, NodeRecord>>;

/** Names of the lab's snapshots. */
export async function labSnapshots(location: LabLocation): Promise<string[]> {
  const files = await readdir(labPaths(location).snapshots).catch(() => []);
  return files
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort();
}

function snapshotFile(location: LabLocation, snapshot: string): string {
  return join(labPaths(location).snapshots, `${snapshot}.json`);
}

export interface LabSnapshotOptions extends LabLocation {
  readonly snapshot: string;
}

/**
 * Keeps the present state of all nodes under a name. The nodes are shut down in order, what they wrote is frozen in
 * place as a lower tree (nothing is copied), and those that ran are started again.
 */
export async function labSnapshot(
  options: LabSnapshotOptions,
  signal: AbortSignal | undefined,
  report: Report,
): Promise<void> {
  await alone(options, signal, async (location, snapshot) => {
    const state = await readState(location);
    const running = await runningNodes(state);
    if (running.size > 0) report(`shutting down ${[...running].join(', ')}`);
    await Promise.all([...running].map(async (node) => await stopNode(state.name, node)));
    const records: Record<string, NodeRecord> = {};
    for (const node of state.nodes) {
      const record = await freeze(location, node.name);
      if (record) records[node.name] = record;
    }
    await mkdir(labPaths(location).snapshots, { recursive: true, mode: 0o700 });
    await writeWhole(snapshotFile(location, snapshot), JSON.stringify(records));
    await dropUnused(state);
    await start(state, running, report);
  });
}

/** Puts all nodes of the snapshot back to it and starts them; what they wrote since is lost. */
export async function labRestore(
  options: LabSnapshotOptions,
  signal: AbortSignal | undefined,
  report: Report,
): Promise<void> {
  await alone(options, signal, async (location, snapshot) => {
    const state = await readState(location);
    const records = await readJson<Snapshot>(snapshotFile(location, snapshot));
    if (!records) {
      const snapshots = (await labSnapshots(location)).join(', ') || 'none';
      return fail('LAB_SNAPSHOT_UNKNOWN', { details: { name: location.name, snapshot, snapshots } });
    }
    for (const [node, record] of Object.entries(records)) {
      const paths = nodePaths(location, node);
      await cutNode(state.name, node);
      await unmountNode(location, node);
      for (const folder of [paths.upper, paths.work]) await removeTree(folder);
      await writeRecord(location, node, record);
    }
    await dropUnused(state);
    await start(state, new Set(Object.keys(records)), report);
  });
}

async function alone(
  { snapshot, ...location }: LabSnapshotOptions,
  signal: AbortSignal | undefined,
  work: (location: LabLocation, snapshot: string) => Promise<void>,
): Promise<void> {
  requireRoot();
  checkSnapshotName(snapshot);
  await withSignal(signal, () =>
    withLock(lockPath(location), `lab ${location.name}`, async () => await work(location, snapshot)),
  );
}

async function runningNodes(state: LabState): Promise<Set<string>> {
  const running = new Set<string>();
  for (const node of state.nodes) {
    if ((await initProcess(state.name, node.name)) !== undefined) running.add(node.name);
  }
  return running;
}

/** Turns the upper of a node at rest into its topmost lower tree. */
async function freeze(location: LabLocation, node: string): Promise<NodeRecord | undefined> {
  const record = await readRecord(location, node);
  if (!record) return undefined;
  const paths = nodePaths(location, node);
  await unmountNode(location, node);
  const frozen = join(paths.frozen, randomUUID().slice(0, 8));
  const next: NodeRecord = { ...record, lowers: [frozen, ...record.lowers] };
  await mkdir(paths.frozen, { recursive: true, mode: 0o755 });
  await writeRecord(location, node, next); // before the move: see presentLowers
  await rename(paths.upper, frozen);
  await removeTree(paths.work);
  return next;
}

/** Removes frozen trees that neither a node nor a snapshot lies on. */
async function dropUnused(state: LabState): Promise<void> {
  const used = new Set<string>();
  for (const node of state.nodes) {
    for (const lower of (await readRecord(state, node.name))?.lowers ?? []) used.add(lower);
  }
  for (const name of await labSnapshots(state)) {
    const records = (await readJson<Snapshot>(snapshotFile(state, name))) ?? {};
    for (const lower of Object.values(records).flatMap((record) => record.lowers)) used.add(lower);
  }
  for (const node of state.nodes) {
    const { frozen } = nodePaths(state, node.name);
    for (const name of await readdir(frozen).catch(() => [])) {
      const tree = join(frozen, name);
      if (!used.has(tree)) await removeTree(tree);
    }
  }
}

async function start(state: LabState, nodes: ReadonlySet<string>, report: Report): Promise<void> {
  await Promise.all(
    state.nodes.map(async (node) => {
      const record = await readRecord(state, node.name);
      if (record && nodes.has(node.name)) await ensureNode(state, node, record, report);
    }),
  );
}
