import { CloudwrightError, type Problem, problem } from '../errors/problem.ts';
import type { Connection } from '../hosts/connection.ts';
import { lastLines } from '../hosts/pool.ts';
import { sideBySide } from '../hosts/side.ts';
import type { AnyKind, Resource } from './resource.ts';

/** The present states by resource id; a resource whose state could not be read has a problem instead. */
export interface States {
  readonly states: ReadonlyMap<string, unknown>;
  readonly problems: ReadonlyMap<string, Problem>;
}

/** Seconds within which all resources of a host must have been read. */
const READ_LIMIT = 180;

function byKind(resources: readonly Resource[]): ReadonlyMap<AnyKind, readonly Resource[]> {
  const groups = new Map<AnyKind, Resource[]>();
  for (const one of resources) {
    const group = groups.get(one.kind);
    if (group) group.push(one);
    else groups.set(one.kind, [one]);
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
    return Array.from({ length: READERS }, (_, share) => {
      return [kind, group.filter((_one, index) => index % READERS === share)] as const;
    });
  });
}

function unreadable(one: Resource, evidence: string): Problem {
  return problem('RESOURCE_READ_FAILED', {
    place: { kind: 'cloud', host: one.host, resource: one.id },
    details: { resource: one.id },
    evidence: lastLines(evidence, 8) || undefined,
  });
}

/**
 * Reads resources of one host in one request, those of one kind together. Rejects with HOST_* when the host is lost;
 * a kind that can't be read gives problems for its resources.
 */
export async function readHost(connection: Connection, resources: readonly Resource[]): Promise<States> {
  const states = new Map<string, unknown>();
  const problems = new Map<string, Problem>();
  const groups = readingGroups(resources).flatMap(([kind, group]) =>
    kind.via === 'shell' ? [{ kind, group, items: group.map((one) => one.desired) }] : [],
  );
  if (groups.length === 0) return { states, problems };
  const bundle = sideBySide(
    groups.map(({ kind, items }) => kind.read(items)),
    READERS,
  );
  const result = await connection.run({
    script: bundle.script,
    limitSeconds: READ_LIMIT,
    doing: `read ${resources.length} resources`,
  });
  const outputs = bundle.split(result);
  for (const [index, { kind, group, items }] of groups.entries()) {
    const output = outputs[index];
    try {
      if (!output) throw new Error(result.stderr || 'no answer');
      const parsed = kind.parse(output.stdout, items);
      if (parsed.length !== group.length)
        throw new Error(`${parsed.length} states for ${group.length} resources`);
      for (const [at, one] of group.entries()) states.set(one.id, parsed[at]);
    } catch (error) {
      const evidence = `${output?.stderr ?? ''}\n${error instanceof Error ? error.message : String(error)}`;
      for (const one of group) problems.set(one.id, unreadable(one, evidence));
    }
  }
  return { states, problems };
}

/** Reads resources that live behind an API, kinds side by side. Never rejects: what can't be read has a problem. */
export async function readApi(api: unknown, resources: readonly Resource[]): Promise<States> {
  const states = new Map<string, unknown>();
  const problems = new Map<string, Problem>();
  const readKind = async (kind: AnyKind, group: readonly Resource[]): Promise<void> => {
    if (kind.via !== 'api') return;
    try {
      const found = await kind.read(
        api,
        group.map((one) => one.desired),
      );
      for (const [at, one] of group.entries()) states.set(one.id, found[at]);
    } catch (error) {
      for (const one of group) problems.set(one.id, apiProblem(one, error));
    }
  };
  await Promise.all([...byKind(resources)].map(([kind, group]) => readKind(kind, group)));
  return { states, problems };
}

/** What an API client threw, as a problem of this resource. */
export function apiProblem(one: Resource, error: unknown): Problem {
  const place = { kind: 'cloud', host: one.host, resource: one.id } as const;
  const first = error instanceof CloudwrightError ? error.problems[0] : undefined;
  if (first) return { ...first, place };
  return unreadable(one, error instanceof Error ? error.message : String(error));
}
