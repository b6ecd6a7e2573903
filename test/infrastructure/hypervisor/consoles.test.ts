import { describe, expect, it } from 'vitest';
import type { ShellCheck } from '../../../src/engine/check.ts';
import { rehearsal, scratch } from '../../resources/sh.ts';
import { allChecks, threeControls } from '../../steps/clouds.ts';

const checks = allChecks(threeControls());
const check =
  checks.find((candidate): candidate is ShellCheck => candidate.id === 'console-encryption-compute1') ??
  expect.fail('no check');

const GOOD = [
  'offers 19',
  'with own certificate: accepted',
  'with foreign certificate: refused',
  'with no certificate: refused',
];

describe('the check of encrypted consoles', () => {
  it('is made on every compute host, at its wire address', () => {
    expect(checks.filter(({ id }) => id.startsWith('console-encryption-')).map(({ host }) => host)).toEqual([
      'compute1',
      'compute2',
    ]);
    expect(check.script).toContain("address='192.0.2.21'");
    expect(check.thorough).toBe(true);
  });

  it('passes when certificates of both sides are needed', () => {
    expect(check.judge({ exitCode: 0, stdout: `${GOOD.join('\n')}\n`, stderr: '' }).ok).toBe(true);
  });

  it.each([
    ['a console in clear text', 'offers 1', 0],
    ['one that also offers clear text', 'offers 19 1', 0],
    ['a certificate of the host that cannot be verified', 'with own certificate: not verified: expired', 1],
    ['a console that takes any certificate', 'with foreign certificate: accepted', 2],
    ['a console that takes none', 'with no certificate: accepted', 3],
  ])('fails for %s', (_, line, index) => {
    const stdout = GOOD.with(index, line).join('\n');
    const finding = check.judge({ exitCode: 0, stdout, stderr: '' });
    expect(finding.ok).toBe(false);
    expect(finding.sentence).toContain(line);
  });

  it('fails when no domain can be started, with what libvirt says', () => {
    const stderr = 'error: internal error: unable to load certificate';
    expect(check.judge({ exitCode: 1, stdout: '', stderr })).toMatchObject({ ok: false, evidence: stderr });
    expect(check.judge({ exitCode: 1, stdout: 'offers 19\n', stderr })).toMatchObject({ ok: false });
  });

  it('destroys its domain, also the one of an interrupted check and when it fails', () => {
    const virsh = `case "$*" in
  *' create '*) exit 0 ;;
  *' vncdisplay '*) echo 192.0.2.21:7 ;;
  *' destroy '*) exit 1 ;;
  *) unexpected "$@" ;;
esac`;
    const place = scratch();
    for (const [timeout, code] of [
      ['echo offers 19', 0],
      ['exit 3', 3],
    ] as const) {
      const host = rehearsal(place, { virsh, openssl: ':', timeout });
      const answer = host.run(check.script);
      expect(answer.code).toBe(code);
      expect(answer.stdout).toBe(code === 0 ? 'offers 19\n' : '');
      // The program for Python is one argument of many lines.
      const verbs = host
        .calls()
        .map((call) => /^(?:virsh -q -c qemu:\/\/\/system (\w+)|(openssl|timeout) )/.exec(call))
        .flatMap((found) => (found ? [found[1] ?? found[2]] : []));
      expect(verbs).toEqual(['destroy', 'create', 'vncdisplay', 'openssl', 'timeout', 'destroy']);
    }
  });
});
