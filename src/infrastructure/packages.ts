import type { Cloud } from '../cloud/cloud.ts';
import { factsOf } from '../cloud/reached.ts';
import { isControl } from '../cloud/topology.ts';
import type { Step } from '../engine/step.ts';
import type { Platform } from '../platform/platform.ts';
import { platformOf } from '../platform/select.ts';

/** A step's packages where only the control hosts need any. */
export function onControlHosts(
  names: (components: Platform['components'], cloud: Cloud) => readonly string[],
): NonNullable<Step<Cloud>['packages']> {
  return ({ cloud, facts }, host) =>
    isControl(cloud, host) ? names(platformOf(cloud.release, factsOf(facts, host)).components, cloud) : [];
}
