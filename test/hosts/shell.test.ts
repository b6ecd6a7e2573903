import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { askpass } from '../../src/hosts/askpass.ts';
import { openShell, type Shell, ShellError } from '../../src/hosts/shell.ts';
import { shellCommand, shellTokens } from '../../src/hosts/shellCommand.ts';
import { Confidential } from '../../src/secrets/confidential.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cw-shell-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A shell as a user who is not root, with a sudo that acts as sudo(8) does with -S and -p. */
function shellWith(
  sudo: string,
  password?: string,
  become: 'sudo' | 'must-be-root' = 'sudo',
): Promise<Shell> {
  const put = (name: string, script: string): void => {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  };
  put('id', 'echo 1000');
  put('sudo', sudo);
  const tokens = shellTokens();
  const child = spawn('sh', ['-c', shellCommand(tokens, become)], {
    env: { PATH: `${folder}:${process.env.PATH}` },
  }) as ChildProcessWithoutNullStreams;
  return openShell(child, { tokens, limitSeconds: 10, sudoPassword: password });
}

const ASKS = `[ "$1 $2 $3" = '-S -H -p' ] || exit 9
prompt=$4; shift 4
for try in 1 2 3; do
  printf %s "$prompt" >&2; IFS= read -r given
  [ "$given" = 'right one' ] && exec "$@"
  echo 'Sorry, try again.' >&2
done
exit 1`;
const FREE = 'shift 4; exec "$@"';

const reasonOf = (opening: Promise<Shell>): Promise<string> =>
  opening.then(
    () => 'open',
    (error: unknown) => (error instanceof ShellError ? error.reason : String(error)),
  );

describe('becoming root', () => {
  it('gives sudo its password over standard input when it asks, and not to the shell', async () => {
    const shell = await shellWith(ASKS, 'right one');
    expect(await shell.run('echo hello')).toEqual({ exitCode: 0, stdout: 'hello\n', stderr: '' });
    expect(shell.greeting).not.toContain('right one');
    await shell.close();
  });

  it('keeps the password where sudo does not ask', async () => {
    const shell = await shellWith(FREE, 'echo leaked');
    expect((await shell.run('echo hello')).stdout).toBe('hello\n');
    await shell.close();
  });

  it('distinguishes a wrong, a missing and an unwanted password', async () => {
    expect(await reasonOf(shellWith(ASKS, 'wrong'))).toBe('sudo-refused');
    expect(await reasonOf(shellWith(ASKS))).toBe('sudo-password-needed');
    const sudoers = 'echo "stack is not in the sudoers file." >&2; exit 1';
    expect(await reasonOf(shellWith(sudoers, 'x'))).toBe('sudo-refused');
    expect(await reasonOf(shellWith(FREE, 'x', 'must-be-root'))).toBe('not-root');
  });
});

describe('askpass', () => {
  it('answers a password prompt, and keeps the password out of files, arguments and environment', () => {
    const made = askpass({ host: 'one', folder, name: 'a', password: new Confidential("se'cret $word") });
    const { SSH_ASKPASS: helper = '' } = made.environment;
    expect(JSON.stringify(made.environment)).not.toContain('secret');
    expect(execFileSync(helper, ["me@host's password: "], { encoding: 'utf8' })).toBe("se'cret $word\n");
    expect(readFileSync(helper, 'utf8')).not.toContain('cret');
    expect(statSync(join(folder, 'a.pw')).isFIFO()).toBe(true);
    expect(statSync(join(folder, 'a.pw')).mode & 0o077).toBe(0);
    expect(() => execFileSync(helper, ['Are you sure you want to continue connecting?'])).toThrow();
    made.remove();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('fails before the password is written anywhere when there is no fifo', () => {
    writeFileSync(join(folder, 'a.pw'), '');
    expect(() => askpass({ host: 'one', folder, name: 'a', password: new Confidential('secret') })).toThrow(
      /HOST_ASKPASS_FAILED: The ssh password for one/,
    );
    expect(readFileSync(join(folder, 'a.pw'), 'utf8')).toBe('');
    expect(readdirSync(folder)).toEqual(['a.pw']);
  });
});
