import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { commandLine, sshArguments } from '../../src/lab/ssh.ts';

const state = { sshConfig: '/srv/lab/one/ssh_config' };

it('ends the options of ssh before the node, and adds no word of its own', () => {
  expect(sshArguments(state, 'control1', [])).toEqual(['-F', '/srv/lab/one/ssh_config', '--', 'control1']);
  expect(sshArguments(state, 'control1', ['uptime; hostname'])).toEqual([
    ...['-F', '/srv/lab/one/ssh_config', '--', 'control1'],
    'uptime; hostname',
  ]);
});

it('passes one word on as a command line, and several as a program with its arguments', () => {
  expect(commandLine(['ls /etc | wc -l'])).toBe('ls /etc | wc -l');
  expect(commandLine([])).toBe('');
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme-ascii' }), { minLength: 1, maxLength: 4 }), (words) => {
      const line = commandLine(['printf', '%s\\0', ...words]);
      const printed = execFileSync('sh', ['-c', line], { encoding: 'utf8' });
      expect(printed).toBe(words.map((word) => `${word}\0`).join(''));
    }),
    { numRuns: 40 },
  );
});
