import { ACCEPTANCE_STEP } from '../checks/acceptance/rows.ts';
import { toolbox as askServices, type ToolboxReport } from '../checks/toolbox.ts';
import { orderSteps } from '../engine/graph.ts';
import { journalFile, type RunRecord, readHistory, type StepRecord } from '../engine/journal.ts';
import { type LockOwner, lockFile, lockOwner } from '../engine/lock.ts';
import { exitCodeOf } from '../errors/problem.ts';
import { ping as askHosts, type PingAnswer } from '../hosts/ping.ts';
import { expectationsOf } from '../services/expectations.ts';
import { steps } from '../steps/index.ts';
import { type Caller, emitProblems } from './caller.ts';
import { open } from './open.ts';
import { withReach } from './reach.ts';
import { version } from './version.ts';

export interface Health {
  readonly hosts: readonly PingAnswer[];
  /** Absent where no host answers, or the APIs were never set up. */
  readonly toolbox?: ToolboxReport;
}

export interface Status {
  readonly cloud: string;
  readonly release: string;
  /** Of this program. */
  readonly version: string;
  readonly lastRun?: RunRecord;
  /** In the order of a run; the acceptance test is the last. */
  readonly steps: readonly { readonly name: string; readonly title: string; readonly record: StepRecord }[];
  /** Who is working on the cloud now. */
  readonly owner?: LockOwner;
  /** Absent where the hosts were not asked. */
  readonly health?: Health;
  readonly ok: boolean;
}

export interface StatusRequest {
  readonly file: string;
  /** Only what the journal says; no host is reached. */
  readonly recorded?: boolean;
}

/** Steps, last run, versions and health of a cloud. */
export async function status(request: StatusRequest, caller: Caller): Promise<Status> {
  const cloud = await open(request.file, caller);
  const history = readHistory(journalFile(cloud.folder));
  const recordOf = (name: string): StepRecord => history.steps.get(name) ?? { state: 'never' };
  const applying = orderSteps(steps).filter((step) => step.applies?.(cloud) ?? true);
  const apisSetUp = recordOf('identity').state === 'verified';
  const health = request.recorded
    ? undefined
    : await withReach(cloud, caller, async (reached): Promise<Health> => {
        const hosts = await askHosts(cloud, reached.connections);
        const answers = apisSetUp && hosts.some((host) => host.ok);
        return {
          hosts,
          ...(answers && { toolbox: await askServices(reached.client(), expectationsOf(cloud)) }),
        };
      });
  const owner = lockOwner(lockFile(cloud.folder));
  return {
    cloud: cloud.name,
    release: cloud.release,
    version,
    ...(history.lastRun && { lastRun: history.lastRun }),
    steps: [
      ...applying.map(({ name, title }) => ({ name, title, record: recordOf(name) })),
      { name: ACCEPTANCE_STEP, title: 'Acceptance test', record: recordOf(ACCEPTANCE_STEP) },
    ],
    ...(owner && { owner }),
    ...(health && { health }),
    ok: !health || (health.hosts.every((host) => host.ok) && health.toolbox?.ok !== false),
  };
}

/** The service tables of the cloud, with a verdict on each. */
export async function toolbox(request: { readonly file: string }, caller: Caller): Promise<ToolboxReport> {
  const cloud = await open(request.file, caller);
  return await withReach(cloud, caller, async (reached) =>
    askServices(reached.client(), expectationsOf(cloud)),
  );
}

/** Reaches every host: ssh, sudo, release and clock. A host that does not answer is a value, and a problem. */
export async function ping(
  request: { readonly file: string },
  caller: Caller,
): Promise<{ readonly hosts: readonly PingAnswer[]; readonly exitCode: number }> {
  const cloud = await open(request.file, caller);
  const hosts = await withReach(cloud, caller, ({ connections }) => askHosts(cloud, connections));
  const problems = hosts.flatMap((host) => (host.ok ? [] : [host.problem]));
  emitProblems(caller, problems);
  const late = hosts.some((host) => host.ok && host.clockTooFar);
  return { hosts, exitCode: exitCodeOf(problems) || (late ? 1 : 0) };
}
