import type { LabLocation, LabState, LabStatus } from '../lab/index.ts';
import * as lab from '../lab/index.ts';
import { type Caller, note } from './caller.ts';

export type { LabLocation, LabState, LabStatus } from '../lab/index.ts';
export { labSsh } from '../lab/index.ts';

/** A command whose output is collected may take this long. */
const RUN_LIMIT_SECONDS = 3600;

/** A lab of this machine by its name. */
export function labNamed(name: string, caller: Pick<Caller, 'environment'>): LabLocation {
  return { name, directory: lab.labDirectory(caller.environment) };
}

export type LabUpRequest = Omit<lab.LabUpOptions, 'report'>;

/** Makes a lab, or starts the one that is there. */
export async function labUp(request: LabUpRequest, caller: Caller): Promise<LabState> {
  return await lab.labUp({ ...request, report: (text) => note(caller, text) });
}

/** Stops the lab and deletes everything that belongs to it. */
export async function labDown(location: LabLocation, caller: Caller): Promise<void> {
  await lab.labDown({ ...location, report: (text) => note(caller, text) });
}

export async function labStatus(location: LabLocation): Promise<LabStatus | undefined> {
  return await lab.labStatus(location);
}

export async function labCut(location: LabLocation, node: string): Promise<void> {
  await lab.labCut(location, node);
}

export async function labPartition(location: LabLocation, node: string): Promise<void> {
  await lab.labPartition(location, node);
}

/** Gives a node its power and its network back, and waits until ssh answers. */
export async function labHeal(location: LabLocation, node: string, caller: Caller): Promise<void> {
  await lab.labHeal(location, node, (text) => note(caller, text));
}

export async function labSnapshot(location: LabLocation, name: string, caller: Caller): Promise<void> {
  await lab.labSnapshot(location, name, (text) => note(caller, text));
}

export async function labRestore(location: LabLocation, name: string, caller: Caller): Promise<void> {
  await lab.labRestore(location, name, (text) => note(caller, text));
}

/** Runs a command line on a node and gives what it wrote. */
export async function labRun(
  location: LabLocation,
  node: string,
  command: readonly string[],
): Promise<{ readonly exitCode: number; readonly stdout: string; readonly stderr: string }> {
  return await lab.labExec(location, node, command.join(' '), RUN_LIMIT_SECONDS);
}
