import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { CommandDesired } from '../../src/resources/command.ts';
import { command, hostsEntries } from '../../src/resources/index.ts';
import { reveal } from '../../src/secrets/confidential.ts';
import { compare, converge, me, plan, scratch, sh } from './sh.ts';

const root = scratch();

describe('command', () => {
  const mark = join(root, 'mark');
  const make = command('h', 'make', {
    doing: 'make the mark',
    unless: `[ -e ${mark} ]`,
    script: `set -e\ncat\ntrue\necho made >${mark}`,
    limitSeconds: 5,
  });

  test('acts until its guard is satisfied', () => {
    expect(plan([make])[0]?.summary).toBe('make the mark');
    expect(converge([make]).map((a) => a.code)).toEqual([0]);
    expect(readFileSync(mark, 'utf8')).toBe('made\n');
    expect(plan([make])).toEqual([undefined]);
    expect(plan([make], true)[0]?.summary).toBe('make the mark');
  });

  test('set -e holds in the script and the guard, also where the result is tested', () => {
    const never = join(root, 'never');
    const failing = command('h', 'failing', {
      doing: 'fail',
      unless: 'set -e\nfalse\ntrue',
      script: `set -e\nfalse\n: >${never}`,
      limitSeconds: 5,
    });
    const [change] = plan([failing]);
    const script = reveal(change?.script ?? '');
    expect(sh(script).code).toBe(1);
    expect(sh(`if ${script}; then echo fine; else echo failed; fi`).stdout).toBe('failed\n');
    expect(existsSync(never)).toBe(false);
  });

  test('several guards are read together; an exit in one ends that one alone', () => {
    const one = (name: string, unless: string) =>
      command('h', name, { doing: name, unless, script: 'true', limitSeconds: 5 });
    const changes = plan([
      one('a', 'exit 0'),
      one('b', 'exit 3'),
      one('c', 'echo noise; cat'),
      one('d', 'cd /nowhere'),
    ]);
    expect(changes.map((change) => change?.summary)).toEqual([undefined, 'b', undefined, 'd']);
  });

  test('one that watches acts without its stamp', () => {
    const watching = command(
      'h',
      'watching',
      { doing: 'act', unless: 'true', script: 'true', limitSeconds: 5 },
      { watches: ['h/file:/x'] },
    );
    expect(compare(watching, { done: true, stamp: false })?.summary).toBe('act');
    expect(compare(watching, { done: true, stamp: true })).toBeUndefined();
    expect((watching.desired as CommandDesired).stamp).toBe('/var/lib/cloudwright/commands/watching');
  });
});

describe('hostsEntries', () => {
  const entries = [
    { address: '10.0.0.11', names: ['control1'] },
    { address: '10.0.0.21', names: ['compute1', 'compute1.mgmt'] },
  ];

  test.runIf(me.owner === 'root')('the block is kept and the own name leaves loopback', () => {
    const path = join(root, 'etc/hosts');
    mkdirSync(join(root, 'etc'));
    writeFileSync(
      path,
      '127.0.0.1 localhost\n127.0.1.1\tcontrol1.example.org control1\n::1 localhost ip6-localhost\n# mine\n192.0.2.1 other\n',
    );
    const desired = hostsEntries('control1', entries, { path });
    const [change] = plan([desired]);
    expect(change?.difference).toContain('-127.0.1.1\tcontrol1.example.org control1');
    converge([desired]);
    const content = readFileSync(path, 'utf8');
    expect(content).toContain('127.0.0.1 localhost\n::1 localhost ip6-localhost\n# mine\n192.0.2.1 other\n');
    expect(content).toContain('10.0.0.21\tcompute1 compute1.mgmt\n');
    expect(content).not.toContain('127.0.1.1');
    expect(plan([desired])).toEqual([undefined]);

    const fewer = hostsEntries('control1', entries.slice(0, 1), { path });
    converge([fewer]);
    expect(readFileSync(path, 'utf8')).not.toContain('compute1');
    expect(plan([fewer])).toEqual([undefined]);
  });

  test('a missing file', () => {
    const desired = hostsEntries('control1', entries, { path: join(root, 'no-hosts') });
    expect(plan([desired])[0]?.difference).toContain('+10.0.0.11\tcontrol1');
  });
});
