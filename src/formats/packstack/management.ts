import {
  addressToNumber,
  formatNetwork,
  holds,
  type Ipv4Network,
  numberToAddress,
  parseNetwork,
} from '../../cloud/ipv4.ts';
import type { PackstackHost } from './hosts.ts';
import type { Reading } from './reading.ts';

/** Usual prefix length of a management network, and the shortest one that is still believed. */
const USUAL_PREFIX = 24;
const SHORTEST_PREFIX = 16;

/** Free addresses are looked for from the sixth before the end downwards: in a /24 from .250. */
const ROOM_AT_THE_END = 5;

/**
 * The management network. Packstack knows host addresses only, so its range is assumed: the /24 around them, or
 * the smallest larger one that holds them all.
 */
export function readManagement(reading: Reading, hosts: readonly PackstackHost[]): Ipv4Network | undefined {
  const path = ['networks', 'management'];
  const first = hosts[0];
  const given = reading.hints.managementCidr;
  const range = given === undefined ? around(reading, hosts) : parseNetwork(given);
  const cidr = range ? formatNetwork(range) : given;
  if (cidr !== undefined) {
    reading.draft.set([...path, 'cidr'], cidr, { place: first?.place });
    if (given === undefined) {
      const why = 'Packstack knows no networks, only addresses of hosts; all of them lie in this range.';
      reading.assume(
        [...path, 'cidr'],
        'The range of the management network',
        cidr,
        why,
        '--management-cidr',
        first?.place,
      );
    }
  }
  return range;
}

function around(reading: Reading, hosts: readonly PackstackHost[]): Ipv4Network | undefined {
  const first = hosts[0];
  if (!first) return undefined;
  for (let prefix = USUAL_PREFIX; prefix >= SHORTEST_PREFIX; prefix--) {
    const range = parseNetwork(`${first.address}/${prefix}`);
    if (range && hosts.every((host) => holds(range, addressToNumber(host.address) ?? 0))) return range;
  }
  const widest = parseNetwork(`${first.address}/${SHORTEST_PREFIX}`);
  const outside = hosts.find((host) => widest && !holds(widest, addressToNumber(host.address) ?? 0));
  reading.addProblem('IMPORT_PACKSTACK_NETWORK', {
    place: outside?.place,
    details: { first: first.address, second: outside?.address ?? '' },
  });
  return parseNetwork(`${first.address}/${USUAL_PREFIX}`);
}

/** The virtual address: given, or the highest one of the network that nothing in the answers uses. */
export function setVirtualAddress(
  reading: Reading,
  hosts: readonly PackstackHost[],
  range: Ipv4Network | undefined,
  reserved: readonly Ipv4Network[],
): void {
  const path = ['networks', 'management', 'vip'];
  const place = hosts[0]?.place;
  const given = reading.hints.vip;
  if (given !== undefined) {
    reading.draft.set(path, given, { place });
    return;
  }
  if (!range) return;
  const used = new Set(hosts.map((host) => addressToNumber(host.address)));
  for (const key of [
    'EXCLUDE_SERVERS',
    'CONFIG_AMQP_HOST',
    'CONFIG_MARIADB_HOST',
    'CONFIG_STORAGE_HOST',
    'CONFIG_NTP_SERVERS',
  ]) {
    for (const item of reading.items(key)) used.add(addressToNumber(item.text));
  }
  for (let value = Math.max(range.first + 1, range.last - ROOM_AT_THE_END); value > range.first; value--) {
    if (used.has(value) || reserved.some((pool) => holds(pool, value))) continue;
    const vip = numberToAddress(value);
    reading.draft.set(path, vip, { place });
    const why =
      'Packstack has no virtual address; the APIs need one that no machine uses. Make sure that this one is free.';
    reading.assume(path, 'The virtual address', vip, why, '--vip ADDRESS', place);
    return;
  }
}
