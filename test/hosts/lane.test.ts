import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { askpass } from '../../src/hosts/askpass.ts';
import { type Lane, LaneError, laneCommand, laneTokens, openLane } from '../../src/hosts/lane.ts';
import { Confidential } from '../../src/secrets/confidential.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cw-lane-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A lane as a user who is not root, with a sudo that acts as sudo(8) does with -S and -p. */
function laneWith(sudo: string, password?: string, become: 'sudo' | 'must-be-root' = 'sudo'): Promise<Lane> {
  const put = (name: string, script: string): void => {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  };
  put('id', 'echo 1000');
  put('sudo', sudo);
  const tokens = laneTokens();
  const child = spawn('sh', ['-c', laneCommand(tokens, become)], {
    env: { PATH: `${folder}:${process.env.PATH}` },
  }) as ChildProcessWithoutNullStreams;
  return openLane(child, { tokens, limitSeconds: 10, sudoPassword: password });
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

const reasonOf = (opening: Promise<Lane>): Promise<string> =>
  opening.then(
    () => 'open',
    (error: unknown) => (error instanceof LaneError ? error.reason : String(error)),
  );

describe('becoming root', () => {
  it('gives sudo its password over standard input when it asks, and not to the shell', async () => {
    const lane = await laneWith(ASKS, 'right one');
    expect(await lane.run('echo hello')).toEqual({ exitCode: 0, stdout: 'hello\n', stderr: '' });
    expect(lane.greeting).not.toContain('right one');
    await lane.close();
  });

  it('keeps the password where sudo does not ask', async () => {
    const lane = await laneWith(FREE, 'echo leaked');
    expect((await lane.run('echo hello')).stdout).toBe('hello\n');
    await lane.close();
  });

  it('tells a wrong, a missing and an unwanted password apart', async () => {
    expect(await reasonOf(laneWith(ASKS, 'wrong'))).toBe('sudo-refused');
    expect(await reasonOf(laneWith(ASKS))).toBe('sudo-password-needed');
    const sudoers = 'echo "stack is not in the sudoers file." >&2; exit 1';
    expect(await reasonOf(laneWith(sudoers, 'x'))).toBe('sudo-refused');
    expect(await reasonOf(laneWith(FREE, 'x', 'must-be-root'))).toBe('not-root');
  });
});

describe('askpass', () => {
  it('answers a password prompt, and keeps the password out of files, arguments and environment', () => {
    const made = askpass(folder, 'a', new Confidential("se'cret $word"));
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
});
