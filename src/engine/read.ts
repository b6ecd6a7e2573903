import { CloudwrightError, type Problem, problem } from '../errors/problem.ts';
import { sideBySide } from '../hosts/bundle.ts';
import type { Connection } from '../hosts/connection.ts';
import type { Text } from '../secrets/confidential.ts';
import { lastLines } from '../system/text.ts';
import type { AnyKind, Resource } from './resource.ts';

/** Takes the present states by resource id; a resource whose state could not be read has a problem instead. */
export interface States {
  keep(id: string, state: unknown): void;
  miss(id: string, reason: Problem): void;
}

/** Seconds within which all resources of a host must have been read. */
const READ_LIMIT = 180;

function byKind(resources: readonly Resource[]): ReadonlyMap<AnyKind, readonly Resource[]> {
  const groups = new Map<AnyKind, Resource[]>();
  for (const resource of resources) {
    const group = groups.get(resource.kind);
    if (group) group.push(resource);
    else groups.set(resource.kind, [resource]);
  }
  return groups;
}

/** Processes of the host that read side by side. */
const READERS = 4;

/** One group for each reading script: a kind whose items are slow to read has several. */
function readingGroups(resources: readonly Resource[]): readonly (readonly [AnyKind, readonly Resource[]])[] {
  return [...byKind(resources)].flatMap(([kind, group]) => {
    if (kind.via !== 'shell' || !kind.spread || group.length < 2 * READERS) return [[kind, group] as const];
    // Dealt out like cards: neighbours are of one step and cost alike.
    return Array.from({ length: READERS }, (_share, share) => {
      return [kind, group.filter((_item, index) => index % READERS === share)] as const;
    });
  });
}

function unreadable({ host, id }: Resource, evidence: string): Problem {
  return problem('RESOURCE_READ_FAILED', {
    place: { kind: 'cloud', host, resource: id },
    details: { resource: id },
    evidence: lastLines(evidence, 8) || undefined,
  });
}

/** What is read on one host in one request. */
export interface HostReading {
  readonly resources: Resource[];
  /** Clusters of which the host is a member. */
  readonly clusters: Resource[];
}

interface Piece {
  readonly script: Text;
  /** Takes the output into the states; throws when it makes no sense. */
  take(output: string): void;
  /** The resources that have a problem when it cannot be read. */
  readonly resources: readonly Resource[];
}

/**
 * Reads resources of one host in one request, those of one kind together. Rejects with HOST_* when the host is lost;
 * a kind that cannot be read gives problems for its resources. Resolves to the host's own share of each cluster.
 */
export async function readHost(
  connection: Connection,
  reading: HostReading,
  states: States,
): Promise<ReadonlyMap<string, unknown>> {
  const members = new Map<string, unknown>();
  const pieces = [
    ...readingGroups(reading.resources).map(([kind, group]) => kindPiece(kind, group, states)),
    ...reading.clusters.map((cluster) => clusterPiece(cluster, connection.host, members)),
  ].flatMap((piece) => piece ?? []);
  if (pieces.length === 0) return members;
  const bundle = sideBySide(
    pieces.map((piece) => piece.script),
    READERS,
  );
  const result = await connection.run({
    script: bundle.script,
    limitSeconds: READ_LIMIT,
    doing: `read ${reading.resources.length + reading.clusters.length} resources`,
  });
  const outputs = bundle.split(result);
  for (const [index, piece] of pieces.entries()) {
    const output = outputs[index];
    try {
      if (!output) throw new Error(result.stderr || 'no answer');
      piece.take(output.stdout);
    } catch (error) {
      const evidence = `${output?.stderr ?? ''}\n${error instanceof Error ? error.message : String(error)}`;
      for (const resource of piece.resources) states.miss(resource.id, unreadable(resource, evidence));
    }
  }
  return members;
}

function kindPiece(kind: AnyKind, resources: readonly Resource[], states: States): Piece | undefined {
  if (kind.via !== 'shell') return undefined;
  const items = resources.map((resource) => resource.desired);
  return {
    resources,
    script: kind.read(items),
    take(output) {
      const parsed = kind.parse(output, items);
      if (parsed.length !== resources.length) {
        throw new Error(`${parsed.length} states for ${resources.length} resources`);
      }
      for (const [index, resource] of resources.entries()) states.keep(resource.id, parsed[index]);
    },
  };
}

function clusterPiece(cluster: Resource, member: string, members: Map<string, unknown>): Piece | undefined {
  const { kind } = cluster;
  if (kind.via !== 'cluster') return undefined;
  return {
    resources: [cluster],
    script: kind.read(cluster.desired, member),
    take: (output) => members.set(cluster.id, kind.parse(output, member)),
  };
}

/** Reads resources that live behind an API, kinds side by side. Never rejects: what cannot be read has a problem. */
export async function readApi(api: unknown, resources: readonly Resource[], states: States): Promise<void> {
  const readKind = async (kind: AnyKind, group: readonly Resource[]): Promise<void> => {
    if (kind.via !== 'api') return;
    try {
      const items = group.map((resource) => resource.desired);
      const found = await kind.read(api, items);
      for (const [index, resource] of group.entries()) states.keep(resource.id, found[index]);
    } catch (error) {
      for (const resource of group) states.miss(resource.id, apiProblem(resource, error));
    }
  };
  await Promise.all([...byKind(resources)].map(([kind, group]) => readKind(kind, group)));
}

/** What an API client threw, as a problem of this resource. */
export function apiProblem(resource: Resource, error: unknown): Problem {
  const place = { kind: 'cloud', host: resource.host, resource: resource.id } as const;
  const first = error instanceof CloudwrightError ? error.problems[0] : undefined;
  if (first) return { ...first, place };
  return unreadable(resource, error instanceof Error ? error.message : String(error));
}
