import type { Decision, Member } from '../../engine/resource.ts';
import { nothing, type ReachedMember, refuse, survey, wait } from '../members.ts';
import { accountOn, bootstrapOn, positionOn, startOn } from './actions.ts';
import type { GaleraDesired } from './desired.ts';
import type { GaleraServer, GaleraState } from './state.ts';

type Reached = ReachedMember<GaleraState>;
type Running = Reached & { readonly state: { readonly server: GaleraServer } };

const CLUSTER = 'Galera';
/** A server looks 30 s for its cluster (`pc.wait_prim_timeout`) before it ends. */
const SEARCH_SECONDS = 60;
/** Members of the last view meet again within 15 s on a quiet host. */
const REFORM_LIMIT_SECONDS = 180;
const ANSWER_LIMIT_SECONDS = 120;

/**
 * What to do next about the database's members. Data is never given up: an empty member forms a cluster only when
 * every described member is reached and none has data; otherwise the data that is furthest forms it.
 */
export function decideGalera(
  desired: GaleraDesired,
  members: ReadonlyMap<string, Member<GaleraState>>,
): Decision {
  const { reached, unreachable } = survey(desired.members, members);
  const unread = reached.filter(({ state }) => !state.complete);
  if (unread.length > 0) return refuse('CLUSTER_STATE_UNREADABLE', names(unread), { cluster: CLUSTER });
  const missing = desired.wish === 'recover' ? [] : unreachable;
  if (desired.members.length === 1) return decideLone(desired, reached, missing);
  const silent = reached.find(({ state }) => state.service === 'active' && state.server === undefined);
  // It may be the only primary member, too busy to answer: nothing may be restarted.
  if (silent) return wait(`MariaDB on ${silent.host} to answer`, ANSWER_LIMIT_SECONDS);
  const stopping = reached.find(({ state }) => state.service === 'stopping');
  if (stopping) return wait(`MariaDB on ${stopping.host} to stop`, ANSWER_LIMIT_SECONDS);
  const primaries = reached.filter(isPrimary);
  // While a living member gives its data to one that starts, the files of that one are in between.
  const settled = reached.filter(({ state }) => primaries.length === 0 || state.service !== 'starting');
  const different = differentData(settled);
  if (different) return different;
  if (primaries.length > 0) return decideLiving(desired, reached, primaries);
  return decideDead(desired, reached, missing);
}

function decideLone(
  desired: GaleraDesired,
  reached: readonly Reached[],
  missing: readonly string[],
): Decision {
  const [lone] = reached;
  if (!lone) return missing.length > 0 ? unreachableMembers(missing) : nothing;
  if (lone.state.service === 'starting') return wait(`MariaDB on ${lone.host} to start`, 900);
  if (lone.state.service === 'active') {
    return lone.state.server ? nothing : wait(`MariaDB on ${lone.host} to answer`, ANSWER_LIMIT_SECONDS);
  }
  return startOn(desired, lone.host, `start MariaDB on ${lone.host}`);
}

/** Data of two clusters, or two sets of databases of which at most one can be kept. */
function differentData(reached: readonly Reached[]): Decision | undefined {
  const holders = reached.filter(holdsData);
  const clusters = new Set(holders.map(clusterOf));
  const plain = holders.filter((member) => clusterOf(member) === undefined);
  // A server that was started without replication has been written to alone, whatever cluster it once belonged to.
  const apart = holders.filter(
    ({ state }) => state.server?.replicates === false && state.databases.length > 0,
  );
  const mixed = apart.some((member) => clusterOf(member) !== undefined) && holders.length > 1;
  if (clusters.size <= 1 && plain.length <= 1 && !mixed) return undefined;
  return refuse('CLUSTER_DIFFERENT_DATA', names(holders), {
    cluster: CLUSTER,
    found: holders.map(describeData).join('; '),
  });
}

function describeData(member: Reached): string {
  const { databases } = member.state;
  const uuid = clusterOf(member);
  const content = databases.length > 0 ? `databases ${databases.join(', ')}` : 'no databases';
  return `${member.host}: ${uuid === undefined ? 'not clustered' : `cluster ${uuid}`}, ${content}`;
}

/** A primary component exists: others join it, one after another. */
function decideLiving(
  desired: GaleraDesired,
  reached: readonly Reached[],
  primaries: readonly Running[],
): Decision {
  const strangers = strangersOf(desired, primaries);
  if (strangers.length > 0) {
    return wait(`the primary members ${strangers.join(' and ')} to see each other`, ANSWER_LIMIT_SECONDS);
  }
  const busy = primaries.find(({ state }) => !/^(Synced|Donor)/.test(state.server.localState));
  if (busy) return waitForSync(desired, busy.host, busy.state.server.localState);
  const others = reached.filter((member) => !isPrimary(member));
  const joining = others.find(({ state }) => state.service === 'starting');
  if (joining) return waitForSync(desired, joining.host, 'joining');
  const outside = others.find(({ state }) => state.server?.replicates);
  if (outside) {
    return wait(`MariaDB on ${outside.host} to reach the primary component`, ANSWER_LIMIT_SECONDS);
  }
  const donors = primaries.filter(({ state }) => state.server.localState === 'Synced');
  const [next] = others;
  if (!next) return nothing;
  const [donor] = donors;
  if (!donor) return wait('a member that is Synced and can give its data', desired.transferLimitSeconds);
  if (donor.state.server.transferAccount === false) return accountOn(desired, donor.host);
  return startOn(desired, next.host, `join MariaDB on ${next.host} to the cluster`);
}

function waitForSync(desired: GaleraDesired, host: string, state: string): Decision {
  return wait(`MariaDB on ${host} to be Synced (now: ${state})`, desired.transferLimitSeconds);
}

/** Primary members that do not see one another: their views are changing, or they are two clusters. */
function strangersOf(desired: GaleraDesired, primaries: readonly Running[]): readonly string[] {
  const addresses = new Map(desired.members.map(({ host, address }) => [host, address]));
  const unseen = primaries.filter(({ host }) =>
    primaries.some(({ state }) => !state.server.incoming.includes(addresses.get(host) ?? '')),
  );
  return primaries.length > 1 && unseen.length > 0 ? names(primaries) : [];
}

/** No member is in a primary component. */
function decideDead(
  desired: GaleraDesired,
  reached: readonly Reached[],
  missing: readonly string[],
): Decision {
  const reforming = decideReforming(desired, reached);
  if (reforming) return reforming;
  const searching = reached.find(
    ({ state }) => state.service === 'starting' && state.restarts === 0 && state.age < SEARCH_SECONDS,
  );
  if (searching) return wait(`MariaDB on ${searching.host} to find its cluster`, SEARCH_SECONDS + 30);
  if (missing.length > 0) return unreachableMembers(missing);
  const holders = reached.filter(holdsData);
  const [first] = holders.length > 0 ? holders : reached;
  if (!first) return nothing;
  if (holders.length === 0) {
    return bootstrapOn(desired, first.host, `form the Galera cluster on ${first.host}`);
  }
  if (holders.length === 1) {
    return bootstrapOn(desired, first.host, `form the Galera cluster from the data of ${first.host}`);
  }
  const unknown = holders.find(
    ({ state }) => (state.service !== 'inactive' && state.service !== 'failed') || state.seqno === undefined,
  );
  if (unknown) return positionOn(desired, unknown.host);
  const furthest = holders.reduce((best, member) => (isFurther(member, best) ? member : best));
  return bootstrapOn(
    desired,
    furthest.host,
    `form the Galera cluster from the data of ${furthest.host} (transaction ${furthest.state.seqno})`,
  );
}

/**
 * All members of the last primary component are here again: they re-form it by themselves (`pc.recovery`) once all
 * of them run. No other member can have gone on without them.
 */
function decideReforming(desired: GaleraDesired, reached: readonly Reached[]): Decision | undefined {
  const present = new Set(reached.flatMap(({ state }) => (state.view ? [state.view.own] : [])));
  const complete = reached.find(
    ({ state }) =>
      state.view && state.view.members.length > 0 && state.view.members.every((id) => present.has(id)),
  );
  const ids = new Set(complete?.state.view?.members ?? []);
  const members = reached.filter(({ state }) => state.view && ids.has(state.view.own));
  // A member that has ended several times without its view does not re-form it.
  if (members.length === 0 || members.some(({ state }) => state.restarts > REFORM_ATTEMPTS)) return undefined;
  const stopped = members.find(({ state }) => state.service === 'inactive' || state.service === 'failed');
  if (stopped) return startOn(desired, stopped.host, `start MariaDB on ${stopped.host}`);
  return wait(`${names(members).join(', ')} to re-form the Galera cluster`, REFORM_LIMIT_SECONDS);
}

/** After so many starts of its own a member has looked for its view for minutes. */
const REFORM_ATTEMPTS = 5;

function isFurther(member: Reached, best: Reached): boolean {
  const [own, other] = [member.state.seqno ?? -1, best.state.seqno ?? -1];
  return own > other || (own === other && member.state.safeToBootstrap && !best.state.safeToBootstrap);
}

function unreachableMembers(hosts: readonly string[]): Decision {
  return refuse('CLUSTER_MEMBER_UNREACHABLE', hosts, { cluster: CLUSTER });
}

function clusterOf({ state }: Reached): string | undefined {
  return state.server?.primary ? state.server.clusterUuid : state.uuid;
}

/** An interrupted copy is no data, whatever directories it has made already. */
function holdsData({ state }: Reached): boolean {
  if (state.server?.primary) return true;
  return !state.copying && (state.uuid !== undefined || state.databases.length > 0);
}

function isPrimary(member: Reached): member is Running {
  return member.state.server?.primary === true;
}

function names(members: readonly Reached[]): readonly string[] {
  return members.map(({ host }) => host);
}
