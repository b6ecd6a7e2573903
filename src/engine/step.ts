import type { Problem } from '../errors/problem.ts';
import type { AllFacts } from '../hosts/connection.ts';
import type { Check } from './check.ts';
import type { Resource } from './resource.ts';

/** What a run is about, as far as the engine needs to know it. */
export interface Subject {
  readonly name: string;
  readonly hosts: readonly { readonly name: string }[];
  /** Compared with the id that a host carries; hosts of another subject are refused. */
  readonly id?: string | undefined;
}

/** What a step may look at: the description and what was read off the hosts that were reached. Nothing else. */
export interface StepContext<Described extends Subject = Subject> {
  readonly cloud: Described;
  readonly facts: AllFacts;
}

/**
 * One step that the operator sees. Pure data: no ssh, no file, no clock.
 * A step starts when every step it needs has been verified; steps that don't need one another run side by side.
 */
export interface Step<Described extends Subject = Subject> {
  /** `preflight`, `database`, `image` …: what `--step` takes. */
  readonly name: string;
  readonly title: string;
  readonly needs: readonly string[];
  /** It looks at the hosts as a whole: `verify` runs its checks when those of all other steps have ended. */
  readonly last?: true;
  /** False leaves the step out, as for an optional service that the description switched off. */
  applies?(cloud: Described): boolean;
  /** Packages of this step on each host; those of several steps are installed in one transaction. */
  packages?(context: StepContext<Described>, host: string): readonly string[];
  /** What the hosts' facts must satisfy; judged before the step changes anything. Errors fail the step. */
  requirements?(context: StepContext<Described>): readonly Problem[];
  resources(context: StepContext<Described>): readonly Resource[];
  checks(context: StepContext<Described>): readonly Check[];
}
