import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Resource, ShellKind } from '../../src/engine/resource.ts';
import { service, startUnitScript, sysctl } from '../../src/resources/index.ts';
import { planOf } from '../../src/resources/service.ts';
import { reveal, type Text } from '../../src/secrets/confidential.ts';
import { compare, parse, plan, rehearsal, scratch, sh } from './sh.ts';

const root = scratch();
const watching = { watches: ['h/file:/etc/nova/nova.conf'] };
const nova = service('h', 'nova-api', watching);
const chrony = service('h', 'chrony.service');
const gone = service('h', 'apache2', { running: false });

const up = {
  load: 'loaded',
  active: 'active',
  sub: 'running',
  file: 'enabled',
  type: 'simple',
  stamp: true,
};

describe('service', () => {
  test('answers are taken in order, since an alias answers under its own name', () => {
    const output = [
      'Type=notify\nId=nova-api.service\nLoadState=loaded\nActiveState=active\nSubState=running\nUnitFileState=enabled',
      'Type=\nId=chronyd.service\nLoadState=not-found\nActiveState=inactive\nSubState=dead\nUnitFileState=',
      'Id=apache2.service\nLoadState=masked\nActiveState=inactive\nSubState=dead\nUnitFileState=masked',
      'Stamp=nova-api.service\n',
    ].join('\n\n');
    const states = parse([nova, chrony, gone], output);
    expect(states[0]).toEqual({ ...up, type: 'notify' });
    expect(compare(nova, states[0])).toBeUndefined();
    expect(compare(chrony, states[1])?.summary).toBe('enable and start chrony');
    expect(compare(gone, states[2])).toBeUndefined();
  });

  test('only a restart interrupts what runs', () => {
    expect(compare(nova, up, true)?.interrupts).toBeUndefined();
    expect(compare(nova, { ...up, active: 'failed' })?.interrupts).toBe(false);
    expect(compare(nova, { ...up, file: 'disabled' })?.interrupts).toBe(false);
  });

  test.each([
    ['as desired', nova, up, false, undefined],
    ['a watched resource changed', nova, up, true, 'restart nova-api'],
    ['a run was interrupted before the restart', nova, { ...up, stamp: false }, false, 'restart nova-api'],
    ['nothing watched: no stamp needed', chrony, { ...up, stamp: false }, false, undefined],
    ['stopped', nova, { ...up, active: 'failed' }, false, 'start nova-api'],
    ['not enabled', nova, { ...up, file: 'disabled' }, false, 'enable nova-api'],
    ['static units cannot be enabled', nova, { ...up, file: 'static' }, false, undefined],
    [
      'masked',
      nova,
      { ...up, active: 'inactive', load: 'masked', file: 'masked' },
      false,
      'unmask and enable and start nova-api',
    ],
    ['a oneshot that has run', nova, { ...up, type: 'oneshot', active: 'inactive' }, false, undefined],
    ['reload', service('h', 'haproxy', { ...watching, reload: true }), up, true, 'reload haproxy'],
    ['to be stopped', gone, up, false, 'stop and disable apache2'],
    [
      'not installed, to be stopped',
      gone,
      { ...up, load: 'not-found', active: 'inactive', file: '' },
      false,
      undefined,
    ],
  ])('%s', (_, desired, state, touched, summary) => {
    expect(compare(desired, state, touched)?.summary).toBe(summary);
  });

  test('a host without an answering systemd is read without a failure', () => {
    expect(plan([nova])[0]?.summary).toBe('enable and start nova-api');
  });

  test.each<[Parameters<typeof planOf>, string]>([
    [['running', false, false], 'none'],
    [['running', false, true], 'none'],
    [['running', true, false], 'restart'],
    [['running', true, true], 'reload'],
    [['starting', false, false], 'start'],
    [['starting', true, false], 'restart'],
    [['starting', true, true], 'restart'],
    [['stopped', false, false], 'start'],
    [['stopped', true, false], 'start'],
    [['stopped', true, true], 'start'],
  ])('planOf %j: %s', ([activity, behind, reload], verb) => {
    expect(planOf(activity, behind, reload)).toBe(verb);
  });

  /** A host with a strict systemctl; `states` are what ActiveState answers, the last one from then on. */
  function host(
    name: string,
    answers: {
      type?: string;
      states?: string[];
      load?: string;
      start?: number;
      stop?: number;
      alias?: string;
    } = {},
  ) {
    const place = join(root, name);
    mkdirSync(join(place, 'var/log/nova'), { recursive: true });
    writeFileSync(join(place, 'var/log/nova/nova-api.log'), 'ERROR no such database\n');
    mkdirSync(join(place, 'bin'), { recursive: true });
    writeFileSync(join(place, 'bin/states'), `${(answers.states ?? ['active']).join('\n')}\n`);
    const fakes = rehearsal(place, {
      systemctl: `case "$*" in
        'show -p NeedDaemonReload --value -- nova-api.service') if grep -qx 'systemctl daemon-reload' ${place}/calls; then echo no; else echo yes; fi;;
        'show -p LoadState --value -- nova-api.service') echo ${answers.load ?? 'loaded'};;
        'show -p Type --value -- nova-api.service') echo ${answers.type ?? 'notify'};;
        'show -p MainPID --value -- nova-api.service') echo 42;;
        'show -p ActiveState --value -- nova-api.service') head -n 1 ${place}/bin/states; [ "$(wc -l <${place}/bin/states)" = 1 ] || sed -i 1d ${place}/bin/states;;
        daemon-reload|'enable --quiet -- nova-api.service'|'disable --quiet -- nova-api.service'|'unmask --quiet -- nova-api.service'|'reset-failed -- nova-api.service') ;;
        'start -- nova-api.service'|'restart -- nova-api.service'|'reload-or-restart -- nova-api.service') exit ${answers.start ?? 0};;
        'cat -- nova-api.service') printf '[Install]\n%s\n' '${answers.alias ? `Alias=${answers.alias}` : ''}';;
        'stop -- nova-api.service') exit ${answers.stop ?? 0};;
        'status --no-pager --full --lines=0 -- nova-api.service') echo 'nova-api.service: status';;
        *) unexpected "$@";;
      esac`,
      journalctl:
        'case "$*" in --unit=nova-api.service*) echo "2026 h systemd[1]: Started nova-api";; *) unexpected "$@";; esac',
      nova_first: '',
      sleep: '',
    });
    const actions = (): string[] =>
      fakes
        .calls()
        .filter((call) => !/^(systemctl (show|status|cat)|journalctl|sleep)/.test(call))
        .map((call) => call.replace(/^systemctl /, ''));
    return { ...fakes, actions, stamp: join(place, 'var/lib/cloudwright/started/nova-api.service') };
  }

  const scriptOf = (desired: Resource, state: unknown): Text => compare(desired, state)?.script ?? '';

  test('started: enabled, reloaded, restarted, the same process for a second, stamped', () => {
    const { run, actions, calls, stamp } = host('good', { type: 'simple' });
    const script = scriptOf(nova, { ...up, file: 'disabled', stamp: false });
    expect(run(script)).toMatchObject({ code: 0, stderr: '' });
    expect(actions()).toEqual([
      'daemon-reload',
      'enable --quiet -- nova-api.service',
      'reset-failed -- nova-api.service',
      'restart -- nova-api.service',
    ]);
    expect(calls().filter((call) => call === 'sleep 0.2').length).toBeGreaterThanOrEqual(5);
    expect(existsSync(stamp)).toBe(true);
  });

  test('a running unit with other names is stopped before it is enabled: systemd would lose sight of it', () => {
    const script = scriptOf(nova, { ...up, file: 'disabled' });
    const plain = host('without-alias');
    expect(plain.run(script)).toMatchObject({ code: 0, stderr: '' });
    expect(plain.actions()).toEqual(['daemon-reload', 'enable --quiet -- nova-api.service']);
    const named = host('with-alias', { alias: 'openstack-nova-api.service' });
    expect(named.run(script)).toMatchObject({ code: 0, stderr: '' });
    expect(named.actions()).toEqual([
      'daemon-reload',
      'stop -- nova-api.service',
      'enable --quiet -- nova-api.service',
      'reset-failed -- nova-api.service',
      'start -- nova-api.service',
    ]);
  });

  test.each([
    ['the start fails', { start: 1 }],
    ['it ends right after the start', { states: ['failed'] }],
    ['it ends without a failure', { states: ['inactive'] }],
    ['it never becomes active', { states: ['activating'] }],
  ])('%s: status and last log lines, exit 97, no stamp', (name, answers) => {
    const { run, stamp } = host(name.replaceAll(' ', '-'), answers);
    const answer = run(startUnitScript('nova-api'));
    expect(answer.code).toBe(97);
    expect(answer.stderr).toContain('nova-api.service: status');
    expect(answer.stderr).toContain('Started nova-api');
    expect(answer.stderr).toContain('ERROR no such database');
    expect(answer.stderr).not.toContain('unexpected');
    expect(existsSync(stamp)).toBe(false);
  });

  test('a unit that starts slowly is waited for; a oneshot unit may be inactive afterwards', () => {
    const slow = host('slow', { states: ['activating', 'activating', 'active'] });
    expect(slow.run(startUnitScript('nova-api'))).toMatchObject({ code: 0, stderr: '' });
    const oneshot = host('oneshot', { type: 'oneshot', states: ['inactive'] });
    expect(oneshot.run(startUnitScript('nova-api'))).toMatchObject({ code: 0, stderr: '' });
    expect(existsSync(oneshot.stamp)).toBe(true);
  });

  test('a unit that is not installed says so, exit 98, and nothing is started', () => {
    const { run, actions } = host('missing', { load: 'not-found' });
    expect(run(startUnitScript('nova-api', { enable: true }))).toEqual({
      code: 98,
      stdout: '',
      stderr:
        'systemd has no unit nova-api.service on this host: the package that brings it is not installed\n',
    });
    expect(actions()).toEqual(['daemon-reload']);
  });

  test('a command of the cluster starts the unit and leaves the same stamp', () => {
    const { run, actions, stamp } = host('command');
    const script = startUnitScript('nova-api', { command: ['nova_first', '--new'] });
    expect(run(script)).toMatchObject({ code: 0, stderr: '' });
    expect(actions().slice(-2)).toEqual(['reset-failed -- nova-api.service', 'nova_first --new']);
    expect(existsSync(stamp)).toBe(true);
  });

  test('a masked unit is unmasked; reload falls back to restart', () => {
    const masked = host('masked');
    const script = scriptOf(nova, { ...up, active: 'inactive', load: 'masked', file: 'masked' });
    expect(masked.run(script)).toMatchObject({ code: 0, stderr: '' });
    expect(masked.actions()[0]).toBe('unmask --quiet -- nova-api.service');
    const reload = host('reload');
    expect(reload.run(startUnitScript('nova-api', { verb: 'reload' }))).toMatchObject({ code: 0 });
    expect(reload.actions()).toContain('reload-or-restart -- nova-api.service');
  });

  test('removed: stopped, disabled, without its stamp; one that is not installed is left alone', () => {
    // biome-ignore lint/suspicious/noExplicitAny: any kind.
    const { removal } = nova.kind as ShellKind<any, any>;
    const record = removal?.record(nova.desired);
    expect(record).toEqual({ unit: 'nova-api.service' });
    const absence: Resource = { ...nova, desired: removal?.absence(record ?? {}) };
    expect(compare(absence, { ...up, load: 'not-found', active: 'inactive', file: '' })).toBeUndefined();
    const change = compare(absence, up);
    expect(change?.summary).toBe('stop and disable nova-api');
    const { run, actions, stamp } = host('removed');
    mkdirSync(dirname(stamp), { recursive: true });
    writeFileSync(stamp, '');
    expect(run(change?.script ?? '')).toMatchObject({ code: 0, stderr: '' });
    expect(actions()).toEqual([
      'stop -- nova-api.service',
      'disable --quiet -- nova-api.service',
      'reset-failed -- nova-api.service',
    ]);
    expect(existsSync(stamp)).toBe(false);
    expect(host('gone', { stop: 5 }).run(change?.script ?? '')).toMatchObject({ code: 0, stderr: '' });
    expect(host('stuck', { stop: 1 }).run(change?.script ?? '').code).toBe(97);
  });

  test('a watched change takes the stamp away first', () => {
    // biome-ignore lint/suspicious/noExplicitAny: any kind.
    const kind = nova.kind as ShellKind<any, any>;
    expect(kind.beforeWatched?.(nova.desired)).toBe("rm -f '/var/lib/cloudwright/started/nova-api.service'");
  });
});

describe('sysctl', () => {
  const forward = sysctl('h', 'net.ipv4.ip_forward', 1);
  const memory = sysctl('h', 'net.ipv4.tcp_rmem', '4096 87380 1');

  test('running and kept values', () => {
    const states = parse(
      [forward, memory],
      [
        '/proc/sys/net/ipv4/ip_forward:1',
        '/etc/sysctl.d/60-cloudwright-net.ipv4.ip_5f_forward.conf:net.ipv4.ip_forward = 1',
        '/proc/sys/net/ipv4/tcp_rmem:4096\t87380\t1',
        '/etc/sysctl.d/60-cloudwright-net.ipv4.tcp_5f_rmem.conf:net.ipv4.tcp_rmem = 4096 87380 1',
      ].join('\n'),
    );
    expect(compare(forward, states[0])).toBeUndefined();
    expect(compare(memory, states[1])).toBeUndefined();
    expect(compare(forward, { running: '1' })?.summary).toBe(
      'set net.ipv4.ip_forward = 1 for the next start',
    );
    expect(compare(forward, { running: '0' })?.difference).toBe(
      '-net.ipv4.ip_forward = 0\n+net.ipv4.ip_forward = 1',
    );
  });

  test('read off this machine', () => {
    const type = sysctl('h', 'kernel.ostype', 'Linux');
    // Of several digits: the kernel hands such a number out once, at the first read.
    const pids = sysctl('h', 'kernel.pid_max', readFileSync('/proc/sys/kernel/pid_max', 'utf8').trim());
    expect(plan([pids])[0]?.summary).toMatch(/^set kernel.pid_max = \d\d+ for the next start$/);
    expect(plan([type, sysctl('h', 'no.such.key', 1)]).map((change) => change?.summary)).toEqual([
      'set kernel.ostype = Linux for the next start',
      'set no.such.key = 1',
    ]);
  });

  test('a key that cannot be written says so', () => {
    const script = reveal(compare(sysctl('h', 'kernel.ostype', 'Minix'), { running: 'Linux' })?.script ?? '');
    const answer = sh(script.replaceAll('/etc/sysctl.d', `${root}/sysctl.d`));
    expect(answer.code).toBe(1);
    expect(answer.stderr).toContain('kernel.ostype cannot be set to Minix here');
  });
});
