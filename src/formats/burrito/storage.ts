import { backendTypes } from '../../cloud/schema-services.ts';
import { hostsOf } from '../inventory/inventory.ts';
import type { DraftValue } from '../result.ts';
import { isPlainList, type Plain } from '../values/node.ts';
import { asInteger, asText } from '../values/scalar.ts';
import { arrayBackends } from './arrays.ts';
import type { Burrito } from './context.ts';

/** Backends of the sample, in its order, from the releases that had fewer to the last. */
const SAMPLES: readonly (readonly string[])[] = [
  ['ceph', 'netapp', 'powerflex', 'hitachi'],
  ['ceph', 'netapp', 'powerflex', 'hitachi', 'primera'],
  ['ceph', 'netapp', 'powerflex', 'hitachi', 'primera', 'lvm'],
  ['ceph', 'netapp', 'powerflex', 'hitachi', 'primera', 'lvm', 'purestorage'],
  ['ceph', 'netapp', 'powerflex', 'hitachi', 'primera', 'lvm', 'purestorage', 'powerstore'],
];

/** Sets storage backends with their options, and Ceph's pools. */
export function carryStorage(burrito: Burrito): void {
  const { context, inventory } = burrito;
  const osds = hostsOf(inventory, 'osds').length;
  const names = backendNames(burrito, osds);
  const path = ['storage', 'backends'];
  if (names) {
    const backends: DraftValue[] = [];
    for (const name of names) {
      if (name === 'ceph' || !(backendTypes as readonly string[]).includes(name)) {
        backends.push(name);
        continue;
      }
      const described = arrayBackends(burrito, name);
      backends.push(...described);
    }
    const assumed = JSON.stringify(context.peek('storage_backends')) !== JSON.stringify(names);
    context.carryUnless('storage_backends', path, backends, ['ceph']);
    if (assumed)
      context.settle('storage_backends', 'suspicious', {
        note: `the unedited sample; taken for ${names.join(', ')}`,
      });
    else if (backends.some((item) => item !== 'ceph')) {
      const others = names.filter((item) => item !== 'ceph').join(', ');
      context.settle('storage_backends', 'carried', {
        to: path,
        note: `described, but not deployed yet: ${others}`,
      });
    }
  }
  carryPools(burrito, osds);
}

function backendNames(burrito: Burrito, osds: number): readonly string[] | undefined {
  const { context } = burrito;
  const value: Plain | undefined = context.value('storage_backends', 'storage.backends');
  if (value === undefined) return undefined;
  const list = isPlainList(value) ? value.map(asText) : [asText(value)];
  const names = list.filter((name) => name !== undefined && name !== '').map((name) => String(name));
  if (names.length === 0) {
    context.wrong('storage_backends', 'a list of backends', ['storage', 'backends']);
    return undefined;
  }
  if (!SAMPLES.some((sample) => sample.join() === names.join())) return names;
  const kept = osds > 0 ? ['ceph'] : names;
  const assumed =
    osds > 0
      ? 'There are OSD hosts, so that ceph alone is taken.'
      : 'No host is an OSD host, so that all are kept.';
  const details = { backends: names.join(', '), assumed };
  context.warn('IMPORT_ALL_BACKENDS', context.entry('storage_backends')?.place, details);
  return kept;
}

/** The number of copies; the sample's own rule keeps only two on up to three hosts. */
function carryPools(burrito: Burrito, osds: number): void {
  const { context } = burrito;
  const sizes = [
    {
      key: 'ceph_pool_default_size',
      field: 'pool_size',
      usual: Math.min(3, Math.max(1, osds)),
      sample: osds > 3 ? 3 : 2,
    },
    {
      key: 'ceph_pool_default_min_size',
      field: 'pool_min_size',
      usual: Math.max(1, Math.min(3, osds) - 1),
      sample: osds > 3 ? 2 : 1,
    },
  ];
  for (const { key, field, usual, sample } of sizes) {
    const entry = context.entry(key);
    if (!entry) continue;
    const given = asInteger(context.peek(key));
    if (given !== undefined) {
      context.carryUnless(key, ['storage', 'ceph', field], given, usual);
      if (given === 2 && osds >= 3)
        context.warn('IMPORT_POOL_SIZE', entry.place, { size: given, hosts: osds });
      continue;
    }
    const rule = entry.node.kind === 'scalar' && String(entry.node.value).includes("groups['osds']");
    if (!rule) {
      context.value(key, `storage.ceph.${field}`);
      continue;
    }
    if (sample >= usual || osds === 0) {
      context.settle(key, 'default', { note: `${usual} for ${osds} OSD hosts` });
      continue;
    }
    context.settle(key, 'suspicious', {
      note: `the sample keeps ${sample} for ${osds} OSD hosts; taken for ${usual}`,
    });
    if (field === 'pool_size') context.warn('IMPORT_POOL_SIZE', entry.place, { size: sample, hosts: osds });
  }
}
