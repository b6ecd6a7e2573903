import { fail } from '../errors/problem.ts';
import { quote } from '../hosts/quote.ts';
import script from './hostLock.sh';
import { isHostGone, problemsOf, type RunState } from './runState.ts';

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
 * gets them all. The kernel frees a lock when the connection that took it has ended, however that happens.
 * Fails with RUN_LOCKED_ELSEWHERE, which names the owner, and with RUN_LOCK_FAILED.
 */
export async function takeHostLocks(
  run: RunState,
  locks: HostLocks,
  reached: Iterable<string>,
): Promise<void> {
  const hosts = [...reached].filter((host) => locks.hosts.includes(host)).sort();
  for (const host of hosts) {
    try {
      await takeHostLock(run, locks, host);
    } catch (error) {
      const [reason] = problemsOf(error, { kind: 'cloud', host });
      if (!reason || !isHostGone(reason)) throw error;
      run.loseHost(host, reason);
    }
  }
}

async function takeHostLock(run: RunState, locks: HostLocks, host: string): Promise<void> {
  const { owner, folder = FOLDER, patienceSeconds = PATIENCE } = locks;
  const connection = await run.connections.get(host);
  const given = `folder=${quote(folder)} owner=${quote(JSON.stringify(owner))} seconds=${patienceSeconds} taken=${TAKEN}`;
  const { exitCode, stdout, stderr } = await connection.run({
    script: `${given}\n${script}`,
    limitSeconds: 30,
    doing: 'take the lock of the cloud',
    keeps: true,
  });
  if (exitCode === 0) return;
  const place = { kind: 'cloud', host } as const;
  if (exitCode !== TAKEN) fail('RUN_LOCK_FAILED', { place, details: { host }, evidence: stderr.trim() });
  fail('RUN_LOCKED_ELSEWHERE', { place, details: { host, ...ownerIn(stdout) } });
}

/** The owner may be about to write who it is. */
function ownerIn(text: string): RunOwner {
  const unknown = { command: 'unknown', user: 'unknown', machine: 'unknown', pid: 0, since: 'unknown' };
  try {
    return { ...unknown, ...(JSON.parse(text) as Partial<RunOwner>) };
  } catch {
    return unknown;
  }
}
