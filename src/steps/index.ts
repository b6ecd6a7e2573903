import type { Step } from '../engine/step.ts';
import { cache } from './cache.ts';
import { ceph } from './ceph.ts';
import { compute } from './compute.ts';
import { dashboard } from './dashboard.ts';
import { database } from './database.ts';
import { ha } from './ha.ts';
import { identity } from './identity.ts';
import { image } from './image.ts';
import { keyManager } from './keyManager.ts';
import { messaging } from './messaging.ts';
import { network } from './network.ts';
import { orchestration } from './orchestration.ts';
import { packageInstallation } from './packages.ts';
import { placement } from './placement.ts';
import { preflight } from './preflight.ts';
import { volume } from './volume.ts';

const services: readonly Step[] = [
  ha,
  ceph,
  database,
  messaging,
  cache,
  identity,
  image,
  placement,
  network,
  compute,
  volume,
  dashboard,
  orchestration,
  keyManager,
];

/**
 * Every step, in the order in which a person would read them. What waits for what is said by each step's `needs`;
 * steps that don't need one another run side by side.
 */
export const steps: readonly Step[] = [preflight, packageInstallation(services), ...services];
