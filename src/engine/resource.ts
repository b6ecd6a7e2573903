import type { Problem } from '../errors/problem.ts';
import type { Text } from '../secrets/confidential.ts';
import type { ShellCheck } from './check.ts';

/** The place of what lives behind an API rather than on a host: the prefix of its resources' ids. */
export const API = 'API';
/** The place of a cluster, which lives on several hosts. */
export const CLUSTER = 'cluster';

/** What a resource would do to a host. */
export interface Change {
  /** One line: `install mariadb-server`, `write /etc/nova/nova.conf`. */
  readonly summary: string;
  /** Lines of a unified difference, secrets masked; only where a person gains from it. */
  readonly difference?: string;
  /** Shell that makes the change; run as root; must be safe to run again after being cut at any point. */
  readonly script: Text;
  readonly limitSeconds: number;
  /**
   * For a change that could cut the host off: shell that keeps it, run over a connection that is made for this. The
   * change takes itself back after `revertSeconds` unless this runs.
   */
  readonly confirm?: { readonly script: Text; readonly limitSeconds: number; readonly revertSeconds: number };
  /** False where nothing that runs is interrupted: such a change takes no turn (`Resource.turn`). */
  readonly interrupts?: false;
  /** Data that the change destroys: `database heat`. Refused unless the operator asked for it by the resource's id. */
  readonly loses?: string;
}

/** What a host keeps of a resource, so that it can be removed when the description no longer has it. No secrets. */
export type ResourceRecord = Readonly<Record<string, string>>;

/** How a kind takes away what an earlier description made. A kind without it leaves things in place. */
export interface Removal<Desired> {
  /** What must be known later to remove the resource: a path, a unit, a database. */
  record(desired: Desired): ResourceRecord;
  /**
   * It keeps something running. A host that has none left of a step that the cloud still has was given up for it:
   * then nothing of the step is removed there unless `<host>/<step>` is asked for.
   */
  readonly keepsRunning?: true;
  /** The desired value that means "not there". Compared and changed like any other. */
  absence(record: ResourceRecord): Desired;
}

/**
 * A kind of state a host can be in. Pure: it makes shell text and compares; it never runs anything.
 * Resources of one kind on one host are read together, in one shell fragment: one `dpkg-query` for all
 * packages, one `systemctl show` for all units.
 */
export interface ShellKind<Desired, State> {
  readonly via: 'shell';
  readonly name: string;
  /** POSIX shell printing the present state of all of `items`. Must not change anything; must not fail on a bare host. */
  read(items: readonly Desired[]): Text;
  /** The states, one for each item, in order, from what `read` printed. */
  parse(output: string, items: readonly Desired[]): readonly State[];
  /** Undefined when the host is as desired. `touched`: a resource this one watches has changed or will change in this run. */
  compare(desired: Desired, state: State, context: { readonly touched: boolean }): Change | undefined;
  /** Whether several changes of this kind may travel in one request, one after another. */
  readonly batch: boolean;
  /** Reading an item is slow and on its own: the items are read in several processes side by side. */
  readonly spread?: boolean;
  /** Changes of this kind on one host never run at the same time, as with the package manager's lock. */
  readonly serial?: boolean;
  /**
   * Shell that a watched resource's change must run BEFORE it changes anything, so that a run cut in between still
   * acts on the next one (a service's start stamp is removed).
   */
  readonly beforeWatched?: (desired: Desired) => string;
  readonly removal?: Removal<Desired>;
  /** Values that other resources may use through `from`, read off the state once it is as desired. */
  outputs?(desired: Desired, state: State): ResourceRecord;
}

/** What a change behind an API would do. */
export interface ApiChange {
  readonly summary: string;
  readonly difference?: string;
  /** As for `Change.loses`. */
  readonly loses?: string;
}

/** A kind whose state lives behind an API rather than on a host; effects go through the typed client `Api`. */
export interface ApiKind<Desired, State, Api> {
  readonly via: 'api';
  readonly name: string;
  read(api: Api, items: readonly Desired[]): Promise<readonly State[]>;
  /** As for ShellKind, but the change is the list of what is missing or different, in words. */
  compare(desired: Desired, state: State): ApiChange | undefined;
  change(api: Api, desired: Desired, state: State): Promise<void>;
  readonly removal?: Removal<Desired>;
  /** Values that other resources may use through `from`: the id of a network. */
  outputs?(desired: Desired, state: State): ResourceRecord;
}

/** What is known of one member of a cluster. */
export type Member<State> =
  | { readonly reachable: true; readonly state: State }
  | { readonly reachable: false; readonly reason: string };

/** What to do next about a cluster, in the light of all members. */
export type Decision =
  | { readonly do: 'nothing' }
  /** One change on one member; then all members are read again and the next decision is made. */
  | { readonly do: 'act'; readonly host: string; readonly change: Change }
  /** A named condition that comes true by itself; the members are read again until it has or the limit has passed. */
  | { readonly do: 'wait'; readonly waitFor: string; readonly limitSeconds: number }
  /** Nothing may be done: it could destroy data or form a second cluster. */
  | { readonly do: 'refuse'; readonly problem: Problem };

/**
 * A cluster whose members keep state of their own: Galera, RabbitMQ, OVN's databases, Ceph's monitors. Pure. What is
 * done follows from what ALL reachable members say, never from a host's place in the description or from a marker.
 */
export interface ClusterKind<Desired, State> {
  readonly via: 'cluster';
  readonly name: string;
  /** POSIX shell printing one member's state. Must not change anything; must not fail on a bare host. */
  read(desired: Desired, member: string): Text;
  parse(output: string, member: string): State;
  /** Every member of the description is a key; the hosts that were not reached included. */
  decide(desired: Desired, members: ReadonlyMap<string, Member<State>>): Decision;
}

// biome-ignore lint/suspicious/noExplicitAny: a heterogeneous list; each kind keeps its own types where it is built.
export type AnyKind = ShellKind<any, any> | ApiKind<any, any, any> | ClusterKind<any, any>;

/** Resources of one group change on one host at a time. */
export interface Turn {
  readonly group: string;
  /** Must hold on the host that has just changed before the next host has its turn; its host is set by the engine. */
  readonly gate?: ShellCheck;
}

/** One desired piece of state: on a host, behind an API, or of a cluster. */
export interface Resource {
  /** Unique in the cloud: `<host>/<kind>:<name>`, e.g. `control1/file:/etc/nova/nova.conf`. */
  readonly id: string;
  /** Where it lives: a host's name, `API` or `CLUSTER`. */
  readonly host: string;
  readonly kind: AnyKind;
  readonly desired: unknown;
  /** Ids of resources that must be converged first, also on other hosts and in other steps. */
  readonly after: readonly string[];
  /**
   * Ids of resources (any step) whose change makes this one act: a service restarts when its file changes. A watched
   * resource of the same step is also waited for.
   */
  readonly watches: readonly string[];
  readonly turn?: Turn;
  /** Work done once, on any healthy member; a selection of hosts does not drop it. */
  readonly cloudWide?: true;
  /** Left in place when it is no longer described: what stands on it cannot do without. */
  readonly keep?: true;
  /** Other hosts rely on it: a run that leaves its host out (`--host`) warns where it is not as described. */
  readonly reliedOn?: true;
  /** The hosts of a cluster. */
  readonly members?: readonly string[];
}

export interface ResourceOptions {
  readonly after?: readonly (Resource | string)[];
  readonly watches?: readonly (Resource | string)[];
  readonly turn?: Turn;
  readonly cloudWide?: true;
  readonly keep?: true;
  readonly reliedOn?: true;
}

const idOf = (reference: Resource | string): string =>
  typeof reference === 'string' ? reference : reference.id;

/** A resource on a host. */
export function resource<Desired, State>(
  kind: ShellKind<Desired, State>,
  host: string,
  name: string,
  desired: Desired,
  options: ResourceOptions = {},
): Resource {
  return make(kind, host, name, desired, options);
}

/** A resource behind an API; it has no host. */
export function apiResource<Desired, State, Api>(
  kind: ApiKind<Desired, State, Api>,
  name: string,
  desired: Desired,
  options: ResourceOptions = {},
): Resource {
  return make(kind, API, name, desired, options);
}

/** A cluster of `members`, every one of which is read before anything is decided. */
export function clusterResource<Desired, State>(
  kind: ClusterKind<Desired, State>,
  members: readonly string[],
  name: string,
  desired: Desired,
  options: ResourceOptions = {},
): Resource {
  return { ...make(kind, CLUSTER, name, desired, options), members };
}

function make(
  kind: AnyKind,
  host: string,
  name: string,
  desired: unknown,
  options: ResourceOptions,
): Resource {
  const { after = [], watches: watched = [], turn, cloudWide, keep, reliedOn } = options;
  const watches = watched.map(idOf);
  return {
    id: `${host}/${kind.name}:${name}`,
    host,
    kind,
    desired,
    after: [...new Set(after.map(idOf))],
    watches,
    ...(turn && { turn }),
    ...(cloudWide && { cloudWide }),
    ...(keep && { keep }),
    ...(reliedOn && { reliedOn }),
  };
}
