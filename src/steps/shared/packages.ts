import type { Cloud } from '../../cloud/cloud.ts';
import { isControl } from '../../cloud/topology.ts';
import type { Step } from '../step.ts';

/** A step's packages where only the control hosts need any. */
export function onControlHosts(names: (cloud: Cloud) => readonly string[]): NonNullable<Step['packages']> {
  return ({ cloud }, host) => (isControl(cloud, host) ? names(cloud) : []);
}
