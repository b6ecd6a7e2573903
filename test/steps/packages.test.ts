import { describe, expect, it } from 'vitest';
import type { ShellCheck } from '../../src/engine/check.ts';
import { reveal } from '../../src/secrets/confidential.ts';
import { rehearsal, scratch } from '../resources/sh.ts';
import { allChecks, type CloudContext, threeControls } from './clouds.ts';

const check = (context: CloudContext, host: string): ShellCheck => {
  const found = allChecks(context).find(({ id }) => id === `package-versions-${host}`);
  if (found?.via !== 'shell') throw new Error('a shell check is expected');
  return found;
};

/** What the check says of a host with this version of the client library; `undefined`: it is not installed. */
function verdict(installed: string | undefined) {
  const { script, judge } = check(threeControls(), 'compute1');
  const query = installed === undefined ? 'exit 1' : `printf '%s' '${installed}'`;
  const host = rehearsal(scratch(), {
    'dpkg-query': `[ "$4" = python3-oslo.messaging ] || unexpected "$@"; ${query}`,
    // Only these two are compared here.
    dpkg: `[ "$1 $3 $4" = "--compare-versions lt 16.1.0-3+deb13u1" ] || unexpected "$@"
[ "$2" = 16.1.0-3 ]`,
  });
  const { code, stdout, stderr } = host.run(reveal(script));
  return judge({ exitCode: code, stdout, stderr });
}

describe('the versions of packages', () => {
  // CVE-2026-44393: the client library compared no host names.
  it('are refused where a security update is missing that the configuration relies on', () => {
    expect(verdict('16.1.0-3')).toMatchObject({
      ok: false,
      sentence: expect.stringContaining('python3-oslo.messaging before 16.1.0-3+deb13u1'),
    });
  });

  it.each([['16.1.0-3+deb13u1'], ['16.1.0-3+deb13u2'], [undefined]])('are valid with %s', (installed) => {
    expect(verdict(installed)).toMatchObject({ ok: true });
  });

  it('are unknown where the check was cut', () => {
    const { judge } = check(threeControls(), 'compute1');
    expect(judge({ exitCode: 0, stdout: '', stderr: '' })).toMatchObject({ ok: false });
  });
});
