import type { Cloud } from '../cloud/cloud.ts';
import type { Problem } from '../errors/problem.ts';
import type { AllFacts } from '../hosts/connection.ts';
import type { Check } from './check.ts';
import type { Resource } from './resource.ts';

/** What a step may look at: the description and what was read off the hosts. Nothing else. */
export interface StepContext {
  readonly cloud: Cloud;
  readonly facts: AllFacts;
}

/**
 * One step that the operator sees (C1). Pure data: no ssh, no file, no clock.
 * A step starts when every step it needs has been verified; steps that don't need one another run side by side.
 */
export interface Step {
  /** `preflight`, `database`, `image` …: what `--step` takes. */
  readonly name: string;
  readonly title: string;
  readonly needs: readonly string[];
  /** False leaves the step out, as for an optional service that the description switched off. */
  applies?(cloud: Cloud): boolean;
  /** Packages of this step on each host; those of several steps are installed in one transaction. */
  packages?(context: StepContext, host: string): readonly string[];
  /** What the hosts' facts must satisfy; judged before the step changes anything (A7). Errors fail the step. */
  requirements?(context: StepContext): readonly Problem[];
  resources(context: StepContext): readonly Resource[];
  checks(context: StepContext): readonly Check[];
}
