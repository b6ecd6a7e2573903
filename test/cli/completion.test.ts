import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { completionScript } from '../../src/cli/completion.ts';
import { table } from '../../src/cli/table.ts';

/** Asks a real bash what it offers after the words; the last word is the one being typed. */
function offered(...words: string[]): string[] {
  const script = `${completionScript('bash', table)}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}
_cloudwright
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const bash = spawnSync('bash', ['--norc', '-s'], { input: script, encoding: 'utf8' });
  expect(bash.stderr).toBe('');
  return bash.stdout.split('\n').filter((line) => line !== '');
}

describe('bash completion', () => {
  it('offers commands, groups, and their commands', () => {
    expect(offered('cloudwright', 'val')).toEqual(['validate']);
    expect(offered('cloudwright', 'la')).toEqual(['lab']);
    expect(offered('cloudwright', 'lab', '')).toEqual(
      expect.arrayContaining(['up', 'down', 'status', 'ssh']),
    );
  });

  it('offers the options of the command, and the values of an option or argument', () => {
    expect(offered('cloudwright', 'lab', 'up', '--mem')).toEqual(['--memory']);
    expect(offered('cloudwright', '--json', 'validate', '--vau')).toEqual(['--vault-password-file']);
    expect(offered('cloudwright', 'completion', '')).toEqual(expect.arrayContaining(['bash', 'zsh', 'fish']));
  });
});

describe('completion scripts', () => {
  it.each(['bash', 'zsh', 'fish'] as const)('of %s name every command and option', (shell) => {
    const script = completionScript(shell, table);
    for (const command of table.commands) {
      expect(script).toContain(command.name.split(' ').at(-1));
      for (const option of command.options ?? []) expect(script).toContain(option.name);
    }
  });
});
