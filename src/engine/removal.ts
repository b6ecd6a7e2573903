import { type Problem, problem } from '../errors/problem.ts';
import { nearest } from '../errors/suggest.ts';
import type { ManifestEntry, Manifests } from './manifest.ts';
import { type AnyKind, API, type Resource, type ResourceRecord } from './resource.ts';
import type { RunState } from './runState.ts';

/** The step in which the engine removes what the description no longer has. */
export const REMOVAL_STEP = 'removal';
export const REMOVAL_TITLE = 'Removal of what the description no longer has';

interface Leftover {
  readonly host: string;
  readonly entry: ManifestEntry;
}

/** What is to be removed, with the entry of each resource in the manifests. */
export interface Removals {
  readonly resources: readonly Resource[];
  /** By resource, the id of its entries. */
  readonly entries: ReadonlyMap<string, string>;
}

export interface RemovalOptions {
  /** Whether an entry, by its id or by what it stands for on the host, is still described. */
  readonly isDescribed: (host: string, entry: ManifestEntry) => boolean;
  /** Whether the cloud still has the step, and the host nothing left of it that runs. */
  readonly isGivenUp: (host: string, step: string) => boolean;
  readonly kinds: ReadonlyMap<string, AnyKind>;
  readonly hosts: ReadonlySet<string> | 'all';
  /** Ids that the operator asked for. */
  readonly remove: ReadonlySet<string>;
}

/**
 * Resources that the manifests have and the description no longer has, described as absent. On each host the last one
 * made is removed first; what belongs to the cloud goes last, one after another, when no host uses it any more.
 * What belongs to the cloud is taken from keepers alone: any other host could name whatever it likes. With a selection
 * of `hosts` the cloud's own things stay.
 */
export function removalsOf(
  run: RunState,
  manifests: Manifests,
  { isDescribed, isGivenUp, kinds, hosts, remove }: RemovalOptions,
): Removals {
  const onHosts: Leftover[][] = [];
  const ofCloud = new Map<string, Leftover>();
  const unknown = new Set<string>();
  for (const host of manifests.hosts) {
    const own: Leftover[] = [];
    for (const entry of manifests.entriesOf(host)) {
      if (isDescribed(host, entry)) continue;
      const kind = kinds.get(entry.kind);
      const isOwn = entry.id.startsWith(`${host}/`);
      if (!kind || kind.via === 'cluster' || !kind.removal) unknown.add(entry.kind);
      else if (isOwn && kind.via === 'shell') {
        if (hosts === 'all' || hosts.has(host)) own.push({ host, entry });
      } else if (!isOwn && hosts === 'all' && manifests.isKeeper(host) && !ofCloud.has(entry.id))
        ofCloud.set(entry.id, { host, entry });
    }
    onHosts.push(withoutGivenUp(run, own, kinds, isGivenUp, remove).reverse());
  }
  if (unknown.size > 0) {
    run.emit({
      type: 'note',
      text: `Not removed, as this version does not know how: resources of the kinds ${[...unknown].join(', ')}.`,
    });
  }
  const resources: Resource[] = [];
  const entries = new Map<string, string>();
  const chain = (leftovers: readonly Leftover[], after: readonly string[]): string | undefined => {
    let last: string | undefined;
    for (const leftover of leftovers) {
      const made = absent(leftover, kinds, last === undefined ? after : [last]);
      if (!made) continue;
      resources.push(made);
      entries.set(made.id, leftover.entry.id);
      last = made.id;
    }
    return last;
  };
  const ends = onHosts.flatMap((leftovers) => chain(leftovers, []) ?? []);
  chain([...ofCloud.values()].reverse(), ends);
  return { resources, entries };
}

/**
 * Without what belongs to steps for which a host was given up: stopping it may cost a cluster its majority, or
 * instances their network.
 */
function withoutGivenUp(
  run: RunState,
  own: readonly Leftover[],
  kinds: ReadonlyMap<string, AnyKind>,
  isGivenUp: RemovalOptions['isGivenUp'],
  remove: ReadonlySet<string>,
): Leftover[] {
  const runs = ({ entry }: Leftover): boolean => {
    const kind = kinds.get(entry.kind);
    return kind?.via === 'shell' && kind.removal?.keepsRunning === true;
  };
  const left = new Set(
    own
      .filter((leftover) => runs(leftover) && isGivenUp(leftover.host, leftover.entry.step))
      .map(({ host, entry }) => `${host}/${entry.step}`)
      .filter((name) => !remove.has(name)),
  );
  if (left.size > 0) {
    run.emit({
      type: 'note',
      text: `Left running, although the description no longer has it: ${[...left].join(', ')}. Stopping it may cost a cluster its majority or instances their network. Drain the host, then run again with --remove and each of these names.`,
    });
  }
  return own.filter(({ host, entry }) => !left.has(`${host}/${entry.step}`));
}

/**
 * A warning for each name given to `--remove` that is neither a resource's nor a step's of a host. Only where everything
 * was looked at: what a host that does not answer has is not known.
 */
export function unknownRemovals(
  names: ReadonlySet<string>,
  resources: ReadonlyMap<string, readonly Resource[]>,
  hosts: Iterable<string>,
): readonly Problem[] {
  if (names.size === 0) return [];
  const ids = [...resources.values()].flatMap((list) => list.map(({ id }) => id));
  const places = [...hosts].flatMap((host) => [...resources.keys()].map((step) => `${host}/${step}`));
  const known = new Set([...ids, ...places]);
  return [...names]
    .filter((name) => !known.has(name))
    .map((name) =>
      problem('REMOVE_UNKNOWN', {
        severity: 'warning',
        details: { name },
        // A name on another host is never meant.
        suggestion: nearest(
          name,
          [...known].filter((other) => other.split('/')[0] === name.split('/')[0]),
        ),
      }),
    );
}

function absent(
  { host, entry }: Leftover,
  kinds: ReadonlyMap<string, AnyKind>,
  after: readonly string[],
): Resource | undefined {
  const kind = kinds.get(entry.kind);
  if (!kind || kind.via === 'cluster' || !kind.removal) return undefined;
  const desired: unknown = kind.removal.absence(entry.record as ResourceRecord);
  const place = kind.via === 'api' ? API : host;
  const id = entry.id.startsWith(`${place}/`) ? entry.id : `${place}/${entry.id}`;
  return { id, host: place, kind, desired, after, watches: [] };
}
