import type { Problem } from '../../errors/problem.ts';
import type { Role } from '../cloud.ts';
import { rolesNamed } from '../roles.ts';
import { at, atKey, type RuleContext, warning } from './rule.ts';

const HOST_NAME = /^(?!\d+$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const RESERVED = new Set([
  'localhost',
  'ip6-localhost',
  'ip6-loopback',
  'all',
  'local',
  'broadcasthost',
  'api',
  'cluster',
]);

/** Host names follow RFC 1123 and mean nothing else. */
export function hostNames(context: RuleContext): readonly Problem[] {
  const problems: Problem[] = [];
  const reported = new Set<string>();
  for (const { name, path, entry } of context.hosts) {
    if (reported.has(entry.key)) continue;
    const code = RESERVED.has(name) ? 'CLOUD_HOST_NAME_RESERVED' : 'CLOUD_HOST_NAME';
    if (code === 'CLOUD_HOST_NAME' && HOST_NAME.test(name)) continue;
    reported.add(entry.key);
    problems.push(atKey(context, path, code, { name }));
  }
  return problems;
}

/** No host is described by two entries. */
export function hostsUnique(context: RuleContext): readonly Problem[] {
  const problems: Problem[] = [];
  const seen = new Map<string, string>();
  for (const { name, entry, path } of context.hosts) {
    const other = seen.get(name);
    if (other === undefined) seen.set(name, entry.key);
    else problems.push(atKey(context, path, 'CLOUD_HOST_DUPLICATE', { host: name, other }));
  }
  return problems;
}

/** There are hosts for the APIs and hosts for instances. */
export function neededRoles(context: RuleContext): readonly Problem[] {
  if (!context.allHosts) return [];
  if (context.hosts.length === 0) {
    return context.draft.hosts.length === 0 ? [atKey(context, ['hosts'], 'CLOUD_NO_HOSTS')] : [];
  }
  const problems: Problem[] = [];
  if (count(context, 'control') === 0) problems.push(atKey(context, ['hosts'], 'CLOUD_NO_CONTROL'));
  if (count(context, 'compute') === 0) problems.push(atKey(context, ['hosts'], 'CLOUD_NO_COMPUTE'));
  return problems;
}

/** Database, message broker and Ceph monitors can form a majority. */
export function oddQuorum(context: RuleContext): readonly Problem[] {
  if (!context.allHosts) return [];
  const problems: Problem[] = [];
  const controls = count(context, 'control');
  if (controls > 0 && controls % 2 === 0) {
    problems.push(atKey(context, ['hosts'], 'CLOUD_CONTROL_EVEN', { count: controls }));
  }
  const mons = count(context, 'mon');
  if (mons > 0 && mons % 2 === 0) {
    const found = atKey(context, ['hosts'], 'CLOUD_MON_EVEN', { count: mons });
    problems.push(mons === 2 ? found : warning(found));
  }
  return problems;
}

/** No role is given twice to one host. */
export function rolesOnce(context: RuleContext): readonly Problem[] {
  const problems: Problem[] = [];
  for (const { key, description } of context.draft.hosts) {
    const seen = new Set<string>();
    for (const [index, role] of description.roles.entries()) {
      const parts = rolesNamed(role);
      const twice = parts.some((part) => seen.has(part));
      for (const part of parts) seen.add(part);
      if (!twice) continue;
      problems.push(
        warning(at(context, ['hosts', key, 'roles', index], 'CLOUD_ROLE_TWICE', { host: key, role })),
      );
    }
  }
  return problems;
}

/** OSDs have devices, each of its own; other hosts have none. */
export function devices(context: RuleContext): readonly Problem[] {
  const problems: Problem[] = [];
  for (const { key, description } of context.draft.hosts) {
    const path = ['hosts', key];
    const role = description.roles.find((name) => name === 'storage' || name === 'osd');
    if (role && description.devices.length === 0) {
      const place = context.draft.has([...path, 'devices']) ? [...path, 'devices'] : [...path, 'roles'];
      problems.push(atKey(context, place, 'CLOUD_OSD_NO_DEVICE', { host: key, role }));
    }
    if (!role && description.devices.length > 0) {
      problems.push(warning(atKey(context, [...path, 'devices'], 'CLOUD_DEVICE_UNUSED', { host: key })));
    }
    const seen = new Set<string>();
    for (const [index, device] of description.devices.entries()) {
      const target = device.startsWith('file:') ? device.slice(0, device.lastIndexOf(':')) : device;
      const same = target.replace(/\/+/g, '/');
      if (seen.has(same)) {
        problems.push(
          at(context, [...path, 'devices', index], 'CLOUD_DEVICE_TWICE', { host: key, device: target }),
        );
      }
      seen.add(same);
    }
  }
  return problems;
}

export function count(context: RuleContext, role: Role): number {
  return context.hosts.filter((host) => host.roles.has(role)).length;
}
