import { CloudwrightError, fail } from '../errors/problem.ts';
import { quote } from '../hosts/quote.ts';
import script from './hostLock.sh';
import { otherCloud } from './reach.ts';
import { isHostGone, problemsOf, type RunState } from './runState.ts';
import type { Subject } from './step.ts';

/** Where a host has its lock; gone with a reboot, as the connections are. */
const FOLDER = '/run/cloudwright';
/** Seconds that a lock is waited for: a run that was killed a moment ago holds it until its connection has ended. */
const PATIENCE = 3;
/** The exit code that flock(1) is given for a lock that another has. */
const TAKEN = 75;

/** Who works on a cloud, for runs on other machines. */
export interface RunOwner {
  readonly command: string;
  readonly user: string;
  readonly machine: string;
  readonly pid: number;
  /** ISO 8601. */
  readonly since: string;
}

/** What keeps runs on different machines apart: a lock on each of these hosts. */
export interface HostLocks {
  readonly hosts: readonly string[];
  readonly owner: RunOwner;
  /** /run/cloudwright by default. */
  readonly folder?: string;
  /** Seconds that a lock is waited for; 3 by default. */
  readonly patienceSeconds?: number;
}

/**
 * Takes the locks of the hosts that were reached, one after another in the order of their names, so that of two runs one
 * gets them all. The kernel frees a lock when the connection that took it has ended, however that happens; a connection
 * that is made again takes it again first. Fails with RUN_LOCKED_ELSEWHERE, which names the owner, with RUN_LOCK_FAILED,
 * and with HOST_OF_OTHER_CLOUD where a first run from elsewhere has come before this one since the facts were read.
 */
export async function takeHostLocks(
  run: RunState,
  locks: HostLocks,
  subject: Subject,
  reached: Iterable<string>,
): Promise<void> {
  const hosts = [...reached].filter((host) => locks.hosts.includes(host)).sort();
  if (hosts.length === 0) {
    run.emit({ type: 'note', text: 'No control host answers: runs on other machines are not kept out.' });
  }
  for (const host of hosts) {
    try {
      await takeHostLock(run, locks, subject, host);
    } catch (error) {
      const [reason] = problemsOf(error, { kind: 'cloud', host });
      if (!reason || !isHostGone(reason)) throw error;
      run.loseHost(host, reason);
    }
  }
}

async function takeHostLock(run: RunState, locks: HostLocks, subject: Subject, host: string): Promise<void> {
  const { owner, folder = FOLDER, patienceSeconds = PATIENCE } = locks;
  const connection = await run.connections.get(host);
  const given = `folder=${quote(folder)} owner=${quote(JSON.stringify(owner))} seconds=${patienceSeconds} taken=${TAKEN}`;
  const { exitCode, stdout, stderr } = await connection.run({
    script: `${given}\n${script}`,
    limitSeconds: 30,
    doing: 'take the lock of the cloud',
    keeps: true,
  });
  if (exitCode === 0) {
    const cloudId = stdout.trim();
    const other = cloudId === '' ? undefined : otherCloud(host, subject, { cloudId });
    if (other) throw new CloudwrightError([other]);
    return;
  }
  const place = { kind: 'cloud', host } as const;
  if (exitCode !== TAKEN) fail('RUN_LOCK_FAILED', { place, details: { host }, evidence: stderr.trim() });
  fail('RUN_LOCKED_ELSEWHERE', { place, details: { host, ...ownerIn(stdout) } });
}

/** The owner and the process that holds the lock on the host; the owner may be about to write who it is. */
function ownerIn(text: string): RunOwner & { readonly shell: string } {
  const unknown = { command: 'unknown', user: 'unknown', machine: 'unknown', pid: 0, since: 'unknown' };
  const [, shell = 'unknown', owner = ''] = /^(\d+) (.*)/.exec(text) ?? [];
  try {
    return { ...unknown, ...(JSON.parse(owner) as Partial<RunOwner>), shell };
  } catch {
    return { ...unknown, shell };
  }
}
