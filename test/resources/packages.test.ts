import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Resource, ShellKind } from '../../src/engine/resource.ts';
import { aptSources, packages } from '../../src/resources/index.ts';
import { Confidential, masked, type Text } from '../../src/secrets/confidential.ts';
import { compare, parse, plan, rehearsal, scratch } from './sh.ts';

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
    expect(compare(packages('h', 'all', names), { installed: new Map(), interrupted: false })?.summary).toBe(
      'install p0, p1, p2 and 37 more packages',
    );
  });

  /** A host on which `apt-get install` runs `install`; everything else is strict. */
  function host(name: string, install: string, tools: Readonly<Record<string, string>> = {}) {
    const place = join(root, name);
    for (const part of ['usr/sbin', 'var/lib/apt/lists', 'var/lib/dpkg/updates', 'etc/apt/sources.list.d'])
      mkdirSync(join(place, part), { recursive: true });
    mkdirSync(join(place, 'run/systemd/system'), { recursive: true });
    writeFileSync(join(place, 'var/lib/apt/lists/x_Packages'), '');
    const fakes = rehearsal(place, {
      'apt-get': `case " $* " in *' install '*) ${install};; *' update ') ;; *) unexpected "$@";; esac`,
      dpkg: 'case $* in --audit) ;; *) unexpected "$@";; esac',
      'dpkg-query': 'echo 257.13-1',
      'debconf-set-selections': `cat >${place}/answers`,
      sync: 'case $1 in -f | */policy-rc.d*) ;; *) unexpected "$@";; esac',
      systemctl:
        'echo "offline: $SYSTEMD_OFFLINE" >>"$0.seen"; case $1 in show) cat "$0.version" 2>/dev/null;; daemon-*) ;; *) unexpected "$@";; esac',
      ...tools,
    });
    return { ...fakes, place, policy: join(place, 'usr/sbin/policy-rc.d') };
  }

  const nothing = { installed: new Map<string, string>(), interrupted: false };
  const scriptOf = (resource: Resource, state: unknown): Text => compare(resource, state)?.script ?? '';
  const install = scriptOf(packages('h', 'x', ['thing']), nothing);
  const finish = scriptOf(packages('h', 'x', ['bash']), {
    installed: new Map([['bash', '5']]),
    interrupted: true,
  });

  test('one transaction, no questions, answers to questions first', () => {
    const { run, calls, place } = host('one-transaction', ':');
    expect(run(scriptOf(two, nothing))).toMatchObject({ code: 0, stderr: '' });
    expect(readFileSync(join(place, 'answers'), 'utf8')).toBe('a a/b select c\n');
    const changes = calls().filter((call) => /^(apt-get|debconf)/.test(call));
    expect(changes[0]).toBe('debconf-set-selections ');
    expect(changes).toHaveLength(2);
    for (const option of ['--force-confold', '--force-confdef', 'Dpkg::Use-Pty=0', 'DPkg::Lock::Timeout=60'])
      expect(changes[1]).toContain(option);
    expect(changes[1]).toMatch(/ --install-recommends .* install dash$/);
  });

  test('no service may start during the transaction, and an earlier policy comes back', () => {
    const { run, place, policy } = host('policy', '"$POLICY"; echo "policy said $?" >"$POLICY.said"');
    writeFileSync(policy, '#!/bin/sh\nexit 42\n');
    process.env.POLICY = policy;
    expect(run(install)).toMatchObject({ code: 0, stderr: '' });
    expect(readFileSync(`${policy}.said`, 'utf8')).toBe('policy said 101\n');
    expect(readFileSync(policy, 'utf8')).toBe('#!/bin/sh\nexit 42\n');
    expect(readdirSync(join(place, 'usr/sbin')).sort()).toEqual(['policy-rc.d', 'policy-rc.d.said']);
  });

  test('the file systems are written to disk before the transaction counts as done', () => {
    const { run, calls, place } = host('sync', ':');
    expect(run(install)).toMatchObject({ code: 0, stderr: '' });
    const order = calls();
    const at = (call: RegExp): number => order.findIndex((item) => call.test(item));
    expect(order).toContain(`sync ${place}/usr/sbin/policy-rc.d`);
    expect(order).toContain('sync -f /');
    expect(order).toContain('sync -f /var');
    expect(at(/policy-rc\.d$/)).toBeLessThan(at(/^apt-get/));
    expect(at(/^apt-get.* install thing/)).toBeLessThan(at(/^sync -f/));
  });

  test('files that could not be written to disk are a failure, and the mark stays', () => {
    const { run, policy } = host('no-sync', ':', { sync: 'case $1 in -f) exit 1;; esac' });
    expect(run(install)).toMatchObject({
      code: 96,
      stderr: 'the installed files could not be written to disk\n',
    });
    expect(readFileSync(policy, 'utf8')).toContain('; pid ');
  });

  test.each([
    ['257.13-1', 'daemon-reload'],
    ['257.9-1', 'daemon-reexec'],
  ])('units are read once, after the transaction; systemd %s ran before: %s', (running, wanted) => {
    const { run, calls, place } = host(`units-${running}`, 'echo "$SYSTEMD_OFFLINE" >"$0.offline"');
    writeFileSync(join(place, 'bin/systemctl.version'), running);
    expect(run(install)).toMatchObject({ code: 0, stderr: '' });
    expect(readFileSync(join(place, 'bin/apt-get.offline'), 'utf8')).toBe('1\n');
    expect(readFileSync(join(place, 'bin/systemctl.seen'), 'utf8')).toMatch(/^(offline: \n)+$/);
    expect(calls().filter((call) => call.startsWith('systemctl daemon'))).toEqual([`systemctl ${wanted}`]);
    expect(calls().at(-1)).toBe(`systemctl ${wanted}`);
  });

  const left = (boot: string): string =>
    `#!/bin/sh\n# cloudwright: no service starts within a package transaction; pid 99999999${boot}\nexit 101\n`;

  test('the mark of a killed run is found, and removed with the next change', () => {
    const { run, calls, place, policy } = host('killed', 'unexpected', { 'dpkg-query': ':' });
    writeFileSync(policy, left(''));
    writeFileSync(`${policy}.before-cloudwright`, 'theirs');
    const bash = packages('h', 'x', ['bash']);
    // biome-ignore lint/suspicious/noExplicitAny: any kind.
    const read = run((bash.kind as ShellKind<any, any>).read([bash.desired]));
    expect(read).toMatchObject({ code: 0, stdout: 'INTERRUPTED\n', stderr: '' });
    expect(compare(bash, { installed: new Map([['bash', '5']]), interrupted: true })?.summary).toBe(
      'finish a package transaction that was interrupted',
    );
    expect(run(finish)).toMatchObject({ code: 0, stderr: '' });
    expect(readFileSync(policy, 'utf8')).toBe('theirs');
    expect(readdirSync(join(place, 'usr/sbin'))).toEqual(['policy-rc.d']);
    expect(calls().some((call) => call.startsWith('dpkg --verify'))).toBe(false);
  });

  test('after a power cut, packages with damaged files are installed again', () => {
    const { run, calls, policy, place } = host('power-cut', ':', {
      dpkg: `case $* in --audit) ;; --verify) cat ${root}/power-cut/verify;; *) unexpected "$@";; esac`,
      'dpkg-query': `case "$*" in
        '-S /usr/bin/tool') echo 'diversion by other from: /usr/bin/tool'; echo 'tool, tool-data:amd64: /usr/bin/tool';;
        '-S ${root}/power-cut/empty.conf') echo "conf: ${root}/power-cut/empty.conf";;
        *systemd) echo 257;;
        *) unexpected "$@";;
      esac`,
    });
    writeFileSync(join(place, 'empty.conf'), '');
    writeFileSync(join(place, 'changed.conf'), 'changed by the operator\n');
    writeFileSync(
      join(place, 'verify'),
      [
        '??5??????   /usr/bin/tool',
        `??5?????? c ${place}/empty.conf`,
        `??5?????? c ${place}/changed.conf`,
        'missing     /usr/share/doc/tool/README',
        '',
      ].join('\n'),
    );
    writeFileSync(policy, left(' boot 00000000-of-another-boot'));
    expect(run(finish)).toMatchObject({ code: 0, stderr: '' });
    expect(calls().filter((call) => call.startsWith('apt-get'))).toEqual([
      expect.stringMatching(/--force-confmiss --reinstall install conf tool tool-data:amd64$/),
    ]);
    expect(readFileSync(join(place, 'changed.conf'), 'utf8')).toBe('changed by the operator\n');
  });

  test('half installed packages are finished first', () => {
    const { run, calls } = host('half', ':', {
      dpkg: 'case "$*" in --audit) echo broken;; *--configure\\ -a) ;; *) unexpected "$@";; esac',
    });
    expect(run(install)).toMatchObject({ code: 0, stderr: '' });
    const order = calls().filter((call) => /^(dpkg|apt-get) /.test(call));
    expect(order).toEqual([
      'dpkg --audit',
      'dpkg --force-confdef --force-confold --configure -a',
      expect.stringMatching(/ -f install$/),
      expect.stringMatching(/ install thing$/),
    ]);
  });

  test('an unknown package: the lists are read once, then the error of apt and exit code 96', () => {
    const { run, calls } = host(
      'unknown',
      'echo "Reading package lists..."; echo "E: Unable to locate package thing" >&2; exit 100',
    );
    expect(run(install)).toMatchObject({ code: 96, stderr: 'E: Unable to locate package thing\n' });
    const apt = calls().filter((call) => call.startsWith('apt-get'));
    expect(apt.map((call) => (call.endsWith(' update') ? 'update' : 'install'))).toEqual([
      'install',
      'update',
      'install',
    ]);
  });

  test('another failure of apt is not tried again', () => {
    const { run, calls } = host('broken', 'echo "E: held broken packages" >&2; exit 100');
    expect(run(install)).toMatchObject({ code: 96, stderr: 'E: held broken packages\n' });
    expect(calls().filter((call) => call.startsWith('apt-get'))).toHaveLength(1);
  });
});

describe('aptSources', () => {
  const definition = {
    mirror: 'http://mirror.example/debian',
    suite: 'trixie',
    proxy: new Confidential('http://u:hunter2@p:3142'),
  };
  const resource = aptSources('h', definition);

  const first = (output: string): unknown => parse([resource], output)[0];

  test('says what it disables', () => {
    const change = compare(resource, first('source /etc/apt/sources.list.d/debian.sources\n'));
    expect(change?.summary).toBe(
      'take packages from http://mirror.example/debian; set the package proxy; disable /etc/apt/sources.list.d/debian.sources (renamed to *.disabled); read the package lists',
    );
    expect(masked(change?.script ?? '')).not.toContain('hunter2');
  });

  test('without a mirror the host’s own sources stay', () => {
    const own = aptSources('h', { suite: 'trixie' });
    expect(compare(own, first('source /etc/apt/sources.list\nlists-current\n'))).toBeUndefined();
    expect(compare(own, first(''))?.summary).toBe('read the package lists');
  });

  test('written, in place, and removed with what was there before', () => {
    const place = join(root, 'sources');
    const debian = join(place, 'etc/apt/sources.list.d/debian.sources');
    for (const part of ['etc/apt/sources.list.d', 'etc/apt/apt.conf.d', 'var/lib/cloudwright'])
      mkdirSync(join(place, part), { recursive: true });
    writeFileSync(debian, 'Types: deb\nURIs: http://archive.example/debian\n');
    const { run } = rehearsal(place, {
      'apt-get': 'case "$*" in *update) ;; *) unexpected "$@";; esac',
      chown: 'case "$*" in "-h -- root:root ./new" | "-- root:root "*) ;; *) unexpected "$@";; esac',
    });
    // biome-ignore lint/suspicious/noExplicitAny: any kind.
    const kind = resource.kind as ShellKind<any, any>;
    const step = (desired: unknown): string | undefined => {
      const { stdout } = run(kind.read([desired]));
      const [state] = kind.parse(stdout.replaceAll(`${place}/`, '/'), [desired]);
      const change = kind.compare(desired, state, { touched: false });
      if (change) expect(run(change.script)).toMatchObject({ code: 0, stderr: '' });
      return change?.summary;
    };
    expect(step(resource.desired)).toContain('disable /etc/apt/sources.list.d/debian.sources');
    expect(step(resource.desired)).toBeUndefined();
    const proxy = join(place, 'etc/apt/apt.conf.d/99cloudwright-proxy');
    expect(readFileSync(proxy, 'utf8')).toContain('hunter2');
    expect(statSync(proxy).mode & 0o777).toBe(0o600);
    expect(existsSync(debian)).toBe(false);
    const absence = kind.removal?.absence(kind.removal.record(resource.desired));
    expect(step(absence)).toBe(
      'remove the package mirror; restore /etc/apt/sources.list.d/debian.sources; remove the package proxy; read the package lists',
    );
    expect(step(absence)).toBeUndefined();
    expect(readdirSync(join(place, 'etc/apt/sources.list.d'))).toEqual(['debian.sources']);
    expect(existsSync(proxy)).toBe(false);
  });
});
