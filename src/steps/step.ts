import type { Cloud } from '../cloud/cloud.ts';
import type { StepContext as Context, Step as EngineStep } from '../engine/step.ts';

/** A step of an OpenStack cloud. */
export type Step = EngineStep<Cloud>;
export type StepContext = Context<Cloud>;
