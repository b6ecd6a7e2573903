import { type Problem, problem } from '../errors/problem.ts';
import type { ShellResult } from '../hosts/connection.ts';
import { lastLines } from '../system/text.ts';
import type { Resource } from './resource.ts';

/** Exit code with which a change says: the service did not start, its last log lines are on standard error. */
export const SERVICE_DID_NOT_START = 97;

const DISK_FULL = /No space left on device|ENOSPC|Disk quota exceeded|You don't have enough free space/i;
const MIRROR = new RegExp(
  [
    'E: Failed to fetch',
    'Err:\\d+ ',
    '[45]\\d\\d {2}[A-Z][a-z]+',
    'Could not resolve .*(http|https|ftp)',
    "Temporary failure resolving '",
    'Unable to fetch some archives',
    'Could not connect to .*(connection (refused|timed out))',
    'The repository .* does not have a Release file',
    'Some index files failed to download',
  ].join('|'),
);

/** The problem of a change that ended with an error: well-known causes have codes of their own. */
export function changeFailure(one: Resource, summary: string, step: string, result: ShellResult): Problem {
  const place = { kind: 'cloud', host: one.host, step, resource: one.id } as const;
  const details = { host: one.host, resource: one.id, summary, status: `exit code ${result.exitCode}` };
  const all = `${result.stdout}\n${result.stderr}`;
  const evidence = lastLines(result.stderr, 20) || lastLines(result.stdout, 20) || undefined;
  if (result.exitCode === SERVICE_DID_NOT_START) {
    return problem('SERVICE_NOT_STARTED', { place, details, evidence });
  }
  if (DISK_FULL.test(all))
    return problem('HOST_DISK_FULL', { place, details, evidence: telling(all, DISK_FULL) });
  if (MIRROR.test(all))
    return problem('HOST_MIRROR_FAILED', { place, details, evidence: telling(all, MIRROR) });
  return problem('RESOURCE_FAILED', { place, details, evidence });
}

/** The lines that name the cause, rather than whatever came last. */
function telling(output: string, pattern: RegExp): string {
  const lines = output.split('\n').filter((line) => pattern.test(line));
  return lastLines([...new Set(lines)].join('\n'), 6);
}
