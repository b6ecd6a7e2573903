import type { HostFacts } from '../../hosts/connection.ts';

/**
 * Processes of an API or worker pool, fitted to the node: one for each two CPUs, at most four, and no more than
 * one for each 4 GiB of memory, since each Python worker holds 100 to 200 MiB and there are about twenty pools.
 */
export function workers(facts: HostFacts): number {
  const byCpu = Math.floor(facts.cpus / 2);
  const byMemory = Math.floor(facts.memoryMiB / 4096);
  return Math.max(1, Math.min(4, byCpu, byMemory));
}

/**
 * Processes of an API, each with one thread: at least two, since one alone could not answer a caller whom its own
 * request waits for. More threads are no solution: oslo.policy loads its rules at the first request, unguarded, so a
 * second thread decides by rules that are not all there and denies what is allowed (403); and the green threads of
 * eventlet (Nova, Neutron) can't pass between real ones.
 */
export function apiProcesses(facts: HostFacts): number {
  return Math.max(2, workers(facts));
}
