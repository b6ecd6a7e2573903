import { haLevels } from '../../cloud/defaults.ts';
import { OVN, replacedByOvn } from '../mechanism.ts';
import type { DraftValue } from '../result.ts';
import { optionalServices, switchOf } from '../serviceKeys.ts';
import { isPlainList, isPlainMap, type Plain } from '../values/node.ts';
import { asBoolean, asInteger, asNumber, asText } from '../values/scalar.ts';
import type { Burrito } from './context.ts';

/** Time, high availability, Neutron, and services that can be switched. */
export function carryServices(burrito: Burrito): void {
  carryTime(burrito);
  carryHa(burrito);
  carryNeutron(burrito);
  const { context } = burrito;
  for (const service of optionalServices) {
    const key = switchOf(service, 'burrito');
    if (key) carrySwitch(burrito, key, ['services', service.name], true);
  }
  carrySwitch(burrito, 'enable_cinder_backup', ['volume', 'backup'], false);
  const user = asText(context.value('ceph_rgw_uid', 'object_store.user'));
  if (user) context.carryUnless('ceph_rgw_uid', ['object_store', 'user'], user, 'cloudpc');
  if (context.peek('offline') === true) {
    const note =
      'hosts without a way out need packages.mirror, the address of a Debian mirror they can reach';
    context.settle('offline', 'unsupported', { note });
    context.warn('IMPORT_NOT_SUPPORTED', context.entry('offline')?.place, {
      key: 'offline',
      meaning: `${note[0]?.toUpperCase()}${note.slice(1)}.`,
    });
  } else context.settle('offline', 'default');
  for (const key of ['radosgw_frontend_port', 'ceph_rgw_port']) {
    const port = asInteger(context.peek(key));
    if (port === 7480) context.settle(key, 'default', { note: 'the object store listens there anyway' });
    else if (context.entry(key))
      context.settle(key, 'unsupported', { note: 'the object store listens on 7480' });
  }
  const checks = context.value('checklist', 'clock_tolerance');
  if (!isPlainMap(checks)) return;
  const tolerance = asNumber(checks.clock_deviation_threshold);
  if (tolerance !== undefined) context.carryUnless('checklist', ['clock_tolerance'], tolerance, 60);
}

function carrySwitch(burrito: Burrito, key: string, path: readonly string[], usual: boolean): void {
  const { context } = burrito;
  const value = context.value(key, path.join('.'));
  if (value === undefined) return;
  const on = asBoolean(value);
  if (on === undefined) context.wrong(key, 'true or false', path);
  else context.carryUnless(key, path, on, usual);
}

function carryTime(burrito: Burrito): void {
  const { context } = burrito;
  const value = context.value('ntp_servers', 'time.servers');
  if (value === undefined) return;
  if (value === null)
    context.settle('ntp_servers', 'default', { note: 'none: the control hosts serve time' });
  else if (!isPlainList(value)) context.wrong('ntp_servers', 'a list of time servers', ['time', 'servers']);
  else
    context.carryUnless(
      'ntp_servers',
      ['time', 'servers'],
      value.map((item) => asText(item) ?? ''),
      [],
    );
}

const TIMINGS = ['interval', 'timeout', 'rise', 'fall'] as const;

function carryHa(burrito: Burrito): void {
  const { context } = burrito;
  const level = asText(context.value('ha_level', 'ha.level'));
  if (level !== undefined) context.carryUnless('ha_level', ['ha', 'level'], level, 'moderato');
  const usual = haLevels[level === 'allegro' || level === 'vivace' ? level : 'moderato'];
  const table = context.value('ha', 'ha.interval');
  const own =
    isPlainMap(table) && level !== undefined && Object.hasOwn(table, level) ? table[level] : undefined;
  let changed = false;
  for (const field of TIMINGS) {
    const key = `vrrp_script_${field}`;
    const given = asInteger(context.peek(key)) ?? (isPlainMap(own) ? asInteger(own[field]) : undefined);
    if (given === undefined || given === usual[field]) {
      context.settle(key, 'default', { note: 'as the level says' });
      continue;
    }
    changed = true;
    context.draft.set(['ha', field], given, {
      place: (context.entry(key) ?? context.entry('ha'))?.place,
      comment: `Burrito: ${key}`,
    });
    context.settle(key, 'carried', { to: `ha.${field}` });
  }
  context.settle(
    'ha',
    changed ? 'carried' : 'default',
    changed ? { to: 'ha' } : { note: 'the levels are the same here' },
  );
  for (const key of ['inter', 'rise', 'fall'] as const) {
    if (context.entry(key)) haproxyTiming(burrito, key, usual);
  }
}

function haproxyTiming(
  burrito: Burrito,
  key: 'inter' | 'rise' | 'fall',
  usual: (typeof haLevels)['moderato'],
): void {
  const { context } = burrito;
  const field = key === 'inter' ? 'interval' : key;
  const value = asInteger(asText(context.peek(key))?.replace(/s$/, ''));
  const ours = asInteger(context.draft.get(['ha', field])) ?? usual[field];
  if (value === undefined || value === ours)
    context.settle(key, 'default', { note: 'haproxy and keepalived are timed alike' });
  else context.settle(key, 'unsupported', { note: `haproxy and keepalived are timed alike: ${ours}` });
}

function carryNeutron(burrito: Burrito): void {
  const { context } = burrito;
  const ovs = asBoolean(context.peek('is_ovs')) ?? true;
  const ovn = asBoolean(context.peek('is_ovn'));
  const plugin = asText(context.peek('neutron_ml2_plugin'));
  // Releases before 2.0 know no is_ovn.
  const mechanism = ovn
    ? 'ovn'
    : ovn === undefined && !context.entry('is_ovs')
      ? 'ovn'
      : ovs && plugin !== 'linuxbridge'
        ? 'openvswitch'
        : 'linuxbridge';
  for (const key of ['is_ovs', 'is_ovn', 'neutron_ml2_plugin'])
    context.settle(key, 'default', { note: 'OVN over Open vSwitch' });
  if (mechanism !== 'ovn') {
    for (const key of ['is_ovs', 'is_ovn', 'neutron_ml2_plugin'])
      context.settle(key, 'unsupported', { note: replacedByOvn(mechanism) });
    const place = (context.entry('is_ovn') ?? context.entry('is_ovs'))?.place;
    const meaning = `The mechanism ${mechanism} is not deployed. ${OVN}`;
    context.warn('IMPORT_NOT_SUPPORTED', place, { key: 'is_ovs, is_ovn', meaning });
  }
  for (const [feature, meaning] of [
    ['ovs_dvr', 'OVN routes on every host by itself; floating addresses leave through the network hosts.'],
    ['bgp_dragent', 'Addresses are not announced by BGP; routes to them must be static.'],
  ] as const) {
    if (!asBoolean(context.peek(feature))) {
      context.settle(feature, 'default', { note: 'off' });
      continue;
    }
    context.settle(feature, 'unsupported', { note: meaning });
    context.warn('IMPORT_NOT_SUPPORTED', context.entry(feature)?.place, { key: feature, meaning });
  }
  carryPhysical(burrito);
}

function carryPhysical(burrito: Burrito): void {
  const { context } = burrito;
  const path = ['network', 'physical_networks'];
  const value = context.value('ovs_provider', 'network.physical_networks');
  if (value === undefined) return;
  if (!isPlainList(value)) {
    context.wrong('ovs_provider', 'a list of maps with name, bridge, iface and vlan_ranges', path);
    return;
  }
  const provider = context.draft.get(['networks', 'provider', 'interface']);
  const networks = value.filter(isPlainMap).map((item) => {
    const vlans = vlanList(item.vlan_ranges);
    const port = asText(item.iface);
    return {
      name: asText(item.name) ?? '',
      bridge: asText(item.bridge) ?? 'br-ex',
      ...(port && port !== provider && { interface: port }),
      ...(vlans.length > 0 && { vlans }),
    } as DraftValue;
  });
  if (networks.length === 0) {
    context.settle('ovs_provider', 'default', { note: 'none' });
    return;
  }
  context.carryUnless('ovs_provider', path, networks, [{ name: 'external', bridge: 'br-ex' }]);
}

/** VLAN ranges as text (`100:200,300:400`, in old files also `external:100:200`) or as a list. */
function vlanList(value: Plain | undefined): readonly string[] {
  const parts = isPlainList(value)
    ? value.map((item) => asText(item) ?? '')
    : (asText(value) ?? '').split(',');
  return parts
    .map((part) =>
      part
        .trim()
        .replace(/^[A-Za-z][\w.-]*:(?=\d)/, '')
        .replace(/^(\d+)-(\d+)$/, '$1:$2'),
    )
    .filter((part) => part !== '');
}
