import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { Connection } from '../../src/hosts/connection.ts';
import { limits } from '../../src/hosts/limits.ts';
import { openShell, type Shell, ShellError } from '../../src/hosts/shell.ts';
import { shellCommand, shellTokens } from '../../src/hosts/shellCommand.ts';
import { type ShellConnectionOptions, shellConnection } from '../../src/hosts/shellConnection.ts';

function openHere(): Promise<Shell> {
  return openWithProcess(false).opened;
}

function openWithProcess(carriesOthers: boolean) {
  const tokens = shellTokens();
  const child = spawn('sh', ['-c', shellCommand(tokens, 'as-is')], {
    stdio: 'pipe',
    detached: true,
  }) as ChildProcessWithoutNullStreams;
  return { child, opened: openShell(child, { tokens, limitSeconds: 10, carriesOthers }) };
}

const folder = mkdtempSync(join(tmpdir(), 'cw-shells-'));
afterAll(() => rmSync(folder, { recursive: true }));

const open: Connection[] = [];
afterEach(async () => {
  for (const connection of open.splice(0)) await connection.close();
});

function connect(first: Shell, options: Partial<ShellConnectionOptions> = {}): Connection {
  const made = shellConnection(first, {
    host: 'here',
    sessions: 4,
    graceMilliseconds: 300,
    open: () => openHere(),
    ...options,
  });
  open.push(made);
  return made;
}

const ask = async (host: Connection, script: string, limitSeconds = 20): Promise<string> =>
  (await host.run({ script, limitSeconds, doing: 'a test' })).stdout.trim();

it('opens no more shells than the process may have', async () => {
  const shared = limits({ extraSessions: 1 });
  const one = connect(await openHere(), { limits: shared });
  const two = connect(await openHere(), { limits: shared });
  const shells = await Promise.all(
    [one, one, one, two, two, two].map((host) => ask(host, 'sleep 0.05; echo $$')),
  );
  expect(new Set(shells).size).toBe(3);
  await one.close();
  await two.close();
  expect([shared.takeSession(), shared.takeSession()]).toEqual([true, false]);
});

it('shares the shells that are open when the host refuses more of them', async () => {
  const host = connect(await openHere(), { open: () => Promise.reject(new ShellError('ended', 'refused')) });
  const shells = await Promise.all([1, 2, 3].map(() => ask(host, 'echo $$')));
  expect(new Set(shells).size).toBe(1);
});

it('serves requests that wait while the only shell is given up', async () => {
  const host = connect(await openHere(), { sessions: 1 });
  const stuck = ask(host, 'kill -STOP $$; sleep 3', 0.3);
  const waiting = ask(host, 'echo served');
  await expect(stuck).rejects.toThrow(/HOST_TIMEOUT/);
  expect(await waiting).toBe('served');
});

it('ends on the host what passed its limit, and keeps its shell', async () => {
  const host = connect(await openHere(), { sessions: 1, graceMilliseconds: 3000 });
  const before = await ask(host, 'echo $$');
  await expect(ask(host, 'sleep 60', 0.2)).rejects.toThrow(/HOST_TIMEOUT/);
  expect(await ask(host, 'echo $$')).toBe(before);
});

it('keeps the process that carries the others when its own shell is given up', async () => {
  const { child, opened } = openWithProcess(true);
  const carrier = await opened;
  // No helper can be opened, so the shell cannot be ended from the host's side either.
  const host = connect(carrier, { open: () => Promise.reject(new ShellError('ended', 'refused')) });
  await expect(ask(host, 'sleep 3', 0.1)).rejects.toThrow(/HOST_TIMEOUT/);
  expect(child.killed).toBe(false);
  expect(carrier.alive).toBe(false);
});

it('rejects what waits when no shell is left', async () => {
  const first = await openHere();
  const host = connect(first, { open: () => Promise.reject(new ShellError('ended', 'refused')) });
  const broken = ask(host, 'kill -KILL $$');
  const waiting = ask(host, 'echo never');
  await Promise.all([
    expect(broken).rejects.toThrow(/HOST_LOST/),
    expect(waiting).rejects.toThrow(/HOST_LOST/),
  ]);
});

describe('a request that keeps what it opens', () => {
  const lock = (name: string): string => join(folder, name);
  const taking = (name: string, then = 'echo $$') => `exec 8>>${lock(name)} && flock -n 8 && ${then}`;
  const keep = (host: Connection, script: string) =>
    host.run({ script, limitSeconds: 20, doing: 'a test', keeps: true });
  const isFree = async (name: string): Promise<boolean> => {
    const other = connect(await openHere());
    return (await ask(other, `flock -n ${lock(name)} true && echo free`)) === 'free';
  };

  it('has a shell of its own until the connection ends', async () => {
    const host = connect(await openHere(), { sessions: 1 });
    const kept = (await keep(host, taking('a'))).stdout.trim();
    const shells = await Promise.all([1, 2].map(() => ask(host, 'echo $$')));
    expect(new Set([kept, ...shells]).size).toBe(2);
    expect(await isFree('a')).toBe(false);
    await host.close();
    expect(await isFree('a')).toBe(true);
  });

  it('loses it at once when its shell is killed', async () => {
    const host = connect(await openHere());
    const pid = Number((await keep(host, taking('b'))).stdout);
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => isFree('b')).toBe(true);
    expect(await ask(host, 'echo served')).toBe('served');
  });

  it('shares its shell where the host opens no other, and what it opened with no script', async () => {
    const host = connect(await openHere(), {
      open: () => Promise.reject(new ShellError('ended', 'refused')),
    });
    const kept = (await keep(host, taking('c'))).stdout.trim();
    expect(await ask(host, 'echo $$')).toBe(kept);
    expect(await ask(host, '{ true >&8; } 2>/dev/null || echo closed')).toBe('closed');
    expect(await isFree('c')).toBe(false);
  });

  it('gives its shell back when it fails', async () => {
    const host = connect(await openHere(), {
      open: () => Promise.reject(new ShellError('ended', 'refused')),
    });
    expect(await keep(host, 'false')).toMatchObject({ exitCode: 1 });
    expect(await ask(host, 'echo served')).toBe('served');
  });
});
