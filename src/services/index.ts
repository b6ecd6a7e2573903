import { compute } from './compute.ts';
import { dashboard } from './dashboard.ts';
import type { ServiceDefinition } from './definition.ts';
import { identity } from './identity.ts';
import { image } from './image.ts';
import { keyManager } from './key-manager.ts';
import { network } from './network.ts';
import { objectStore } from './object-store.ts';
import { orchestration } from './orchestration.ts';
import { placement } from './placement.ts';
import { volume } from './volume.ts';

/** Every OpenStack service, in the order in which a person would read them. */
export const services: readonly ServiceDefinition[] = [
  identity,
  image,
  placement,
  compute,
  network,
  volume,
  orchestration,
  keyManager,
  dashboard,
  objectStore,
];
