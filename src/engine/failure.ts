import { type Problem, problem } from '../errors/problem.ts';
import type { ShellResult } from '../hosts/connection.ts';
import { lastLines } from '../system/text.ts';
import { PACKAGES_FAILED, SERVICE_NOT_STARTED, UNIT_NOT_INSTALLED } from './exitCodes.ts';

/** The C library's texts of ENOSPC and EDQUOT, and apt's own. Where the disk is full, that is the cause, no matter which program failed. */
const DISK_FULL = /No space left on device|Disk quota exceeded|You don't have enough free space/i;
/** Lines with which apt names a mirror that cannot be reached or lacks a file. */
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

export interface FailedChange {
  readonly host: string;
  readonly resource: string;
  readonly step: string;
  readonly summary: string;
}

/** The problem of a change that ended with an error: well-known causes have codes of their own. */
export function changeFailure(change: FailedChange, result: ShellResult): Problem {
  const { host, resource, step, summary } = change;
  const place = { kind: 'cloud', host, step, resource } as const;
  const details = { host, resource, summary, status: `exit code ${result.exitCode}` };
  const all = `${result.stdout}\n${result.stderr}`;
  const evidence = lastLines(result.stderr, 20) || lastLines(result.stdout, 20) || undefined;
  if (result.exitCode === SERVICE_NOT_STARTED) {
    return problem('SERVICE_NOT_STARTED', { place, details, evidence });
  }
  if (result.exitCode === UNIT_NOT_INSTALLED) {
    return problem('UNIT_NOT_INSTALLED', { place, details, evidence });
  }
  if (DISK_FULL.test(all)) {
    return problem('HOST_DISK_FULL', { place, details, evidence: linesThatMatch(all, DISK_FULL) });
  }
  if (result.exitCode === PACKAGES_FAILED && MIRROR.test(all)) {
    return problem('HOST_MIRROR_FAILED', { place, details, evidence: linesThatMatch(all, MIRROR) });
  }
  return problem('RESOURCE_FAILED', { place, details, evidence });
}

/** The lines that name the cause, rather than whatever came last. */
function linesThatMatch(output: string, pattern: RegExp): string {
  const lines = output.split('\n').filter((line) => pattern.test(line));
  return lastLines([...new Set(lines)].join('\n'), 6);
}
