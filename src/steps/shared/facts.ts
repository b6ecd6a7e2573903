import type { AllFacts, HostFacts } from '../../hosts/connection.ts';

export function factsOf(facts: AllFacts, host: string): HostFacts {
  const found = facts.get(host);
  if (!found) throw new Error(`no facts of ${host}`);
  return found;
}
