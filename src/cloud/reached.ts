import type { Cloud, Host } from './cloud.ts';
import { controlHosts } from './topology.ts';

/** A description, and what was read off those of its hosts that were reached. */
export interface ReachedCloud<Facts = unknown> {
  readonly cloud: Cloud;
  readonly facts: ReadonlyMap<string, Facts>;
}

/** Facts of a host that was reached; nothing is described for another. */
export function factsOf<Facts>(facts: ReadonlyMap<string, Facts>, host: string): Facts {
  const found = facts.get(host);
  if (!found) throw new Error(`no facts of ${host}`);
  return found;
}

/** Those of the hosts that were reached. */
export function reached(context: ReachedCloud, hosts: readonly Host[]): readonly Host[] {
  return hosts.filter((host) => context.facts.has(host.name));
}

/** Names of the hosts of the description that were not reached: nothing is expected of them. */
export function unreached({ cloud, facts }: ReachedCloud): ReadonlySet<string> {
  return new Set(cloud.hosts.map((host) => host.name).filter((name) => !facts.has(name)));
}

/** Any control host that was reached: it can do what is done once for the cloud. */
export function anyControl(context: ReachedCloud): Host | undefined {
  return reached(context, controlHosts(context.cloud))[0];
}
