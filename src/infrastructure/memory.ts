import type { HostFacts } from '../hosts/connection.ts';

/** Share of the host's memory in MiB for a cache or buffer, between the bounds. */
export function memoryShare(facts: HostFacts, share: number, least: number, most: number): number {
  return Math.round(Math.max(least, Math.min(most, facts.memoryMiB * share)));
}
