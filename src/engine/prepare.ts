import { CloudwrightError, type Problem } from '../errors/problem.ts';
import type { Connections, HostFacts } from '../hosts/connection.ts';
import { readFacts } from '../hosts/facts.ts';
import type { Text } from '../secrets/confidential.ts';
import type { Check } from './check.ts';
import { awaitEarlierChanges } from './earlier.ts';
import type { Emit } from './event.ts';
import { orderResources, orderSteps, requireUnique } from './graph.ts';
import { limiter } from './limiter.ts';
import { redactor } from './redact.ts';
import type { Resource } from './resource.ts';
import { type Selection, selectHosts, selectSteps } from './select.ts';
import type { Step, StepContext, Subject } from './step.ts';
import { problemsOf, World } from './world.ts';

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
  /** Ids of resources that may be removed although data is lost. */
  readonly remove?: readonly string[] | undefined;
  /** Steps whose last word in the journal is that they were verified: their thorough checks may be left out. */
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
}

export interface Prepared extends RunSteps {
  readonly world: World;
  /** Of all steps, not only the chosen ones. */
  readonly resources: ReadonlyMap<string, readonly Resource[]>;
  readonly checks: ReadonlyMap<string, readonly Check[]>;
  /** Steps whose resources have been converged in this run. */
  readonly done: Set<string>;
  /** For what two steps that end side by side must not do twice. */
  readonly oneAtATime: ReturnType<typeof limiter>;
}

/** Which steps and hosts a run is about. Fails with STEP_UNKNOWN, STEP_CYCLE or HOST_UNKNOWN, before any effect. */
export function chooseSteps(input: RunInput): RunSteps {
  const { subject, selection = {} } = input;
  const all = orderSteps(input.steps).filter((step) => step.applies?.(subject) ?? true);
  return {
    all,
    chosen: selectSteps(all, selection),
    hosts: selectHosts(
      subject.hosts.map((host) => host.name),
      selection,
    ),
  };
}

export function newWorld(input: RunInput): World {
  const redact = redactor(input.secrets);
  return new World(input.connections, (event) => input.emit(redact(event)), input.api, redact);
}

/** Connects to all hosts side by side and reads their facts. Rejects with the problems of all that failed. */
export async function reachHosts(
  world: World,
  subject: Subject,
  needed: ReadonlySet<string>,
): Promise<ReadonlyMap<string, HostFacts>> {
  const facts = new Map<string, HostFacts>();
  const problems: Problem[] = [];
  await Promise.all(
    subject.hosts.map(async ({ name }) => {
      const began = Date.now();
      try {
        const connection = await world.connections.get(name);
        const found = await readFacts(connection);
        world.emit({ type: 'host-connected', host: name, milliseconds: Date.now() - began });
        facts.set(name, found);
      } catch (error) {
        const found = problemsOf(error, { kind: 'cloud', host: name });
        for (const reason of found) world.emit({ type: 'host-unreachable', host: name, problem: reason });
        world.count(name, 'unreachable');
        if (needed.has(name)) problems.push(...found);
      }
    }),
  );
  if (problems.length > 0) throw new CloudwrightError(problems);
  return facts;
}

/** Asks every step what it wants on these hosts. Pure but for what the steps throw. */
export function describe(
  steps: RunSteps,
  context: StepContext,
): { readonly resources: Map<string, readonly Resource[]>; readonly checks: Map<string, readonly Check[]> } {
  const resources = new Map<string, readonly Resource[]>();
  const checks = new Map<string, readonly Check[]>();
  for (const step of steps.all) {
    resources.set(step.name, orderResources(step.name, step.resources(context)));
    checks.set(step.name, step.checks(context));
  }
  requireUnique(resources);
  for (const [name, list] of resources) {
    resources.set(
      name,
      list.filter((one) => one.kind.via !== 'shell' || steps.hosts.has(one.host)),
    );
  }
  for (const [name, list] of checks) {
    checks.set(
      name,
      list.filter((one) => one.via === 'api' || steps.hosts.has(one.host)),
    );
  }
  return { resources, checks };
}

/** What the chosen steps require of the hosts; before anything is read or changed. Throws all that is not met. */
function judgeHosts(world: World, steps: RunSteps, context: StepContext): void {
  const unmet = steps.chosen.flatMap((step) => step.requirements?.(context) ?? []);
  for (const one of unmet) {
    if (one.severity === 'warning') world.emit({ type: 'note', text: `${one.what} ${one.next}` });
  }
  const errors = unmet.filter((one) => one.severity === 'error');
  if (errors.length > 0) throw new CloudwrightError(errors);
}

/** Reaches the hosts, asks the steps and reads all resources that live on hosts, in one round for all steps. */
export async function prepare(
  input: RunInput,
  world: World,
  steps: RunSteps,
  use: 'to-change' | 'to-look',
): Promise<Prepared> {
  const facts = await reachHosts(world, input.subject, steps.hosts);
  judgeHosts(world, steps, { cloud: input.subject, facts });
  if (use === 'to-change') {
    await Promise.all(
      [...steps.hosts].map(async (host) => awaitEarlierChanges(world, await world.connections.get(host))),
    );
  }
  const { resources, checks } = describe(steps, { cloud: input.subject, facts });
  const all = [...resources.values()].flat();
  world.watch(all);
  await world.read(all.filter((one) => one.kind.via === 'shell'));
  return { ...steps, world, resources, checks, done: new Set(), oneAtATime: limiter(1) };
}
