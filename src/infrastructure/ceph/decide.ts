import type { Decision, Member } from '../../engine/resource.ts';
import { nothing, type ReachedMember, refuse, survey, wait } from '../members.ts';
import { formOn, joinOn, startOn } from './actions.ts';
import type { MonitorDesired } from './desired.ts';
import type { MonitorState, MonitorStatus } from './state.ts';

type Reached = ReachedMember<MonitorState>;
type Running = Reached & { readonly state: { readonly status: MonitorStatus } };

const CLUSTER = 'Ceph monitors';
const ANSWER_LIMIT_SECONDS = 60;
const QUORUM_LIMIT_SECONDS = 180;

/** What to do next about Ceph's monitors. A complete store is never replaced. */
export function decideMonitors(
  desired: MonitorDesired,
  members: ReadonlyMap<string, Member<MonitorState>>,
): Decision {
  const { reached, unreachable } = survey(desired.members, members);
  const unread = reached.filter(({ state }) => !state.complete);
  if (unread.length > 0) return refuse('CLUSTER_STATE_UNREADABLE', names(unread), { cluster: CLUSTER });
  const running = reached.filter(isRunning);
  const foreign = running.filter(({ state }) => state.status.fsid !== desired.fsid);
  if (foreign.length > 0) {
    return refuse('CLUSTER_FOREIGN', names(foreign), {
      cluster: CLUSTER,
      found: [...new Set(foreign.map(({ state }) => state.status.fsid))].join(', '),
      expected: desired.fsid,
    });
  }
  const stopping = reached.find(({ state }) => state.service === 'stopping');
  if (stopping) return wait(`the Ceph monitor on ${stopping.host} to stop`, ANSWER_LIMIT_SECONDS);
  // A monitor with a store finds its cluster or none: starting it is safe, and only then it says what it knows.
  const stopped = reached.find(({ state }) => state.store === 'present' && isStopped(state));
  if (stopped) return startOn(desired, stopped.host);
  const silent = reached.find((member) => !isStopped(member.state) && !isRunning(member));
  if (silent) return wait(`the Ceph monitor on ${silent.host} to answer`, ANSWER_LIMIT_SECONDS);
  const without = reached.filter(({ state }) => isStopped(state));
  const pending = running.filter(({ state }) => !isInQuorum(state.status));
  if (pending.length < running.length) {
    // A leader goes on for some seconds after its peers have gone, and may have lost its majority.
    const gone = running
      .filter(({ state }) => isInQuorum(state.status))
      .flatMap(({ state }) => without.filter(({ host }) => state.status.quorum.includes(host)));
    if (gone.length > 0) {
      return wait(
        `the quorum to notice that ${[...new Set(names(gone))].join(', ')} left it`,
        ANSWER_LIMIT_SECONDS,
      );
    }
    return decideLiving(desired, without, pending);
  }
  return decideWithoutQuorum(desired, running, without, unreachable);
}

/** A quorum exists: monitors join it one after another. */
function decideLiving(
  desired: MonitorDesired,
  without: readonly Reached[],
  pending: readonly Running[],
): Decision {
  if (pending.length > 0) return waitForQuorum(pending);
  const [next] = without;
  return next ? joinOn(desired, next.host) : nothing;
}

function decideWithoutQuorum(
  desired: MonitorDesired,
  running: readonly Running[],
  without: readonly Reached[],
  unreachable: readonly string[],
): Decision {
  const formed = running.filter(({ state }) => state.status.epoch > 0);
  if (formed.length > 0) {
    const monitors = new Set(formed.flatMap(({ state }) => state.status.monitors));
    const alive = running.filter(({ host }) => monitors.has(host)).length;
    if (alive * 2 > monitors.size) return waitForQuorum(running);
    const absent = [...monitors].filter((name) => !running.some(({ host }) => host === name));
    return refuse('CLUSTER_NO_QUORUM', absent, { cluster: CLUSTER, alive, total: monitors.size });
  }
  const missing = desired.wish === 'recover' ? [] : unreachable;
  if (missing.length > 0) return refuse('CLUSTER_MEMBER_UNREACHABLE', missing, { cluster: CLUSTER });
  const [next] = without;
  if (next) return formOn(desired, next.host);
  return running.length > 0 ? waitForQuorum(running) : nothing;
}

function waitForQuorum(members: readonly Reached[]): Decision {
  return wait(`the Ceph monitors of ${names(members).join(', ')} to be in the quorum`, QUORUM_LIMIT_SECONDS);
}

function isRunning(member: Reached): member is Running {
  return member.state.status !== undefined;
}

function isStopped({ service }: MonitorState): boolean {
  return service === 'inactive' || service === 'failed';
}

function isInQuorum({ state }: MonitorStatus): boolean {
  return state === 'leader' || state === 'peon';
}

function names(members: readonly Reached[]): readonly string[] {
  return members.map(({ host }) => host);
}
