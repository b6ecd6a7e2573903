import { mkdtempSync } from 'node:fs';
import { userInfo } from 'node:os';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Connection } from '../../src/hosts/connection.ts';
import {
  type ConnectionsOptions,
  connections,
  type WatchedConnections,
} from '../../src/hosts/connections.ts';
import { startSshd, type TestSshd } from '../hosts/sshd.ts';

let sshd: TestSshd;
beforeAll(async () => {
  sshd = await startSshd();
});
afterAll(() => sshd.stop());

const opened: WatchedConnections[] = [];
afterEach(async () => {
  for (const all of opened.splice(0)) await all.closeAll();
});

function reach(options: ConnectionsOptions = {}): WatchedConnections {
  const all = connections(
    {
      hosts: [{ name: 'node1', sshAddress: 'trial' }],
      ssh: { user: userInfo().username, port: 22, configFile: sshd.configFile, sudo: false },
    },
    options,
  );
  opened.push(all);
  return all;
}

const ask = async (host: Connection, script: string, limitSeconds = 20): Promise<string> =>
  (await host.run({ script, limitSeconds, doing: 'a test' })).stdout.trim();

it('reaches the host again after its connection was cut', async () => {
  const all = reach();
  const states: string[] = [];
  all.watch((_, state) => states.push(state.state));
  const host = await all.get('node1');
  // The parent of the shell is the sshd of this connection.
  const cut = ask(host, 'kill -KILL $PPID; sleep 60');
  await expect(cut).rejects.toThrow(/HOST_LOST/);
  expect(await ask(host, 'echo again')).toBe('again');
  expect(states).toEqual(['connecting', 'connected', 'lost', 'reconnecting', 'connected']);
});

it('tries again after a failed attempt, once the host answers', async () => {
  const all = reach();
  await sshd.pause();
  await expect(all.get('node1')).rejects.toThrow(/HOST_REFUSED/);
  expect(all.states().get('node1')).toMatchObject({
    state: 'unreachable',
    problem: { code: 'HOST_REFUSED' },
  });
  await sshd.resume();
  const later = reach();
  expect(await ask(await later.get('node1'), 'echo up')).toBe('up');
});

it('ends only the shell whose script does not stop, also when it is the control master', async () => {
  const host = await reach({ graceMilliseconds: 300 }).get('node1');
  const meeting = mkdtempSync(`${sshd.folder}/meeting-`);
  // The first request gets the first shell. It stops that shell itself, so that no signal below it sets it free.
  const stuck = ask(host, `echo $$ >${meeting}/stuck; kill -STOP $$; sleep 60`, 0.5);
  const other = ask(host, `until [ -e ${meeting}/go ]; do sleep 0.05; done; echo "unharmed $SSH_CONNECTION"`);
  await expect(stuck).rejects.toThrow(/HOST_TIMEOUT/);
  // It is gone once its sshd has taken its exit status.
  await ask(
    host,
    `while kill -0 "$(cat ${meeting}/stuck)" 2>/dev/null; do sleep 0.05; done; : >${meeting}/go`,
  );
  const result = await other;
  expect(result).toMatch(/^unharmed /);
  // The same connection: nobody had to log in again.
  expect(await ask(host, 'echo "unharmed $SSH_CONNECTION"')).toBe(result);
});

it('serves all requests with the one session that a strict limit leaves', async () => {
  const host = await reach({ extraSessions: 0 }).get('node1');
  const shells = await Promise.all([1, 2, 3, 4].map(() => ask(host, 'echo $$')));
  expect(new Set(shells).size).toBe(1);
});

it('serves requests that wait while their only shell is given up', async () => {
  const host = await reach({ sessions: 1, graceMilliseconds: 300 }).get('node1');
  const stuck = ask(host, 'kill -STOP $$; sleep 60', 0.3);
  const waiting = ask(host, 'echo served');
  await expect(stuck).rejects.toThrow(/HOST_TIMEOUT/);
  expect(await waiting).toBe('served');
});
