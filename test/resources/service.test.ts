import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ShellKind } from '../../src/engine/resource.ts';
import { service, sysctl } from '../../src/resources/index.ts';
import { reveal } from '../../src/secrets/confidential.ts';
import { compare, parse, plan, scratch, sh } from './sh.ts';

const root = scratch();
const watching = { watches: ['h/file:/etc/nova/nova.conf'] };
const nova = service('h', 'nova-api', watching);
const chrony = service('h', 'chrony.service');
const gone = service('h', 'apache2', { running: false, masked: true });

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

  test.each([
    ['as desired', nova, up, false, undefined],
    ['a watched resource changed', nova, up, true, 'restart nova-api'],
    ['a run was cut before the restart', nova, { ...up, stamp: false }, false, 'restart nova-api'],
    ['nothing watched: no stamp needed', chrony, { ...up, stamp: false }, false, undefined],
    ['stopped', nova, { ...up, active: 'failed' }, false, 'start nova-api'],
    ['not enabled', nova, { ...up, file: 'disabled' }, false, 'enable nova-api'],
    ['static units can’t be enabled', nova, { ...up, file: 'static' }, false, undefined],
    [
      'masked',
      nova,
      { ...up, active: 'inactive', load: 'masked', file: 'masked' },
      false,
      'unmask and enable and start nova-api',
    ],
    ['a oneshot that has run', nova, { ...up, type: 'oneshot', active: 'inactive' }, false, undefined],
    ['reload', service('h', 'haproxy', { ...watching, reload: true }), up, true, 'reload haproxy'],
    ['to be stopped', gone, up, false, 'stop and disable and mask apache2'],
    [
      'not installed, to be masked',
      gone,
      { ...up, load: 'not-found', active: 'inactive', file: '' },
      false,
      'mask apache2',
    ],
    [
      'not installed, to be stopped',
      service('h', 'x', { running: false }),
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

  /** A systemctl that knows exactly the calls of the script, and a script whose paths lead into a directory. */
  function rehearse(name: string, startCode: number, activeState: string) {
    const place = join(root, name);
    mkdirSync(join(place, 'bin'), { recursive: true });
    mkdirSync(join(place, 'var/log/nova'), { recursive: true });
    writeFileSync(join(place, 'var/log/nova/nova-api.log'), 'ERROR no such database\n');
    const fake = (command: string, body: string): void => {
      writeFileSync(join(place, 'bin', command), `#!/bin/sh\necho "$*" >>${place}/calls\n${body}\n`);
      chmodSync(join(place, 'bin', command), 0o755);
    };
    fake(
      'systemctl',
      `case "$*" in
        'show -p NeedDaemonReload --value -- nova-api.service') if grep -qx daemon-reload ${place}/calls; then echo no; else echo yes; fi;;
        'show -p LoadState --value -- nova-api.service') echo loaded;;
        'show -p Type --value -- nova-api.service') echo simple;;
        'show -p MainPID --value -- nova-api.service') echo 42;;
        'show -p ActiveState --value -- nova-api.service') echo ${activeState};;
        daemon-reload|'enable --quiet -- nova-api.service'|'reset-failed -- nova-api.service') ;;
        'restart -- nova-api.service') exit ${startCode};;
        'status --no-pager --full --lines=0 -- nova-api.service') echo 'nova-api.service: ${activeState}';;
        *) echo "unexpected: $*" >&2; exit 99;;
      esac`,
    );
    fake('journalctl', 'echo "2026 h systemd[1]: Started nova-api"');
    const change = compare(nova, { ...up, file: 'disabled', stamp: false });
    const script = reveal(change?.script ?? '')
      .replaceAll('/var/lib/', `${place}/var/lib/`)
      .replaceAll('/var/log/', `${place}/var/log/`);
    return {
      answer: sh(script, join(place, 'bin')),
      stamp: join(place, 'var/lib/cloudwright/started/nova-api.service'),
      place,
    };
  }

  test('started: enabled, reloaded, restarted, steady, stamped', () => {
    const { answer, stamp, place } = rehearse('good', 0, 'active');
    expect(answer).toMatchObject({ code: 0, stderr: '' });
    expect(existsSync(stamp)).toBe(true);
    expect(sh(`grep -vE '^show' ${place}/calls`).stdout).toBe(
      'daemon-reload\nenable --quiet -- nova-api.service\nreset-failed -- nova-api.service\nrestart -- nova-api.service\n',
    );
  });

  test.each([
    ['the start fails', 1, 'failed'],
    ['it dies right after', 0, 'failed'],
  ])('%s: status and last log lines, exit 97, no stamp', (name, startCode, state) => {
    const { answer, stamp } = rehearse(name.replaceAll(' ', '-'), startCode, state);
    expect(answer.code).toBe(97);
    expect(answer.stderr).toContain('nova-api.service: failed');
    expect(answer.stderr).toContain('Started nova-api');
    expect(answer.stderr).toContain('ERROR no such database');
    expect(answer.stderr).not.toContain('unexpected');
    expect(existsSync(stamp)).toBe(false);
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

  test('a key that can’t be written says so', () => {
    const script = reveal(compare(sysctl('h', 'kernel.ostype', 'Minix'), { running: 'Linux' })?.script ?? '');
    const answer = sh(script.replaceAll('/etc/sysctl.d', `${root}/sysctl.d`));
    expect(answer.code).toBe(1);
    expect(answer.stderr).toContain("kernel.ostype can't be set to Minix here");
  });
});
