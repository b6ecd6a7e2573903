import { fail } from '../errors/problem.ts';
import type { Report } from '../system/command.ts';
import { withLock } from '../system/lock.ts';
import { requireRoot } from '../system/packages.ts';
import { switchCables } from './fabric.ts';
import type { LabLocation } from './names.ts';
import { cutNode, initProcess, readRecord } from './node.ts';
import { type LabNode, type LabState, nodeOf, readState } from './state.ts';
import { ensureNode, lockPath } from './up.ts';

/** Does `work` on a node of the lab that is there, alone. */
async function onNode<T>(
  location: LabLocation,
  node: string,
  work: (state: LabState, node: LabNode) => Promise<T>,
): Promise<T> {
  requireRoot();
  return await withLock(lockPath(location), `lab ${location.name}`, async () => {
    const state = await readState(location);
    return await work(state, nodeOf(state, node));
  });
}

/** Cuts a node's power: all of its processes end at once. What it had handed to the kernel for writing stays written. */
export async function labCut(location: LabLocation, node: string): Promise<void> {
  await onNode(location, node, async (state, found) => await cutNode(state.name, found.name));
}

/** Pulls all network cables of a node; it runs on, alone. */
export async function labPartition(location: LabLocation, node: string): Promise<void> {
  await onNode(location, node, async (state, found) => {
    const running = (await initProcess(state.name, found.name)) !== undefined;
    if (!running) fail('LAB_NODE_DOWN', { details: { node } });
    await switchCables(state.name, found.index, 'down');
  });
}

/** Brings a node back, whatever was done to it: cables in, power on. Returns once ssh answers. */
export async function labHeal(location: LabLocation, node: string, report: Report): Promise<void> {
  await onNode(location, node, async (state, found) => {
    const record = await readRecord(location, found.name);
    if (!record) fail('LAB_NOT_UP', { details: { name: location.name, directory: location.directory } });
    await ensureNode(state, found, record, report);
  });
}
