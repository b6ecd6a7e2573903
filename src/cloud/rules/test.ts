import type { Problem } from '../../errors/problem.ts';
import { addressToNumber, formatNetwork, holds, parseNetwork, sensibleSize, unusableKind } from '../ipv4.ts';
import { holders } from './addresses.ts';
import { at, atKey, type RuleContext } from './rule.ts';

const fields = ['provider_gateway', 'first_address', 'last_address'] as const;

/** The acceptance test's addresses are in its network; the range ascends and is large enough. */
export function testAddresses(context: RuleContext): readonly Problem[] {
  const test = context.draft.sections.test;
  if (!test) return [];
  const problems: Problem[] = [];
  const range = test.provider_cidr === undefined ? undefined : parseNetwork(test.provider_cidr);
  const values: Partial<Record<(typeof fields)[number], number>> = {};
  for (const field of fields) {
    const text = test[field];
    const value = text === undefined ? undefined : addressToNumber(text);
    if (text === undefined || value === undefined) continue;
    values[field] = value;
    const path = ['test', field];
    if (!range) {
      problems.push(atKey(context, path, 'CLOUD_TEST_INCOMPLETE', { field }));
      continue;
    }
    const cidr = formatNetwork(range);
    if (!holds(range, value))
      problems.push(at(context, path, 'CLOUD_TEST_OUTSIDE', { field, address: text, cidr }));
    else if (value === range.first || value === range.last) {
      const kind = value === range.first ? 'network' : 'broadcast';
      const details = { what: `\`test.${field}\``, address: text, kind, cidr };
      problems.push(at(context, path, 'CLOUD_ADDRESS_RESERVED', details));
    }
  }
  return [...problems, ...testRange(context, values)];
}

function testRange(
  context: RuleContext,
  values: Readonly<Partial<Record<(typeof fields)[number], number>>>,
): readonly Problem[] {
  const test = context.draft.sections.test;
  const { first_address: first, last_address: last, provider_gateway: gateway } = values;
  if (!test || first === undefined || last === undefined) return [];
  const path = ['test', 'last_address'];
  const shown = { first: test.first_address ?? '', last: test.last_address ?? '' };
  if (last < first) return [at(context, path, 'CLOUD_TEST_ORDER', shown)];
  const problems: Problem[] = [];
  const size = last - first + 1;
  if (size < 3) problems.push(at(context, path, 'CLOUD_TEST_RANGE_SMALL', { ...shown, count: size }));
  if (gateway !== undefined && gateway >= first && gateway <= last) {
    const details = { address: test.provider_gateway ?? '', holder: 'the gateway' };
    problems.push(at(context, ['test', 'provider_gateway'], 'CLOUD_TEST_RANGE_TAKEN', details));
  }
  for (const holder of holders(context)) {
    if (holder.value < first || holder.value > last) continue;
    const details = { address: holder.text, holder: holder.what.replace(/,$/, '').toLowerCase() };
    problems.push(at(context, ['test', 'first_address'], 'CLOUD_TEST_RANGE_TAKEN', details));
    // One is enough: the range is in the wrong place.
    break;
  }
  return problems;
}

/** The test network is one that instances can be on. */
export function testNetwork(context: RuleContext): readonly Problem[] {
  const { sections, networks, unreadable } = context.draft;
  const cidr = sections.test?.provider_cidr;
  if (cidr === undefined) return [];
  const range = parseNetwork(cidr);
  const path = ['test', 'provider_cidr'];
  const kind = range ? unusableKind(range.first) : undefined;
  if (kind) {
    return [at(context, path, 'CLOUD_ADDRESS_UNUSABLE', { what: 'The test network', address: cidr, kind })];
  }
  const usable = range ? Math.max(0, range.last - range.first - 1) : 0;
  if (range && !sensibleSize(range)) {
    return [at(context, path, 'CLOUD_NETWORK_SIZE', { network: 'test', cidr, usable })];
  }
  const unsure = ['networks', 'networks.provider', 'network'];
  const physical = sections.network?.physical_networks ?? [];
  if (unsure.some((name) => unreadable.has(name)) || networks.provider || physical.length > 0) return [];
  return [atKey(context, path, 'CLOUD_TEST_NO_PROVIDER')];
}

/** The host from which the test connects to its instances is described. */
export function testVantage(context: RuleContext): readonly Problem[] {
  const vantage = context.draft.sections.test?.vantage;
  if (typeof vantage !== 'object' || !('host' in vantage) || !context.allHosts) return [];
  if (context.hosts.some((host) => host.name === vantage.host)) return [];
  return [at(context, ['test', 'vantage', 'host'], 'CLOUD_TEST_VANTAGE', { host: vantage.host })];
}
