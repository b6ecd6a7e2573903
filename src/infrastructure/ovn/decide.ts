import type { Decision, Member } from '../../engine/resource.ts';
import { nothing, type ReachedMember, refuse, survey, wait } from '../members.ts';
import { createOn, joinOn, kickOn, startOn, timerOn } from './actions.ts';
import { type OvnDatabaseDesired, raftAddress, titleOf } from './desired.ts';
import type { OvnDatabaseState, RaftServer, RaftStatus } from './state.ts';

type Reached = ReachedMember<OvnDatabaseState>;
type Serving = Reached & { readonly state: { readonly raft: RaftStatus } };

const ANSWER_LIMIT_SECONDS = 60;
const ELECTION_LIMIT_SECONDS = 120;
const JOIN_LIMIT_SECONDS = 120;
/** A server that the description no longer names and that has been silent for so long is dead. */
const DEAD_MILLISECONDS = 60_000;

/** What to do next about one of OVN's databases. A second cluster is never created while one may exist. */
export function decideOvnDatabase(
  desired: OvnDatabaseDesired,
  members: ReadonlyMap<string, Member<OvnDatabaseState>>,
): Decision {
  const cluster = titleOf(desired);
  const { reached, unreachable } = survey(desired.members, members);
  const unread = reached.filter(({ state }) => !state.complete || state.file === 'damaged');
  if (unread.length > 0) return refuse('CLUSTER_STATE_UNREADABLE', names(unread), { cluster });
  const plain = reached.filter(({ state }) => state.local !== undefined && !state.local.startsWith('ssl:'));
  if (plain.length > 0) {
    const found = plain.map(({ host, state }) => `${host}: ${state.local}`).join('; ');
    return refuse('CLUSTER_NOT_ENCRYPTED', names(plain), { cluster, found });
  }
  const missing = desired.wish === 'recover' ? [] : unreachable;
  const silent = reached.find(({ state }) => state.service === 'active' && !state.answers);
  if (silent) return wait(`the ${cluster} on ${silent.host} to answer`, ANSWER_LIMIT_SECONDS);
  const stopping = reached.find(({ state }) => state.service === 'stopping');
  if (stopping) return wait(`the ${cluster} on ${stopping.host} to stop`, ANSWER_LIMIT_SECONDS);
  if (desired.members.length === 1) return decideLone(desired, reached, missing);
  const different = differentData(desired, reached);
  if (different) return different;
  // A member that is still joining has a clustered file and no cluster of its own.
  const clustered = reached.some(({ state }) => state.cid !== undefined);
  return clustered ? decideCluster(desired, reached, unreachable) : decideForming(desired, reached, missing);
}

function decideLone(
  desired: OvnDatabaseDesired,
  reached: readonly Reached[],
  missing: readonly string[],
): Decision {
  const [lone] = reached;
  if (!lone) return missing.length > 0 ? unreachableMembers(desired, missing) : nothing;
  if (lone.state.file === 'none') {
    return createOn(desired, lone.host, `create the ${titleOf(desired)} on ${lone.host}`);
  }
  return isUp(lone) ? nothing : startOn(desired, lone.host);
}

function differentData(desired: OvnDatabaseDesired, reached: readonly Reached[]): Decision | undefined {
  const holders = reached.filter(({ state }) => state.cid !== undefined || isUsed(state));
  const clusters = new Set(holders.map(({ state }) => state.cid));
  const standalone = holders.filter(({ state }) => state.cid === undefined);
  if (clusters.size <= 1 && standalone.length <= 1) return undefined;
  const found = holders.map(({ host, state }) =>
    state.cid === undefined
      ? `${host}: standalone with ${state.rows ?? 'unknown'} rows`
      : `${host}: cluster ${state.cid}`,
  );
  return refuse('CLUSTER_DIFFERENT_DATA', names(holders), {
    cluster: titleOf(desired),
    found: found.join('; '),
  });
}

/** A standalone database whose rows could not be counted may have some. */
function isUsed({ file, rows }: OvnDatabaseState): boolean {
  return file === 'standalone' && rows !== 0;
}

function decideForming(
  desired: OvnDatabaseDesired,
  reached: readonly Reached[],
  missing: readonly string[],
): Decision {
  const cluster = titleOf(desired);
  if (missing.length > 0) return unreachableMembers(desired, missing);
  const used = reached.find(({ state }) => isUsed(state));
  if (used) {
    return createOn(desired, used.host, `form the cluster of the ${cluster} from the rows of ${used.host}`);
  }
  const [first] = reached.filter(({ state }) => state.file !== 'clustered');
  if (first) return createOn(desired, first.host, `form the cluster of the ${cluster} on ${first.host}`);
  // Every file waits to join a cluster that no longer has a member.
  return refuse('CLUSTER_NO_QUORUM', names(reached), {
    cluster,
    alive: 0,
    total: desired.members.length,
  });
}

function decideCluster(
  desired: OvnDatabaseDesired,
  reached: readonly Reached[],
  unreachable: readonly string[],
): Decision {
  const stopped = reached.find((member) => member.state.file === 'clustered' && !isUp(member));
  if (stopped) return startOn(desired, stopped.host);
  const serving = reached.filter(isServing);
  const leader = serving.find(({ state }) => state.raft.role === 'leader');
  if (!leader) return withoutLeader(desired, reached, serving, unreachable);
  if (!hearsMajority(leader.state.raft)) {
    return wait(`the leader of the ${titleOf(desired)} to hear from a majority`, ELECTION_LIMIT_SECONDS);
  }
  return decideMembers(desired, reached, leader);
}

/** A leader goes on for its election timer after its followers have gone. */
function hearsMajority({ servers, electionTimer }: RaftStatus): boolean {
  const others = servers.filter(({ silentMilliseconds }) => silentMilliseconds !== undefined);
  const heard = others.filter(({ silentMilliseconds }) => (silentMilliseconds ?? 0) <= electionTimer);
  return (heard.length + 1) * 2 > servers.length;
}

function withoutLeader(
  desired: OvnDatabaseDesired,
  reached: readonly Reached[],
  serving: readonly Serving[],
  unreachable: readonly string[],
): Decision {
  const cluster = titleOf(desired);
  const total = Math.max(0, ...serving.map(({ state }) => state.raft.servers.length));
  // A follower follows a leader that is not described or not reached.
  const followed = serving.find(({ state }) => state.raft.leader !== 'unknown');
  // A server that has just been started says nothing of its cluster for a moment.
  const starting = reached.filter((member) => !isServing(member) && isUp(member));
  if (followed || (serving.length + starting.length) * 2 > total) {
    return wait(`the ${cluster} to have a leader that can be reached`, ELECTION_LIMIT_SECONDS);
  }
  const absent = reached.filter((member) => !isServing(member));
  return refuse('CLUSTER_NO_QUORUM', [...unreachable, ...names(absent)], {
    cluster,
    alive: serving.length,
    total,
  });
}

/** The cluster has a leader: members join, the dead are removed, the timer is raised. */
function decideMembers(desired: OvnDatabaseDesired, reached: readonly Reached[], leader: Serving): Decision {
  const { servers, electionTimer } = leader.state.raft;
  const joining = reached.find((member) => isUp(member) && isJoining(member));
  if (joining) {
    return wait(`${joining.host} to join the cluster of the ${titleOf(desired)}`, JOIN_LIMIT_SECONDS);
  }
  const addresses = new Map(desired.members.map((member) => [member.host, raftAddress(desired, member)]));
  for (const member of reached) {
    const decision = decideMember(desired, member, leader, servers, addresses.get(member.host) ?? '');
    if (decision) return decision;
  }
  const described = new Set(addresses.values());
  const dead = servers.find(
    ({ address, silentMilliseconds }) =>
      !described.has(address) && (silentMilliseconds ?? 0) > DEAD_MILLISECONDS,
  );
  if (dead) return kickOn(desired, leader.host, dead.sid, dead.address);
  if (electionTimer < desired.electionTimer) {
    return timerOn(desired, leader.host, Math.min(electionTimer * 2, desired.electionTimer));
  }
  return nothing;
}

/** One member, if anything has to be done about it. */
function decideMember(
  desired: OvnDatabaseDesired,
  member: Reached,
  leader: Serving,
  servers: readonly RaftServer[],
  address: string,
): Decision | undefined {
  const { host, state } = member;
  const listed = servers.find((server) => server.address === address);
  const isListed = listed !== undefined && state.sid?.startsWith(listed.sid) === true;
  if (isListed && isServing(member) && isCaughtUp(member.state.raft)) return undefined;
  if (isListed) {
    return wait(`the ${titleOf(desired)} on ${host} to have what the leader has`, JOIN_LIMIT_SECONDS);
  }
  // A reinstalled member has a new id; its old one would count as a lost vote for good.
  if (listed) return kickOn(desired, leader.host, listed.sid, listed.address);
  // The members are not read at the same moment: it has joined since the leader was asked. One that the cluster has
  // removed follows no leader.
  if (isServing(member) && member.state.raft.leader !== 'unknown') {
    return wait(`the leader of the ${titleOf(desired)} to list ${host}`, JOIN_LIMIT_SECONDS);
  }
  return joinOn(
    desired,
    host,
    servers.map((server) => server.address),
  );
}

function unreachableMembers(desired: OvnDatabaseDesired, hosts: readonly string[]): Decision {
  return refuse('CLUSTER_MEMBER_UNREACHABLE', hosts, { cluster: titleOf(desired) });
}

function isUp({ state }: Reached): boolean {
  return state.service === 'active' || state.service === 'starting';
}

function isServing(member: Reached): member is Serving {
  return member.state.raft?.status === 'cluster member';
}

/** After its start a member shows what it had, until it has heard from the leader. */
function isCaughtUp({ leader, unapplied }: RaftStatus): boolean {
  return leader !== 'unknown' && unapplied === 0;
}

function isJoining({ state }: Reached): boolean {
  return state.raft?.status.startsWith('joining') === true;
}

function names(members: readonly Reached[]): readonly string[] {
  return members.map(({ host }) => host);
}
