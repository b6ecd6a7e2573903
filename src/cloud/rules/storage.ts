import type { Problem } from '../../errors/problem.ts';
import { storageBackend } from '../backends.ts';
import type { StorageBackend } from '../cloud.ts';
import { isMap } from '../draft.ts';
import { isStorageRole } from '../roles.ts';
import { optionalServices } from '../services.ts';
import { count } from './hosts.ts';
import { at, atKey, type RuleContext, warning } from './rule.ts';

function describedBackends(context: RuleContext): readonly StorageBackend[] | undefined {
  return context.draft.sections.storage?.backends.map(storageBackend);
}

/** What each driver cannot do without, from the variables of the reference deployment's back ends. */
const neededOptions: Readonly<Record<string, readonly string[]>> = {
  netapp: ['management_lif', 'data_lif', 'svm', 'username'],
  powerflex: ['gateway', 'protection_domain', 'storage_pool'],
  hitachi: ['storage_id', 'management_address', 'pool_id', 'username'],
  primera: ['address', 'username', 'cpg'],
  purestorage: ['management_address'],
  powerstore: ['api_server', 'username'],
  nfs: ['shares'],
  lvm: [],
  ceph: [],
};

/** Backends have names of their own, and the first one is deployed by this version. */
export function backends(context: RuleContext): readonly Problem[] {
  const list = describedBackends(context);
  if (!list) return [];
  const problems: Problem[] = [];
  const names = new Set<string>();
  for (const [index, backend] of list.entries()) {
    const path = ['storage', 'backends', index];
    const { name, type } = backend;
    if (names.has(name)) problems.push(at(context, path, 'CLOUD_BACKEND_TWICE', { name }));
    names.add(name);
    const written = context.draft.sections.storage?.backends[index];
    for (const option of isMap(written) ? (neededOptions[type] ?? []) : []) {
      if (backend.options[option] !== undefined) continue;
      problems.push(at(context, path, 'CLOUD_BACKEND_OPTION', { type, name, option }));
    }
    if (type === 'lvm' && index === 0) {
      problems.push(at(context, path, 'CLOUD_LVM_FIRST'));
      continue;
    }
    if (type === 'ceph') continue;
    const position =
      index === 0
        ? 'As the first backend it would keep images and disks.'
        : 'The cloud is built without it; nothing is done on its array.';
    const found = at(context, path, 'CLOUD_BACKEND_NOT_DEPLOYED', { name, type, position });
    problems.push(index === 0 ? found : warning(found));
  }
  return problems;
}

export function usesCeph(context: RuleContext): boolean | undefined {
  return describedBackends(context)?.some((backend) => backend.type === 'ceph');
}

/** With ceph there are monitors, managers and OSDs; without it no host has these roles. */
export function cephRoles(context: RuleContext): readonly Problem[] {
  const ceph = usesCeph(context);
  if (ceph === undefined || context.hosts.length === 0) return [];
  const problems: Problem[] = [];
  if (ceph) {
    if (!context.allHosts) return [];
    for (const role of ['mon', 'mgr', 'osd'] as const) {
      if (count(context, role) > 0) continue;
      const details = { role };
      problems.push(atKey(context, ['hosts'], 'CLOUD_CEPH_ROLE_MISSING', details));
    }
    return problems;
  }
  for (const { key, description } of context.draft.hosts) {
    const role = description.roles.find(isStorageRole);
    if (!role) continue;
    problems.push(atKey(context, ['hosts', key, 'roles'], 'CLOUD_CEPH_UNUSED', { host: key, role }));
  }
  return problems;
}

/** Services behind the RADOS gateway and the gateways go together. */
export function gatewayServices(context: RuleContext): readonly Problem[] {
  const services = context.draft.sections.services;
  const behindGateway = optionalServices.filter((service) => service.default === 'when-rgw');
  if (!services || context.hosts.length === 0) return [];
  const needless = behindGateway
    .filter(({ name }) => services[name] === true && context.allHosts && count(context, 'rgw') === 0)
    .map(({ name }) => at(context, ['services', name], 'CLOUD_OBJECT_STORE_NO_RGW'));
  if (!behindGateway.every(({ name }) => services[name] === false)) return needless;
  const unused = context.draft.hosts
    .filter((host) => host.description.roles.includes('rgw'))
    .map(({ key }) => warning(atKey(context, ['hosts', key, 'roles'], 'CLOUD_RGW_UNUSED', { host: key })));
  return [...needless, ...unused];
}

/** Copies fit on the hosts that hold OSDs, and writing can start. */
export function poolSizes(context: RuleContext): readonly Problem[] {
  const ceph = context.draft.sections.storage?.ceph;
  if (!ceph) return [];
  const problems: Problem[] = [];
  const hosts = count(context, 'osd');
  const { pool_size: size, pool_min_size: minimum, pg_num: groups } = ceph;
  const path = ['storage', 'ceph'];
  if (size !== undefined && context.allHosts && hosts > 0 && size > hosts) {
    problems.push(at(context, [...path, 'pool_size'], 'CLOUD_POOL_SIZE', { size, hosts }));
  }
  const copies = size ?? Math.min(3, Math.max(1, hosts));
  if (minimum !== undefined && minimum > copies) {
    const details = { minimum, size: copies };
    problems.push(at(context, [...path, 'pool_min_size'], 'CLOUD_POOL_MIN_SIZE', details));
  }
  const single = size === 1 ? 'pool_size' : minimum === 1 && copies > 1 ? 'pool_min_size' : undefined;
  if (single && hosts > 1) {
    const details = { where: `${single} is 1` };
    problems.push(warning(at(context, [...path, single], 'CLOUD_POOL_SINGLE_COPY', details)));
  }
  if (groups !== undefined && !Number.isInteger(Math.log2(groups))) {
    const below = 2 ** Math.floor(Math.log2(groups));
    const details = { value: groups, below, above: below * 2 };
    problems.push(at(context, [...path, 'pg_num'], 'CLOUD_PG_NUM', details));
  }
  return problems;
}
