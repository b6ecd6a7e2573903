import { defaultMinimums } from '../../cloud/defaults.ts';
import type { VariableFolders } from '../inventory/precedence.ts';
import { plainOf } from '../values/node.ts';
import { asNumber } from '../values/scalar.ts';
import type { Burrito } from './context.ts';

const FIELDS: Readonly<
  Record<string, { field: string; usual: 'cpus' | 'memoryGiB' | 'diskGiB' | 'deviceGiB' }>
> = {
  min_vcpus: { field: 'cpus', usual: 'cpus' },
  min_memory: { field: 'memory_gib', usual: 'memoryGiB' },
  min_disk: { field: 'disk_gib', usual: 'diskGiB' },
  min_osd: { field: 'device_gib', usual: 'deviceGiB' },
};

const ROLES = [
  { group: 'kube_control_plane', role: 'control', usual: defaultMinimums.control },
  { group: 'compute-node', role: 'compute', usual: defaultMinimums.compute },
  { group: 'ceph_servers', role: 'storage', usual: defaultMinimums.osd },
] as const;

type Taken = { to?: string; note?: string; outcome?: 'default' };

/** Carries the least sizes of `group_vars/<group>/min_hw_reqs.yml` over where they differ from ours. */
export function carryMinimums(burrito: Burrito, folders: VariableFolders): ReadonlyMap<string, Taken> {
  const taken = new Map<string, Taken>();
  for (const { group, role, usual } of ROLES) {
    for (const variable of folders.groups.get(group) ?? []) {
      const known = FIELDS[variable.key];
      if (!known) continue;
      taken.set(
        variable.key,
        taken.get(variable.key) ?? { outcome: 'default', note: 'the same is asked here' },
      );
      const value = asNumber(plainOf(variable.node));
      if (value === undefined || value === usual[known.usual]) continue;
      const path = ['minimums', role, known.field];
      burrito.context.draft.set(path, value, {
        place: variable.place,
        comment: `Burrito: ${variable.key} of ${group}`,
      });
      taken.set(variable.key, { to: 'minimums' });
    }
  }
  return taken;
}
