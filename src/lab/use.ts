import { attempt, type CommandResult } from '../system/command.ts';
import { groupMemoryMiB } from './controlGroups.ts';
import { cablesUp } from './fabric.ts';
import { controlGroup, type LabLocation } from './names.ts';
import { initProcess } from './node.ts';
import { proxyRuns } from './proxy.ts';
import { findState, type LabState, nodeOf, readState } from './state.ts';

export interface LabNodeStatus {
  readonly name: string;
  readonly management: string;
  readonly running: boolean;
  /** All of its cables are plugged in. */
  readonly connected: boolean;
  /** Page cache included; undefined for a node at rest. */
  readonly memoryMiB: number | undefined;
}

export interface LabStatus {
  readonly state: LabState;
  readonly proxy: boolean;
  readonly nodes: readonly LabNodeStatus[];
}

/** How the lab is, or undefined where there is none. Changes nothing. */
export async function labStatus(location: LabLocation): Promise<LabStatus | undefined> {
  const state = await findState(location);
  if (!state) return undefined;
  const nodes: LabNodeStatus[] = [];
  for (const node of state.nodes) {
    const running = (await initProcess(state.name, node.name)) !== undefined;
    nodes.push({
      name: node.name,
      management: node.addresses.management,
      running,
      connected: running && (await cablesUp(state.name, node.index)),
      memoryMiB: running ? await groupMemoryMiB(controlGroup(state.name, node.name)) : undefined,
    });
  }
  return { state, proxy: await proxyRuns(state), nodes };
}

/** Runs a shell command line on a node as root and gives what it wrote; for tests and trials. */
export async function labExec(
  location: LabLocation,
  node: string,
  commandLine: string,
  limitSeconds = 60,
): Promise<CommandResult> {
  const state = await readState(location);
  nodeOf(state, node);
  return await attempt('ssh', ['-F', state.sshConfig, '-o', 'BatchMode=yes', node, '/bin/sh -s'], {
    doing: `run a command on ${node}`,
    input: commandLine,
    limitSeconds,
  });
}
