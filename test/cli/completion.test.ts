import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultAnswers, renderDescription } from '../../src/app/init/description.ts';
import { complete } from '../../src/cli/complete.ts';
import { completionScript } from '../../src/cli/completion.ts';
import { table } from '../../src/cli/table.ts';
import { steps } from '../../src/steps/index.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cloudwright-complete-'));
  const answers = { ...defaultAnswers('multi-node'), trial: true };
  writeFileSync(join(folder, 'cloud.yaml'), renderDescription(answers));
  mkdirSync(join(folder, 'labs', 'trial'), { recursive: true });
  mkdirSync(join(folder, 'labs', 'cache'));
  const nodes = [{ name: 'control1' }, { name: 'compute1' }];
  writeFileSync(join(folder, 'labs', 'trial', 'lab.json'), JSON.stringify({ name: 'trial', nodes }));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The words that are offered for the last one. */
async function offered(...words: string[]): Promise<readonly string[]> {
  const environment = { CLOUDWRIGHT_LAB_DIRECTORY: join(folder, 'labs') };
  const text = await complete(words, { table, folder, environment });
  return text.split('\n').flatMap((line) => (line === '' ? [] : [line.split('\t')[0] ?? '']));
}

describe('completion', () => {
  it('offers commands, groups, and their commands', async () => {
    expect(await offered('val')).toEqual(['validate']);
    expect(await offered('la')).toEqual(['lab']);
    expect(await offered('lab', '')).toEqual(expect.arrayContaining(['up', 'down', 'status', 'ssh']));
    expect(await offered('nothing', '')).not.toContain('ssh');
  });

  it('offers the options of the command, and the values of an option or argument', async () => {
    expect(await offered('lab', 'up', '--mem')).toEqual(['--memory']);
    expect(await offered('--json', 'validate', '--vau')).toEqual(['--vault-password-file']);
    expect(await offered('completion', '')).toEqual(['bash', 'zsh', 'fish']);
    expect(await offered('init', '--like', 'p')).toEqual(['packstack']);
    expect(await offered('init', '--like=p')).toEqual(['--like=packstack']);
    expect(await offered('--file', '')).toEqual([':files']);
    expect(await offered('apply', 'x')).toEqual([]);
  });

  it('offers what exists: steps, hosts, labs, nodes', async () => {
    const names = steps.map(({ name }) => name);
    expect([...(await offered('verify', ''))].sort()).toEqual([...names].sort());
    expect([...(await offered('verify', 'image', ''))].sort()).toEqual([...names].sort());
    expect(await offered('apply', '--host', 'control')).toEqual(['control1', 'control2', 'control3']);
    expect(await offered('-f', 'nothing.yaml', 'apply', '--host', '')).toEqual([]);
    expect(await offered('lab', 'status', '--lab', '')).toEqual(['trial']);
    expect(await offered('lab', 'ssh', '--lab', 'trial', 'co')).toEqual(['control1', 'compute1']);
  });
});

describe('the script of bash', () => {
  it('offers what the command says, and files where it says so', () => {
    const fake = join(folder, 'cloudwright');
    const answer =
      '#!/bin/sh\n[ "$*" = "__complete lab " ] && printf \'up\\tmakes it\\nssh\\n\' || echo :files\n';
    writeFileSync(fake, answer, { mode: 0o755 });
    const ask = (words: readonly string[]): readonly string[] => {
      const script = `${completionScript('bash')}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}
_cloudwright
printf '%s\\n' "\${COMPREPLY[@]}"`;
      const bash = spawnSync('bash', ['--norc', '-s'], { input: script, encoding: 'utf8', cwd: folder });
      expect(bash.stderr).toBe('');
      return bash.stdout.split('\n').filter((line) => line !== '');
    };
    expect(ask([fake, 'lab', ''])).toEqual(['up', 'ssh']);
    expect(ask([fake, '-f', 'cloud'])).toEqual(expect.arrayContaining(['cloud.yaml', 'cloudwright']));
  });

  it.each(['bash', 'zsh', 'fish'])('and that of %s ask the command', (shell) => {
    expect(completionScript(shell)).toContain('__complete');
  });
});
