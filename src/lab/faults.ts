import { fail } from '../errors/problem.ts';
import type { Report } from '../system/command.ts';
import { withSignal } from '../system/interrupt.ts';
import { withLock } from '../system/lock.ts';
import { requireRoot } from '../system/packages.ts';
import { switchCables } from './fabric.ts';
import { type LabLocation, lockPath } from './names.ts';
import { cutNode, initProcess, readRecord } from './node.ts';
import { type LabNode, type LabState, nodeOf, readState } from './state.ts';
import { ensureNode } from './up.ts';

export interface LabNodeOptions extends LabLocation {
  readonly node: string;
}

type NodeWork = (state: LabState, node: LabNode) => Promise<void>;

/** Does `work` on a node of the lab, alone. */
async function onNode(
  options: LabNodeOptions,
  signal: AbortSignal | undefined,
  work: NodeWork,
): Promise<void> {
  requireRoot();
  await withSignal(signal, () =>
    withLock(lockPath(options), `lab ${options.name}`, async () => {
      const state = await readState(options);
      await work(state, nodeOf(state, options.node));
    }),
  );
}

/** Cuts a node's power: all of its processes end at once. What it had handed to the kernel for writing stays written. */
export async function labCut(options: LabNodeOptions, signal?: AbortSignal): Promise<void> {
  await onNode(options, signal, async (state, node) => await cutNode(state.name, node.name));
}

/** Pulls all network cables of a node, which keeps running without a network. */
export async function labPartition(options: LabNodeOptions, signal?: AbortSignal): Promise<void> {
  await onNode(options, signal, async (state, node) => {
    const running = (await initProcess(state.name, node.name)) !== undefined;
    if (!running) fail('LAB_NODE_DOWN', { details: { node: node.name } });
    await switchCables(state.name, node.index, 'down');
  });
}

/** Brings a node back after a power cut or a partition: cables in, power on. Returns once ssh answers. */
export async function labHeal(
  options: LabNodeOptions,
  signal: AbortSignal | undefined,
  report: Report,
): Promise<void> {
  const { name, directory } = options;
  await onNode(options, signal, async (state, node) => {
    const record = await readRecord(options, node.name);
    if (!record) fail('LAB_NOT_UP', { details: { name, directory } });
    await ensureNode(state, node, record, report);
  });
}
