import type { Cloud, Host, NetworkName } from '../cloud/cloud.ts';
import { addressToNumber, holds, parseNetwork } from '../cloud/ipv4.ts';
import type { Listener } from '../cloud/listeners.ts';
import { factsOf } from '../cloud/reached.ts';
import type { AllFacts } from '../hosts/connection.ts';
import { type Rule, rulesOf } from '../infrastructure/firewall/rules.ts';

/** A cloud and what was read of its hosts. */
export interface Surroundings {
  readonly cloud: Cloud;
  readonly facts: AllFacts;
  readonly listeners: readonly Listener[];
}

/** Who asks whom: from an address of one machine an address in a network of a host. */
export interface Question {
  /** The host that is asked, or that may have the virtual address that is asked. */
  readonly host: Host;
  readonly network: NetworkName;
  readonly source: string;
  readonly address: string;
}

/** Rules of the host's TCP ports, by the definitions: those that let the question in. */
export function rulesFor(
  { cloud, facts, listeners }: Surroundings,
  { host, network, source, address }: Question,
): readonly Rule[] {
  const device = host.interfaces[network];
  return rulesOf(cloud, host, listeners, factsOf(facts, host.name)).filter(
    ({ protocol, interfaces, sources, destination }) =>
      protocol === 'tcp' &&
      (interfaces === undefined || (device !== undefined && interfaces.includes(device))) &&
      (sources === undefined || sources.some((range) => isIn(source, range))) &&
      (destination === undefined || destination === address),
  );
}

/** Whether an address is in a network, `192.0.2.0/24`, or is the one given. */
export function isIn(address: string, range: string): boolean {
  if (!range.includes('/')) return address === range;
  const network = parseNetwork(range);
  const number = addressToNumber(address);
  return network !== undefined && number !== undefined && holds(network, number);
}
