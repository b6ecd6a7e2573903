import type { Cloud } from '../cloud/cloud.ts';
import { journalFile, readJournal } from '../engine/journal.ts';
import type { RunResult } from '../engine/run.ts';
import type { LabLocation, LabState } from '../lab/index.ts';
import { passedSinceLastChange, type TestRequest, type TestResult, testOpened } from './acceptance.ts';
import { applyOpened } from './apply.ts';
import { type Caller, note } from './caller.ts';
import type { CredentialFiles } from './credentialFiles.ts';
import { readDescription } from './description.ts';
import { labUp } from './lab.ts';
import { openLocked } from './open.ts';
import { ensureTrialDescription } from './trial.ts';

export interface UpRequest {
  readonly lab: LabLocation;
  /** The description; with `trial` it is written where there is none, and the lab has one node. */
  readonly file: string;
  readonly trial: boolean;
  readonly memoryMiB?: number | undefined;
  readonly layer?: string | undefined;
  /** Absent: no acceptance test. */
  readonly test?: TestRequest;
}

/** How the finished cloud is reached and used. */
export interface UpAccess {
  readonly cloud: string;
  /** The address of the dashboard, on the VIP; only where the description has one. */
  readonly dashboard?: string;
  readonly vip: string;
  readonly dashboardPort: number;
  readonly description: string;
  readonly credentials: CredentialFiles;
  readonly lab: string;
  /** A node on which to log in. */
  readonly node: string;
  /** For `ssh -F`. */
  readonly sshConfig: string;
  /** Network namespace of this machine in which the cloud's addresses can be reached. */
  readonly networkNamespace: string;
}

export interface UpResult {
  readonly run: RunResult;
  /** Absent where it was not repeated, not wanted, or not reached. */
  readonly test?: TestResult;
  /** Absent where the cloud is not ready. */
  readonly access?: UpAccess;
  readonly exitCode: number;
}

/** A trial cloud on this machine: makes the lab, applies the description, runs the acceptance test. */
export async function up(request: UpRequest, caller: Caller): Promise<UpResult> {
  const { file } = request;
  const lab = await bringLabUp(request, caller);
  if (request.trial && (await ensureTrialDescription(file, lab))) note(caller, `Wrote ${file}.`);
  return await openLocked(file, 'up', caller, async (cloud, keepSecrets) => {
    const { run, credentials } = await applyOpened(cloud, { command: 'up', keepSecrets }, caller);
    if (!credentials) return { run, exitCode: run.exitCode };
    const test = request.test ? await testUnlessPassed(cloud, request.test, caller) : undefined;
    if (test && test.exitCode !== 0) return { run, test, exitCode: test.exitCode };
    return { run, ...(test && { test }), access: accessTo(cloud, lab, credentials, file), exitCode: 0 };
  });
}

function accessTo(cloud: Cloud, lab: LabState, credentials: CredentialFiles, description: string): UpAccess {
  const { vip } = cloud.networks.management;
  return {
    cloud: cloud.name,
    ...(cloud.services.has('dashboard') && { dashboard: `https://${vip}:${cloud.dashboardPort}/` }),
    vip,
    dashboardPort: cloud.dashboardPort,
    description,
    credentials,
    lab: lab.name,
    node: cloud.hosts[0]?.name ?? '',
    sshConfig: lab.sshConfig,
    networkNamespace: lab.fabricNetns,
  };
}

/** The lab with a node for each host of the description, or with one node for the trial. */
async function bringLabUp(request: UpRequest, caller: Caller): Promise<LabState> {
  const hosts = request.trial ? undefined : (await readDescription(request.file, caller)).cloud.hosts;
  const nodes = hosts?.map((host) => ({ name: host.name, roles: [...host.roles] })) ?? [{ name: 'control1' }];
  const { memoryMiB, layer } = request;
  return await labUp(
    {
      ...request.lab,
      nodes,
      ...(memoryMiB !== undefined && { memoryMiB }),
      ...(layer !== undefined && { layer }),
    },
    caller,
  );
}

/** Runs the acceptance test, unless by the journal the last one passed and nothing has changed since. */
async function testUnlessPassed(
  cloud: Cloud,
  request: TestRequest,
  caller: Caller,
): Promise<TestResult | undefined> {
  const passedAt = passedSinceLastChange(readJournal(journalFile(cloud.folder)));
  if (passedAt === undefined) return await testOpened(cloud, request, caller);
  const when = new Date(passedAt).toISOString().slice(0, 16).replace('T', ' ');
  note(caller, `The acceptance test passed at ${when} UTC and nothing has changed since: not repeated.`);
  return undefined;
}
