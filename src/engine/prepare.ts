import { CloudwrightError } from '../errors/problem.ts';
import type { AllFacts, Connections } from '../hosts/connection.ts';
import type { Text } from '../secrets/confidential.ts';
import { reliedOn, reportBehind } from './behind.ts';
import type { Check } from './check.ts';
import { Converger } from './converge.ts';
import { awaitEarlierChanges, changesUnderWay } from './earlierChanges.ts';
import type { Emit } from './event.ts';
import { orderResources, orderSteps, type ResourceGraph } from './graph.ts';
import { type HostLocks, takeHostLocks } from './hostLock.ts';
import { KnownStates } from './knownStates.ts';
import { Manifests, manifestId, READ_MANIFEST } from './manifest.ts';
import { reachHosts } from './reach.ts';
import { redactor } from './redact.ts';
import {
  REMOVAL_STEP,
  REMOVAL_TITLE,
  type RemovalOptions,
  type Removals,
  removalsOf,
  unknownRemovals,
} from './removal.ts';
import type { AnyKind, Resource } from './resource.ts';
import { isHostGone, problemsOf, RunState } from './runState.ts';
import { type Selection, selectHosts, selectSteps } from './select.ts';
import type { Step, StepContext, Subject } from './step.ts';

/** Stands between a host's manifest and the changes under way there. */
const UNDER_WAY = '== changes under way';

/** What `apply`, `planOnly` and `verifyOnly` are given. */
export interface RunInput<Described extends Subject = Subject> {
  readonly steps: readonly Step<Described>[];
  /** What the steps are asked about: its name and hosts, and whatever else they look at. */
  readonly subject: Described;
  /** Masked in everything that leaves the run. */
  readonly secrets: readonly (Text | undefined)[];
  readonly connections: Connections;
  /** Makes the OpenStack client; called once, when something first needs it. */
  readonly api?: (() => Promise<unknown>) | undefined;
  readonly emit: Emit;
  readonly selection?: Selection | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Hosts that keep the records of what belongs to no host; by default all. */
  readonly keepers?: readonly string[] | undefined;
  /** Kinds by which something may be removed that no step describes any more. */
  readonly kinds?: readonly AnyKind[] | undefined;
  /** Taken before anything is changed. */
  readonly locks?: HostLocks | undefined;
  /** Awaited when the hosts were reached and accepted, before anything is changed. */
  readonly beforeChanges?: ((facts: AllFacts) => Promise<void>) | undefined;
  /** Ids of resources that may be removed although data is lost. */
  readonly remove?: readonly string[] | undefined;
  /** Steps whose last state in the journal is verified: their thorough checks may be left out. */
  readonly verifiedBefore?: ReadonlySet<string> | undefined;
  /** For the journal: the command as the operator gave it, and Cloudwright's version. */
  readonly command?: string | undefined;
  readonly version?: string | undefined;
}

export interface RunSteps {
  /** All steps that apply to the cloud, in the order of the run. */
  readonly all: readonly Step[];
  readonly chosen: readonly Step[];
  readonly hosts: ReadonlySet<string>;
  /** Whether what is no longer described is removed in this run. */
  readonly removing: boolean;
}

export interface Prepared extends Omit<RunSteps, 'removing'> {
  readonly run: RunState;
  readonly states: KnownStates;
  readonly graph: ResourceGraph;
  /** Of all steps on the chosen hosts, not only of the chosen steps. */
  readonly resources: ReadonlyMap<string, readonly Resource[]>;
  readonly checks: ReadonlyMap<string, readonly Check[]>;
  /** Whether the selection of hosts keeps a resource. */
  isChosen(resource: Resource): boolean;
  readonly converger: Converger;
  readonly manifests: Manifests;
  readonly removals: Removals;
  /** The reading of what is behind the APIs, where it has begun. */
  readonly apis: Promise<void> | undefined;
}

type Use = 'to-change' | 'to-plan' | 'to-verify';

/** Which steps and hosts a run is about. Fails with STEP_UNKNOWN, STEP_CYCLE or HOST_UNKNOWN, before any effect. */
export function chooseSteps(input: RunInput): RunSteps {
  const { subject, selection = {} } = input;
  const all = orderSteps(input.steps).filter((step) => step.applies?.(subject) ?? true);
  const removal = removalStep(all, []);
  const chosen = selectSteps([...all, removal], selection);
  return {
    all,
    chosen: chosen.filter((step) => step !== removal),
    removing: chosen.includes(removal),
    hosts: selectHosts(
      subject.hosts.map((host) => host.name),
      selection,
    ),
  };
}

function removalStep(steps: readonly Step[], resources: readonly Resource[]): Step {
  return {
    name: REMOVAL_STEP,
    title: REMOVAL_TITLE,
    needs: steps.map((step) => step.name),
    resources: () => resources,
    checks: () => [],
  };
}

/** The state of a run that has not begun. Every event is masked on its way out. */
export function newRun(input: RunInput): RunState {
  const redact = redactor(input.secrets);
  return new RunState({
    connections: input.connections,
    emit: (event) => input.emit(redact(event)),
    makeApi: input.api,
  });
}

/** Asks every step what it wants of the hosts that were reached. Pure but for what the steps throw. */
export function describe(
  steps: Pick<RunSteps, 'all'>,
  context: StepContext,
): { readonly resources: Map<string, readonly Resource[]>; readonly checks: Map<string, readonly Check[]> } {
  const resources = new Map<string, readonly Resource[]>();
  const checks = new Map<string, readonly Check[]>();
  for (const step of steps.all) {
    resources.set(step.name, step.resources(context));
    checks.set(step.name, step.checks(context));
  }
  return { resources, checks };
}

/**
 * What the steps require of the chosen hosts; before anything is read or changed. Every step is asked, also those
 * that are not chosen: a requirement protects the host, whichever part of the run would break it.
 */
function judgeHosts(run: RunState, steps: RunSteps, context: StepContext): void {
  const unmet = steps.all
    .flatMap((step) => step.requirements?.(context) ?? [])
    .filter(
      ({ place }) => place?.kind !== 'cloud' || place.host === undefined || steps.hosts.has(place.host),
    );
  for (const found of unmet) {
    if (found.severity === 'warning') run.emit({ type: 'note', text: `${found.what} ${found.next}` });
  }
  const errors = unmet.filter((found) => found.severity === 'error');
  if (errors.length > 0) throw new CloudwrightError(errors);
}

/** Whether a selection of hosts keeps a resource. */
function isChosen(resource: Resource, hosts: ReadonlySet<string>): boolean {
  if (resource.kind.via === 'cluster') return (resource.members ?? []).some((member) => hosts.has(member));
  return resource.kind.via === 'api' || resource.cloudWide === true || hosts.has(resource.host);
}

/** A check is made when one of the hosts it concerns is chosen and was reached; one of an API also without any. */
function isCheckChosen(check: Check, hosts: ReadonlySet<string>, facts: AllFacts): boolean {
  if (check.via === 'shell' && !facts.has(check.host)) return false;
  const concerns = check.concerns ?? (check.via === 'api' ? undefined : [check.host]);
  return concerns?.some((host) => hosts.has(host) && facts.has(host)) ?? true;
}

/** Reaches the hosts, asks the steps and reads all resources that live on hosts, in one round for all steps. */
export async function prepare(
  input: RunInput,
  run: RunState,
  steps: RunSteps,
  use: Use,
): Promise<Prepared | undefined> {
  const facts = await reachHosts(run, input.subject, steps.hosts);
  // Their problems have been reported.
  if (facts.size === 0) return undefined;
  const context = { cloud: input.subject, facts };
  judgeHosts(run, steps, context);
  if (use === 'to-change') {
    if (input.locks) await takeHostLocks(run, input.locks, input.subject, facts.keys());
    await input.beforeChanges?.(facts);
  }
  const manifests = new Manifests(
    run,
    facts.keys(),
    steps.all.map((step) => step.name),
    (input.keepers ?? [...facts.keys()]).filter((host) => facts.has(host)),
  );
  if (use !== 'to-verify') {
    await Promise.all([...facts.keys()].map((host) => lookAround(run, manifests, host, use, steps.hosts)));
  }
  const { resources: everything, checks: allChecks } = describe(steps, context);
  const allHosts = steps.hosts.size === input.subject.hosts.length;
  const asked = new Set(input.remove);
  // A host that is left out hides what is still described; nothing is removed by an incomplete picture.
  const seesAll = steps.removing && use !== 'to-verify' && run.lostHosts.size === 0;
  const removals = seesAll
    ? removalsOf(run, manifests, {
        isDescribed: isDescribedIn(everything),
        isGivenUp: isGivenUpIn(everything),
        kinds: kindsOf(input.kinds ?? [], everything),
        hosts: allHosts ? 'all' : steps.hosts,
        remove: asked,
      })
    : { resources: [], entries: new Map<string, string>() };
  const removal = removalStep(steps.all, removals.resources);
  const withRemoval = removals.resources.length > 0 ? [removal] : [];
  if (withRemoval.length > 0) everything.set(REMOVAL_STEP, removals.resources);
  if (seesAll) for (const found of unknownRemovals(asked, everything, manifests.hosts)) run.report(found);
  const all = [...steps.all, ...withRemoval];
  const chosen = [...steps.chosen, ...withRemoval];
  const graph = orderResources(all, everything, run.lostHosts);
  const resources = new Map<string, readonly Resource[]>();
  for (const [step, list] of graph.byStep) {
    resources.set(step, allHosts ? list : list.filter((resource) => isChosen(resource, steps.hosts)));
  }
  const checks = new Map<string, readonly Check[]>();
  for (const [step, list] of allChecks) {
    checks.set(
      step,
      list.filter((check) => isCheckChosen(check, steps.hosts, facts)),
    );
  }
  const states = new KnownStates(run, graph, [...everything.values()].flat());
  const chosenNames = new Set(chosen.map((step) => step.name));
  const apis = readApisEarly(input, chosen, resources, states, use);
  const outside = use === 'to-verify' ? new Map() : reliedOn(steps.chosen, everything, steps.hosts, facts);
  await states.read([...toRead(resources, graph, allHosts), ...[...outside.values()].flat()]);
  reportBehind(run, states, outside);
  const converger = new Converger({
    run,
    states,
    graph,
    inScope: (resource) => chosenNames.has(graph.stepOf(resource.id)) && isChosen(resource, steps.hosts),
    remove: asked,
    signal: input.signal,
  });
  const { hosts } = steps;
  return {
    isChosen: (resource) => isChosen(resource, hosts),
    all,
    chosen,
    hosts,
    run,
    states,
    graph,
    resources,
    checks,
    converger,
    manifests,
    removals,
    apis,
  };
}

/**
 * Whether a manifest's entry is of something that is still described: by its id, or because another resource of the
 * host has the same path or unit now. Looked up only where a manifest has entries.
 */
function isDescribedIn(described: ReadonlyMap<string, readonly Resource[]>): RemovalOptions['isDescribed'] {
  let ids: Set<string> | undefined;
  let things: Set<string> | undefined;
  return (host, { id, record }) => {
    const all = ids && things ? [] : [...described.values()].flat();
    ids ??= new Set(all.map(manifestId));
    things ??= new Set(all.flatMap((resource) => thingsOf(resource.host, resource.desired)));
    // What belonged to one host may belong to the cloud now, or the other way round.
    if (ids.has(id) || ids.has(id.slice(id.indexOf('/') + 1))) return true;
    return thingsOf(host, record).some((thing) => things?.has(thing));
  };
}

/** What a desired value or a record stands for on a host: a path, a unit. */
function thingsOf(host: string, value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  const { path, unit } = value as { readonly path?: unknown; readonly unit?: unknown };
  return [path, unit].flatMap((thing) => (typeof thing === 'string' ? [`${host}\n${thing}`] : []));
}

/** Whether a step still runs something somewhere, and nothing on the host. */
function isGivenUpIn(described: ReadonlyMap<string, readonly Resource[]>): RemovalOptions['isGivenUp'] {
  const hostsOf = new Map<string, Set<string>>();
  for (const [step, resources] of described) {
    const running = resources.filter(({ kind }) => kind.via === 'shell' && kind.removal?.keepsRunning);
    hostsOf.set(step, new Set(running.map((resource) => resource.host)));
  }
  return (host, step) => {
    const hosts = hostsOf.get(step);
    return hosts !== undefined && hosts.size > 0 && !hosts.has(host);
  };
}

/**
 * Where all steps were verified before, the APIs most likely answer and nothing is to be changed: they are read while
 * the hosts are. Elsewhere they may not exist yet, and are read when their turn comes.
 */
function readApisEarly(
  { verifiedBefore }: RunInput,
  chosen: readonly Step[],
  resources: ReadonlyMap<string, readonly Resource[]>,
  states: KnownStates,
  use: Use,
): Promise<void> | undefined {
  if (use !== 'to-change' || !chosen.every((step) => verifiedBefore?.has(step.name))) return undefined;
  const behindApi = chosen.flatMap((step) =>
    (resources.get(step.name) ?? []).filter((resource) => resource.kind.via === 'api'),
  );
  if (behindApi.length === 0) return undefined;
  const reading = states.read(behindApi);
  // Whoever waits for it sees the error; a run that changes something reads them again.
  reading.catch(() => {});
  return reading;
}

/** Everything on the chosen hosts, and what it needs on others. */
function toRead(
  resources: ReadonlyMap<string, readonly Resource[]>,
  graph: ResourceGraph,
  allHosts: boolean,
): readonly Resource[] {
  const chosen = [...resources.values()].flat();
  const needed = allHosts
    ? []
    : chosen.flatMap((resource) => graph.edgesOf(resource).flatMap((id) => graph.get(id) ?? []));
  const all = needed.length > 0 ? [...new Set([...chosen, ...needed])] : chosen;
  return all.filter((resource) => resource.kind.via !== 'api');
}

/** Waits for changes of an earlier run on a chosen host, and reads what the host keeps. */
async function lookAround(
  run: RunState,
  manifests: Manifests,
  host: string,
  use: Use,
  chosen: ReadonlySet<string>,
): Promise<void> {
  try {
    const connection = await run.connections.get(host);
    const waits = use === 'to-change' && chosen.has(host);
    const script = `${READ_MANIFEST}\nprintf '\\n%s\\n' '${UNDER_WAY}'\n${waits ? changesUnderWay() : ''}`;
    const doing = 'look for changes of an earlier run';
    const { stdout } = await run.onHosts(() => connection.run({ script, limitSeconds: 30, doing }));
    const [manifest = '', underWay = ''] = stdout.split(`\n${UNDER_WAY}\n`);
    manifests.take(host, manifest);
    if (underWay.trim() !== '') await awaitEarlierChanges(run, connection);
  } catch (error) {
    for (const reason of problemsOf(error, { kind: 'cloud', host })) {
      if (isHostGone(reason)) run.loseHost(host, reason);
      else throw error;
    }
  }
}

function kindsOf(
  given: readonly AnyKind[],
  described: ReadonlyMap<string, readonly Resource[]>,
): ReadonlyMap<string, AnyKind> {
  const kinds = new Map(given.map((kind) => [kind.name, kind]));
  for (const list of described.values()) for (const { kind } of list) kinds.set(kind.name, kind);
  return kinds;
}
