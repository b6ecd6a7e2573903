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

/**
 * Resources that the manifests have and the description no longer has, described as absent. On each host the last one
 * made is removed first; what belongs to the cloud goes last, one after another, when no host uses it any more.
 * `isDescribed` takes the id of a manifest's entry. With a selection of `hosts` the cloud's own things stay.
 */
export function removalsOf(
  run: RunState,
  manifests: Manifests,
  isDescribed: (id: string) => boolean,
  kinds: ReadonlyMap<string, AnyKind>,
  hosts: ReadonlySet<string> | 'all',
): Removals {
  const onHosts: Leftover[][] = [];
  const ofCloud = new Map<string, Leftover>();
  const unknown = new Set<string>();
  for (const host of manifests.hosts) {
    const own: Leftover[] = [];
    for (const entry of manifests.entriesOf(host)) {
      if (isDescribed(entry.id)) continue;
      const kind = kinds.get(entry.kind);
      if (!kind || kind.via === 'cluster' || !kind.removal) unknown.add(entry.kind);
      else if (entry.id.startsWith(`${host}/`)) {
        if (hosts === 'all' || hosts.has(host)) own.push({ host, entry });
      } else if (hosts === 'all' && !ofCloud.has(entry.id)) ofCloud.set(entry.id, { host, entry });
    }
    onHosts.push(own.reverse());
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
