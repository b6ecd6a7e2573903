import { type ApiKind, apiResource, type Resource, type ResourceOptions } from '../../engine/resource.ts';
import type { Client } from '../client.ts';
import type { Flavor } from '../compute.ts';
import { createOnce, oneNamed } from './named.ts';

export interface ComputeFlavor {
  readonly name: string;
  readonly memoryMiB: number;
  readonly vcpus: number;
  /** 0: the size of the image, for disks on network storage. */
  readonly diskGiB: number;
  /** Seen by every project; true unless told. */
  readonly public?: boolean;
}

function differences(desired: ComputeFlavor, state: Flavor): readonly string[] {
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ['memory', `${state.ram} MiB`, `${desired.memoryMiB} MiB`],
    ['processors', state.vcpus, desired.vcpus],
    ['disk', `${state.disk} GiB`, `${desired.diskGiB} GiB`],
    ['public', state['os-flavor-access:is_public'], desired.public ?? true],
  ];
  return pairs
    .filter(([, has, wants]) => has !== wants)
    .map(([what, has, wants]) => `${what} ${has}, not ${wants}`);
}

const flavorKind: ApiKind<ComputeFlavor, Flavor | undefined, Client> = {
  via: 'api',
  name: 'compute-flavor',
  async read(api, items) {
    const flavors = await api.compute.flavors();
    return items.map((item) => oneNamed(flavors, item.name, 'flavor'));
  },
  compare(desired, state) {
    if (!state) return { summary: `create flavor ${desired.name}` };
    const found = differences(desired, state);
    return found.length > 0
      ? { summary: `make flavor ${desired.name} anew: ${found.join(', ')}` }
      : undefined;
  },
  async change(api, desired) {
    const present = oneNamed(await api.compute.flavors(), desired.name, 'flavor');
    if (present && differences(desired, present).length === 0) return;
    // Nova has no way to change a flavor; instances keep a copy of theirs, so that none loses anything.
    if (present) await api.compute.removeFlavor(present.id);
    await createOnce(() =>
      api.compute.createFlavor({
        name: desired.name,
        ram: desired.memoryMiB,
        vcpus: desired.vcpus,
        disk: desired.diskGiB,
        'os-flavor-access:is_public': desired.public ?? true,
      }),
    );
  },
};

export function computeFlavor(desired: ComputeFlavor, options?: ResourceOptions): Resource {
  return apiResource(flavorKind, desired.name, desired, options);
}
