import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CommandDesired } from '../../src/resources/command.ts';
import { diversion } from '../../src/resources/index.ts';
import { rehearsal, scratch } from './sh.ts';

test("a package's file keeps another name, which is asked for before", () => {
  const place = scratch();
  mkdirSync(join(place, 'var/lib/dpkg'), { recursive: true });
  const { run, calls } = rehearsal(place, {
    'dpkg-divert': `[ "$*" = '--quiet --local --rename --divert ${place}/usr/sbin/tool.real --add ${place}/usr/sbin/tool' ] || unexpected "$@"
mkdir -p ${place}/usr/sbin
: >${place}/usr/sbin/tool.real
printf '%s\\n' ${place}/usr/sbin/tool ${place}/usr/sbin/tool.real : >${place}/var/lib/dpkg/diversions`,
  });
  const made = diversion('h', 'tool-divert', {
    path: '/usr/sbin/tool',
    to: '/usr/sbin/tool.real',
    doing: 'move the tool aside',
  });
  const { unless, script, doing } = made.desired as CommandDesired;
  expect([made.id, doing]).toEqual(['h/command:tool-divert', 'move the tool aside']);
  expect(run(unless).code).not.toBe(0);
  expect(run(script)).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(run(unless).code).toBe(0);
  expect(calls()).toHaveLength(1);
});
