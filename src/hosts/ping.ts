import { CloudwrightError, type Problem } from '../errors/problem.ts';
import type { Connections } from './connection.ts';
import { readFacts } from './facts.ts';
import type { ReachableHosts } from './reachable.ts';

/** What a host answered, or why it did not. */
export type PingAnswer = { readonly host: string; readonly milliseconds: number } & (
  | {
      readonly ok: true;
      /** `debian trixie` */
      readonly release: string;
      /** Host's clock minus this machine's; seconds. */
      readonly clockOffsetSeconds: number;
      /** Beyond the tolerance, in seconds, of the description. */
      readonly clockTooFar: boolean;
    }
  | { readonly ok: false; readonly problem: Problem }
);

/** Reaches all hosts in parallel: ssh, root, release and clock. Answers are in the order of the description. */
export function ping(
  cloud: Pick<ReachableHosts, 'hosts'> & { readonly clockTolerance: number },
  connections: Connections,
): Promise<readonly PingAnswer[]> {
  return Promise.all(
    cloud.hosts.map(async ({ name }): Promise<PingAnswer> => {
      const began = Date.now();
      const took = (): { host: string; milliseconds: number } => ({
        host: name,
        milliseconds: Date.now() - began,
      });
      try {
        const facts = await readFacts(await connections.get(name));
        return {
          ...took(),
          ok: true,
          release: `${facts.distribution} ${facts.codename}`.trim(),
          clockOffsetSeconds: facts.clockOffsetSeconds,
          clockTooFar: Math.abs(facts.clockOffsetSeconds) > cloud.clockTolerance,
        };
      } catch (error) {
        const [problem] = error instanceof CloudwrightError ? error.problems : [];
        if (!problem) throw error;
        return { ...took(), ok: false, problem };
      }
    }),
  );
}
