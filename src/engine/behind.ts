import { problem } from '../errors/problem.ts';
import type { AllFacts } from '../hosts/connection.ts';
import { compare } from './compare.ts';
import type { KnownStates } from './knownStates.ts';
import type { Resource } from './resource.ts';
import type { RunState } from './runState.ts';

/** What the hosts of a run rely on, on deployed hosts that the selection leaves out: resources by their step. */
export function reliedOn(
  steps: readonly { readonly name: string }[],
  resources: ReadonlyMap<string, readonly Resource[]>,
  hosts: ReadonlySet<string>,
  facts: AllFacts,
): ReadonlyMap<string, readonly Resource[]> {
  const found = new Map<string, readonly Resource[]>();
  for (const { name } of steps) {
    const own = (resources.get(name) ?? []).filter(
      ({ reliedOn: wanted, host }) => wanted && !hosts.has(host) && facts.get(host)?.managed,
    );
    if (own.length > 0) found.set(name, own);
  }
  return found;
}

/** Warns of those that are not as described: this run does not change them, and its hosts may fail because of that. */
export function reportBehind(
  run: RunState,
  states: KnownStates,
  outside: ReadonlyMap<string, readonly Resource[]>,
): void {
  for (const [step, resources] of outside) {
    const behind = resources.filter((resource) => compare(states, step, resource, false).via === 'change');
    if (behind.length === 0) continue;
    const hosts = [...new Set(behind.map(({ host }) => host))];
    const options = hosts.map((host) => `--host ${host}`).join(' ');
    run.report(
      problem('HOSTS_BEHIND', {
        details: { hosts: hosts.join(', '), step, options },
        severity: 'warning',
      }),
    );
  }
}
