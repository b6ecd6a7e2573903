import { CloudwrightError, type Problem, problem } from '../errors/problem.ts';
import type { Connection, HostFacts } from '../hosts/connection.ts';
import { readFacts } from '../hosts/facts.ts';
import { problemsOf, type RunState } from './runState.ts';
import type { Subject } from './step.ts';

/**
 * Connects to the hosts and reads their facts. A host that does not answer is reported once and left out: as an error
 * where it is `needed`, else as a warning. Rejects with HOST_OF_OTHER_CLOUD before anything else is done when a host
 * belongs to another cloud.
 */
export async function reachHosts(
  run: RunState,
  subject: Subject,
  needed: ReadonlySet<string>,
  read: (connection: Connection) => Promise<HostFacts> = readFacts,
): Promise<ReadonlyMap<string, HostFacts>> {
  const facts = new Map<string, HostFacts>();
  const foreign: Problem[] = [];
  await Promise.all(
    subject.hosts.map(({ name }) =>
      run.onHosts(async () => {
        if (run.stopping) return;
        const began = Date.now();
        try {
          const connection = await run.connections.get(name);
          const found = await read(connection);
          run.emit({ type: 'host-connected', host: name, milliseconds: Date.now() - began });
          const other = otherCloud(name, subject, found);
          if (other) foreign.push(other);
          facts.set(name, found);
        } catch (error) {
          const severity = needed.has(name) ? 'error' : 'warning';
          const [first, ...more] = problemsOf(error, { kind: 'cloud', host: name });
          if (first) run.loseHost(name, { ...first, severity });
          for (const other of more) run.report({ ...other, severity }, { host: name });
        }
      }),
    ),
  );
  if (foreign.length > 0) throw new CloudwrightError(foreign);
  // In the order of the description, whichever answered first.
  return new Map(
    subject.hosts.flatMap(({ name }): [string, HostFacts][] => {
      const found = facts.get(name);
      return found ? [[name, found]] : [];
    }),
  );
}

/** The problem of a host that has the id of another cloud. */
export function otherCloud(
  host: string,
  subject: Subject,
  { cloudId }: Pick<HostFacts, 'cloudId'>,
): Problem | undefined {
  if (subject.id === undefined || cloudId === undefined || cloudId === subject.id) return undefined;
  return problem('HOST_OF_OTHER_CLOUD', {
    place: { kind: 'cloud', host },
    details: { host, found: cloudId, expected: subject.id, cloud: subject.name },
  });
}
