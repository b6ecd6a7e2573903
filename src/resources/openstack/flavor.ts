import type { Client } from '../../api/client.ts';
import type { Flavor } from '../../api/compute.ts';
import { createOnce, deleteOnce, needed, oneNamed } from './named.ts';
import { differing, objectKind, objectResource } from './object.ts';

interface FlavorKey {
  readonly name: string;
}

export interface ComputeFlavor extends FlavorKey {
  readonly memoryMiB: number;
  readonly vcpus: number;
  /** 0: the size of the image, for disks on network storage. */
  readonly diskGiB: number;
  readonly ephemeralGiB?: number;
  readonly swapMiB?: number;
  /** Visible to every project; default: true. */
  readonly public?: boolean;
  /** Exactly these; not compared when left out. */
  readonly extraSpecs?: Readonly<Record<string, string>>;
}

/** What Nova cannot change. */
function sizeDifferences(desired: ComputeFlavor, found: Flavor): readonly string[] {
  return differing({
    'memory (MiB)': [found.ram, desired.memoryMiB],
    vcpus: [found.vcpus, desired.vcpus],
    'disk (GiB)': [found.disk, desired.diskGiB],
    'ephemeral disk (GiB)': [found['OS-FLV-EXT-DATA:ephemeral'], desired.ephemeralGiB],
    // Microversions before 2.75 give an empty text for none.
    'swap (MiB)': [found.swap === '' ? 0 : found.swap, desired.swapMiB],
    public: [found['os-flavor-access:is_public'], desired.public ?? true],
  });
}

function specDifferences(desired: ComputeFlavor, found: Flavor): readonly string[] {
  if (desired.extraSpecs === undefined) return [];
  const present = found.extra_specs ?? {};
  const keys = [...new Set([...Object.keys(present), ...Object.keys(desired.extraSpecs)])].sort();
  const pairs = keys.map((key) => [key, [present[key], desired.extraSpecs?.[key] ?? null]] as const);
  return differing(Object.fromEntries(pairs));
}

async function settleSpecs(api: Client, desired: ComputeFlavor, found: Flavor): Promise<void> {
  if (desired.extraSpecs === undefined) return;
  const path = `/flavors/${found.id}/os-extra_specs`;
  const missing = Object.entries(desired.extraSpecs).filter(
    ([key, value]) => found.extra_specs?.[key] !== value,
  );
  if (missing.length > 0)
    await api.request('compute', 'POST', path, { extra_specs: Object.fromEntries(missing) });
  for (const key of Object.keys(found.extra_specs ?? {})) {
    if (desired.extraSpecs[key] !== undefined) continue;
    await deleteOnce(() => api.request('compute', 'DELETE', `${path}/${encodeURIComponent(key)}`));
  }
}

async function createFlavor(api: Client, desired: ComputeFlavor, id?: string): Promise<void> {
  await createOnce(() =>
    api.compute.createFlavor({
      name: desired.name,
      ram: desired.memoryMiB,
      vcpus: desired.vcpus,
      disk: desired.diskGiB,
      'OS-FLV-EXT-DATA:ephemeral': desired.ephemeralGiB ?? 0,
      swap: desired.swapMiB ?? 0,
      'os-flavor-access:is_public': desired.public ?? true,
      ...(id !== undefined && { id }),
    }),
  );
  const found = oneNamed(await api.compute.flavors(), desired.name, 'flavor');
  await settleSpecs(api, desired, needed(found, 'flavor', desired.name, 'itself'));
}

/** Projects that may use a flavor that is not public. */
async function projectsWithAccess(api: Client, flavor: Flavor): Promise<readonly string[]> {
  if (flavor['os-flavor-access:is_public']) return [];
  const path = `/flavors/${flavor.id}/os-flavor-access`;
  const access = await api.list<{ tenant_id: string }>('compute', path, 'flavor_access');
  return access.map((entry) => entry.tenant_id);
}

/** Nova cannot change a flavor's size: it is deleted and created with the same id. Instances keep a copy of theirs. */
async function replaceFlavor(api: Client, desired: ComputeFlavor, found: Flavor): Promise<void> {
  const projects = await projectsWithAccess(api, found);
  await deleteOnce(() => api.compute.removeFlavor(found.id));
  const specs = desired.extraSpecs ?? found.extra_specs;
  await createFlavor(api, { ...desired, ...(specs && { extraSpecs: specs }) }, found.id);
  if (desired.public !== false) return;
  for (const tenant of projects)
    await api.request('compute', 'POST', `/flavors/${found.id}/action`, { addTenantAccess: { tenant } });
}

export const computeFlavor = objectResource(
  objectKind<FlavorKey, ComputeFlavor, readonly Flavor[], Flavor>({
    kind: 'compute-flavor',
    keys: ['name'],
    title: (key) => `flavor ${key.name}`,
    directory: (api) => api.compute.flavors(),
    find: (flavors, key) => oneNamed(flavors, key.name, 'flavor'),
    differences: (desired, found) => [...sizeDifferences(desired, found), ...specDifferences(desired, found)],
    verb: (desired, found) => (sizeDifferences(desired, found).length > 0 ? 'replace' : 'update'),
    create: (api, desired) => createFlavor(api, desired),
    update: (api, desired, found) =>
      sizeDifferences(desired, found).length > 0
        ? replaceFlavor(api, desired, found)
        : settleSpecs(api, desired, found),
    remove: (api, found) => deleteOnce(() => api.compute.removeFlavor(found.id)),
    outputs: (found) => ({ id: found.id }),
  }),
  (key) => key.name,
);
