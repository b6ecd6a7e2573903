import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { aptSources, packages } from '../../src/resources/index.ts';
import { Confidential, masked, reveal } from '../../src/secrets/confidential.ts';
import { compare, parse, plan, scratch, sh } from './sh.ts';

const root = scratch();

describe('packages', () => {
  const one = packages('h', 'one', ['bash', 'no-such-package-here']);
  const two = packages('h', 'two', ['dash'], { debconf: ['a a/b select c'], recommends: true });

  test('one dpkg-query answers for several resources', () => {
    const output =
      'bash installed ok 5.2-1\ndash config-files ok 0.5\nmariadb-server half-configured ok 11\n';
    const states = parse([one, two], output);
    expect(compare(one, states[0])?.summary).toBe('install no-such-package-here');
    expect(compare(two, states[1])?.summary).toBe('install dash');
    expect(compare(packages('h', 'x', ['bash']), states[0])).toBeUndefined();
  });

  test('against the real dpkg', () => {
    const [first, second] = plan([one, two]);
    expect(first?.summary).toBe('install no-such-package-here');
    expect(second).toBeUndefined();
  });

  test('a long list is summed up', () => {
    const names = Array.from({ length: 40 }, (_, n) => `p${n}`);
    expect(compare(packages('h', 'all', names), { installed: new Map(), banLeft: false })?.summary).toBe(
      'install p0, p1, p2 and 37 more packages',
    );
  });

  test('the script: one transaction, no questions, seeds first, sound shell', () => {
    const change = compare(two, { installed: new Map(), banLeft: false });
    const script = reveal(change?.script ?? '');
    expect(script.match(/ install 'dash'/g)).toHaveLength(1);
    expect(script).toContain('--install-recommends');
    expect(script.indexOf('debconf-set-selections')).toBeLessThan(script.indexOf("install 'dash'"));
    for (const option of ['--force-confold', '--force-confdef', 'Dpkg::Use-Pty=0', 'DPkg::Lock::Timeout=60'])
      expect(script).toContain(option);
    expect(sh(`sh -n <<'EOF_OF_SCRIPT'\n${script}\nEOF_OF_SCRIPT`)).toMatchObject({ code: 0, stderr: '' });
  });

  /** Strict fakes of apt and dpkg on PATH, in a copy of the script whose paths lead into a directory of ours. */
  function rehearse(
    name: string,
    apt: string,
  ): { run: () => ReturnType<typeof sh>; log: string; place: string } {
    const place = join(root, name);
    for (const part of [
      'bin',
      'usr/sbin',
      'var/lib/apt/lists',
      'var/lib/dpkg/updates',
      'etc/apt/sources.list.d',
    ])
      mkdirSync(join(place, part), { recursive: true });
    writeFileSync(join(place, 'var/lib/apt/lists/x_Packages'), '');
    const log = join(place, 'log');
    const fake = (command: string, body: string): void => {
      writeFileSync(join(place, 'bin', command), `#!/bin/sh\necho "${command} $*" >>${log}\n${body}\n`);
      chmodSync(join(place, 'bin', command), 0o755);
    };
    fake('apt-get', apt);
    fake('dpkg', 'case $1 in --audit) exit 0;; *) echo unexpected >&2; exit 9;; esac');
    mkdirSync(join(place, 'run/systemd/system'), { recursive: true });
    fake('dpkg-query', 'echo 257.13-1');
    fake(
      'systemctl',
      'echo "offline: $SYSTEMD_OFFLINE" >>"$0.seen"; case $1 in show) cat "$0.version" 2>/dev/null;; esac',
    );
    const change = compare(packages('h', 'x', ['thing']), { installed: new Map(), banLeft: false });
    const script = reveal(change?.script ?? '')
      .replaceAll('/usr/sbin/', `${place}/usr/sbin/`)
      .replaceAll('/var/lib/', `${place}/var/lib/`)
      .replaceAll('/etc/apt/', `${place}/etc/apt/`)
      .replaceAll('/run/systemd/', `${place}/run/systemd/`);
    return { run: () => sh(script, join(place, 'bin')), log, place };
  }

  test('no service may start within the transaction, and what was there before comes back', () => {
    const { run, place } = rehearse(
      'ban',
      '"$BAN_TEST/policy-rc.d"; echo "policy said $?" >"$BAN_TEST/said"',
    );
    const sbin = join(place, 'usr/sbin');
    writeFileSync(join(sbin, 'policy-rc.d'), '#!/bin/sh\nexit 42\n');
    process.env.BAN_TEST = sbin;
    expect(run()).toMatchObject({ code: 0, stderr: '' });
    expect(sh(`cat ${sbin}/said; cat ${sbin}/policy-rc.d; ls ${sbin}`).stdout).toBe(
      'policy said 101\n#!/bin/sh\nexit 42\npolicy-rc.d\nsaid\n',
    );
  });

  test.each([
    ['257.13-1', 'daemon-reload'],
    ['257.9-1', 'daemon-reexec'],
  ])('units are read once, after the transaction; systemd %s ran before: %s', (running, wanted) => {
    const { run, log, place } = rehearse(`units-${running}`, 'echo "$SYSTEMD_OFFLINE" >"$0.offline"');
    writeFileSync(join(place, 'bin/systemctl.version'), running);
    expect(run()).toMatchObject({ code: 0, stderr: '' });
    expect(sh(`cat ${place}/bin/apt-get.offline; sort -u ${place}/bin/systemctl.seen`).stdout).toBe(
      '1\noffline: \n',
    );
    expect(sh(`grep ^systemctl ${log} | grep -v ' show '; tail -n 1 ${log}`).stdout).toBe(
      `systemctl ${wanted}\nsystemctl ${wanted}\n`,
    );
  });

  test('a ban left by a cut run is lifted', () => {
    const { run, place } = rehearse('left', 'exit 0');
    const policy = join(place, 'usr/sbin/policy-rc.d');
    writeFileSync(
      policy,
      '#!/bin/sh\n# cloudwright: no service starts within a package transaction; pid 99999999\nexit 101\n',
    );
    writeFileSync(`${policy}.before-cloudwright`, 'theirs');
    expect(run().code).toBe(0);
    expect(sh(`ls ${join(place, 'usr/sbin')}; cat ${policy}`).stdout).toBe('policy-rc.d\ntheirs');
  });

  test('an unknown package: the lists are read once, then apt’s words and exit 96', () => {
    const { run, log } = rehearse(
      'unknown',
      'case "$*" in *update*) exit 0;; esac\necho "Reading package lists..."\necho "E: Unable to locate package thing" >&2; exit 100',
    );
    const answer = run();
    expect(answer).toMatchObject({ code: 96, stderr: 'E: Unable to locate package thing\n' });
    const calls = sh(`cat ${log}`)
      .stdout.split('\n')
      .filter((line) => line.startsWith('apt-get'));
    expect(calls.map((call) => (call.endsWith(' update') ? 'update' : 'install'))).toEqual([
      'install',
      'update',
      'install',
    ]);
  });
});

describe('aptSources', () => {
  const definition = {
    mirror: 'http://mirror.example/debian',
    suite: 'trixie',
    proxy: new Confidential('http://u:hunter2@p:3142'),
  };
  const resource = aptSources('h', definition);

  test('says what it sets aside', () => {
    const [state] = parse([resource], '/etc/apt/sources.list.d/debian.sources\n');
    const change = compare(resource, state);
    expect(change?.summary).toBe(
      'take packages from http://mirror.example/debian; set the package proxy; set aside /etc/apt/sources.list.d/debian.sources (as *.disabled); read the package lists',
    );
    expect(masked(change?.script ?? '')).not.toContain('hunter2');
    expect(sh(`sh -n <<'EOF_OF_SCRIPT'\n${reveal(change?.script ?? '')}\nEOF_OF_SCRIPT`).code).toBe(0);
  });

  test('without a mirror the host’s own sources stay', () => {
    const own = aptSources('h', { suite: 'trixie' });
    const [state] = parse([own], '/etc/apt/sources.list\nLISTS-CURRENT\n');
    expect(compare(own, state)).toBeUndefined();
  });

  test('lists that were never read are read', () => {
    const own = aptSources('h', { suite: 'trixie' });
    expect(compare(own, parse([own], '')[0])?.summary).toBe('read the package lists');
  });
});
