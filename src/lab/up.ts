import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { attempt, type Report } from '../system/command.ts';
import { textOf, writeWhole } from '../system/files.ts';
import { withSignal } from '../system/interrupt.ts';
import { withLock } from '../system/lock.ts';
import { hostMirror, type Mirror, nodeUri } from '../system/mirror.ts';
import { requireRoot } from '../system/packages.ts';
import { lastLines } from '../system/text.ts';
import { waitFor } from '../system/wait.ts';
import { ensureKeys, writeSshFiles } from './access.ts';
import { ensureBase } from './base.ts';
import { takeDown } from './down.ts';
import { cablesUp, ensureFabric, switchCables } from './fabric.ts';
import { findLayer } from './layers.ts';
import { checkLabName, checkNodeNames, type LabLocation, labPaths, lockPath, nodePaths } from './names.ts';
import { assignIndexes, type NodeRequest } from './networks.ts';
import {
  bootNode,
  failEnded,
  initProcess,
  mountNode,
  nodeProcesses,
  prepareNode,
  readRecord,
  writeRecord,
} from './node.ts';
import { ensureLabPackages } from './packages.ts';
import { ensureProxy, ensureProxyInFabric } from './proxy.ts';
import { describeLab, findState, type LabNode, type LabState, type NodeRecord } from './state.ts';

export interface LabUpOptions extends LabLocation {
  readonly nodes: readonly NodeRequest[];
  /** Memory limit of each node; page cache counts. 8192 by default: a whole all-in-one cloud uses 5 GiB. */
  readonly memoryMiB?: number;
  /** Name of a saved layer that new nodes start from. */
  readonly layer?: string;
}

/**
 * Brings the lab up: what exists stays, what is missing is made, what is off is started. Nodes that the lab has and
 * the list lacks stay too. Gives the state once ssh answers on every node. Interrupted (SYSTEM_INTERRUPTED), it takes
 * down a lab that it has begun; one that existed before is left for `labUp` or `labDown`.
 */
export async function labUp(
  options: LabUpOptions,
  signal: AbortSignal | undefined,
  report: Report,
): Promise<LabState> {
  requireRoot();
  checkLabName(options.name);
  checkNodeNames(options.nodes.map((node) => node.name));
  return await withSignal(signal, async () => {
    await ensureLabPackages(report);
    return await withLock(lockPath(options), `lab ${options.name}`, async () => {
      const isNew = (await findState(options)) === undefined;
      try {
        return await bringUp(options, report);
      } catch (error) {
        if (isNew && signal?.aborted) await withSignal(undefined, () => takeDown(options, report));
        throw error;
      }
    });
  });
}

async function bringUp(options: LabUpOptions, report: Report): Promise<LabState> {
  const paths = labPaths(options);
  // The folder comes first: the lab is found by it, whatever happens after this.
  await mkdir(paths.logs, { recursive: true, mode: 0o700 });
  const before = await findState(options);
  const known = new Map(before?.nodes.map((node) => [node.name, node.index]));
  const indexes = assignIndexes(options.nodes, known);
  const mirror = await hostMirror();
  const state = describeLab(options, indexes, {
    mirror: nodeUri(mirror.archive),
    securityMirror: mirror.security && nodeUri(mirror.security),
    memoryMiB: options.memoryMiB ?? before?.memoryMiB ?? 8192,
  });
  await ensureKeys(
    options,
    state.nodes.map((node) => node.name),
  );
  await writeSshFiles(options, state.nodes);
  await writeWhole(paths.state, `${JSON.stringify(state, undefined, 2)}\n`);
  const records = new Map<string, NodeRecord>();
  for (const node of state.nodes) records.set(node.name, await recordOf(options, node.name, mirror, report));
  await ensureProxy(options.directory, mirror, report);
  await ensureFabric(options.name);
  await ensureProxyInFabric(options);
  // All are waited for, also when one fails: whoever cleans up must not race with a node that is still booting.
  const nodes = await Promise.allSettled(
    state.nodes.map(async (node) => {
      const record = records.get(node.name);
      if (record) await ensureNode(state, node, record, report);
    }),
  );
  for (const node of nodes) if (node.status === 'rejected') throw node.reason;
  return state;
}

/** The node's record; for a new node the base tree is found or made first. */
async function recordOf(
  options: LabUpOptions,
  node: string,
  mirror: Mirror,
  report: Report,
): Promise<NodeRecord> {
  const there = await readRecord(options, node);
  if (there) return there;
  const layer = options.layer ? await findLayer(options.directory, options.layer) : undefined;
  const base = layer?.base ?? (await ensureBase(options, mirror, report)).id;
  const record: NodeRecord = { base, lowers: layer?.lowers ?? [], prepared: false };
  await writeRecord(options, node, record);
  return record;
}

/** Brings one node up: mounted, prepared, booted, connected, answering. */
export async function ensureNode(
  state: LabState,
  node: LabNode,
  record: NodeRecord,
  report: Report,
): Promise<void> {
  await mountNode(state, node.name, record);
  if (!record.prepared) {
    await prepareNode(state, node);
    await writeRecord(state, node.name, { ...record, prepared: true });
  }
  if ((await initProcess(state.name, node.name)) === undefined) {
    report(`${node.name}: booting`);
    await mkdir(dirname(nodePaths(state, node.name).console), { recursive: true });
    await bootNode(state, node, state.memoryMiB);
  } else if (!(await cablesUp(state.name, node.index))) {
    report(`${node.name}: plugging its cables in`);
    await switchCables(state.name, node.index, 'up');
  }
  await waitForNode(state, node);
}

/** Waits until ssh answers and logins are open (no /run/nologin). */
async function waitForNode(state: LabState, node: LabNode): Promise<void> {
  const console = nodePaths(state, node.name).console;
  await waitFor(
    `ssh on ${node.name}`,
    async () => {
      const login = await attempt(
        'ssh',
        [
          '-F',
          state.sshConfig,
          '-o',
          'BatchMode=yes',
          '-o',
          'ConnectTimeout=3',
          node.name,
          'test ! -e /run/nologin',
        ],
        { doing: `reach ${node.name}`, limitSeconds: 10 },
      );
      if (login.exitCode === 0) return true;
      if ((await nodeProcesses(state.name, node.name)).length === 0) await failEnded(state, node.name);
      return false;
    },
    60,
    { everyMilliseconds: 100, evidence: async () => lastLines(await textOf(console)) },
  );
}
