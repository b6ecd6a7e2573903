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
import { type PackageGroup, withPackages } from './packages.ts';
import { placement } from './placement.ts';
import { preflight } from './preflight.ts';
import type { Step } from './step.ts';
import { volume } from './volume.ts';

/** What has much to do once it is installed comes early, so that dpkg's one core is not the only one at work. */
const groups: readonly PackageGroup[] = [
  {
    name: 'infrastructure-packages',
    title: 'Packages of the infrastructure services',
    services: [ha, ceph, database, messaging, cache],
  },
  { name: 'identity-packages', title: 'Packages of identity', services: [identity] },
  {
    name: 'network-packages',
    title: 'Packages of placement and networking',
    services: [placement, network],
  },
  { name: 'compute-packages', title: 'Packages of compute', services: [compute] },
  {
    name: 'service-packages',
    title: 'Packages of the other services',
    services: [image, volume, orchestration, keyManager],
  },
  { name: 'dashboard-packages', title: 'Packages of the dashboard', services: [dashboard] },
];

/**
 * Every step, in the order in which a person would read them. What waits for what is said by each step's `needs`;
 * steps that don't need one another run side by side.
 */
export const steps: readonly Step[] = [preflight, ...withPackages(groups)];

/** The steps that install packages and deploy nothing. */
export const packageSteps: readonly string[] = groups.map(({ name }) => name);
