import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Cloud, Host, SshSettings } from '../../src/cloud/cloud.ts';
import type { ErrorCode } from '../../src/errors/catalogue/index.ts';
import { CloudwrightError } from '../../src/errors/problem.ts';
import type { Connections } from '../../src/hosts/connection.ts';
import { type ConnectionsOptions, connections } from '../../src/hosts/connections.ts';
import { freePort, startSshd, type TestSshd } from '../hosts/sshd.ts';

let sshd: TestSshd;
beforeAll(async () => {
  sshd = await startSshd();
});
afterAll(() => sshd.stop());

const opened: Connections[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.closeAll();
});

function reach(address: string, options: ConnectionsOptions = {}, ssh: Partial<SshSettings> = {}) {
  const host: Host = {
    name: 'node1',
    sshAddress: address,
    roles: new Set(['control']),
    interfaces: {},
    addresses: { management: '127.0.0.1' },
    devices: [],
    reservedMemoryMiB: 512,
  };
  const settings: SshSettings = {
    user: userInfo().username,
    port: 22,
    configFile: sshd.configFile,
    sudo: false,
    ...ssh,
  };
  const cloud: Pick<Cloud, 'hosts' | 'ssh'> = { hosts: [host], ssh: settings };
  const made = connections(cloud, options);
  opened.push(made);
  return made;
}

async function codeOf(work: Promise<unknown>): Promise<ErrorCode | undefined> {
  try {
    await work;
  } catch (error) {
    if (error instanceof CloudwrightError) return error.problems[0]?.code;
    throw error;
  }
  return undefined;
}

it('states the first contact with its fingerprint, and only that', async () => {
  const notes: string[] = [];
  const note = (text: string) => notes.push(text);
  for (let round = 0; round < 2; round++) {
    const all = reach('trial', { note });
    await all.get('node1');
    await all.closeAll();
  }
  expect(notes).toHaveLength(1);
  expect(notes[0]).toMatch(/^First contact with node1: its ssh host key SHA256:\S{43} is remembered/);
});

it('runs requests side by side over one connection', async () => {
  const host = await reach('trial').get('node1');
  const meeting = mkdtempSync(`${sshd.folder}/meeting-`);
  // Each waits for the others: one after another they would never meet.
  const script = (index: number) =>
    `: >${meeting}/${index}; until [ "$(ls ${meeting} | wc -l)" = 4 ]; do sleep 0.05; done; echo "$SSH_CONNECTION"`;
  const results = await Promise.all(
    [0, 1, 2, 3].map((index) => host.run({ script: script(index), limitSeconds: 25, doing: 'a meeting' })),
  );
  expect(new Set(results.map((result) => result.stdout)).size).toBe(1);
});

it('ends what passes its limit, says what it was doing, and goes on', async () => {
  const all = reach('trial');
  const host = await all.get('node1');
  const slow = host.run({
    script: 'echo begun; sleep 300.25; echo no',
    limitSeconds: 0.5,
    doing: 'install nothing',
  });
  await expect(slow).rejects.toMatchObject({
    problems: [
      {
        code: 'HOST_TIMEOUT',
        what: expect.stringContaining('install nothing'),
        evidence: expect.stringContaining('begun'),
      },
    ],
  });
  const left = await host.run({ script: 'pgrep -xf "sleep 300.25"', limitSeconds: 5, doing: 'a look' });
  expect(left.stdout).toBe('');
  await all.closeAll();
});

it('forwards a socket of this machine, closed to others, to an address of the host', async () => {
  const all = reach('trial');
  const socket = await all.forward('node1', '127.0.0.1', sshd.port);
  const { createConnection } = await import('node:net');
  const greeting = await new Promise<string>((resolve) => {
    const client = createConnection(socket);
    client.once('data', (data) => {
      client.destroy();
      resolve(data.toString());
    });
  });
  expect(greeting).toMatch(/^SSH-2\.0-/);
  const { statSync } = await import('node:fs');
  expect(statSync(socket).mode & 0o077).toBe(0);
  expect(await all.forward('node1', '127.0.0.1', sshd.port)).toBe(socket);
  await all.closeAll();
});

it('leaves no process and no file behind', async () => {
  const before = readdirSync('/tmp').filter((name) => name.startsWith(`cloudwright-${process.pid}-`));
  const all = reach('trial');
  const host = await all.get('node1');
  const shell = (await host.run({ script: 'echo $PPID $$', limitSeconds: 5, doing: 'a test' })).stdout;
  await all.closeAll();
  expect(readdirSync('/tmp').filter((name) => name.startsWith(`cloudwright-${process.pid}-`))).toEqual(
    before,
  );
  expect(() => process.kill(Number(shell.split(' ')[1]), 0)).toThrow();
});

it('has a code of its own for each way of not getting in', async () => {
  const closed = await freePort();
  const none = `${sshd.folder}/empty`;
  writeFileSync(none, '', { mode: 0o600 });
  expect(await codeOf(reach('127.0.0.1', {}, { configFile: none, port: closed }).get('node1'))).toBe(
    'HOST_REFUSED',
  );
  expect(await codeOf(reach('no-such-name.invalid', {}, { configFile: none }).get('node1'))).toBe(
    'HOST_NAME_UNKNOWN',
  );
  expect(
    await codeOf(
      reach('127.0.0.1', {}, { configFile: none, port: sshd.port, identityFile: '/nonexistent' }).get(
        'node1',
      ),
    ),
  ).toBe('HOST_AUTH_FAILED');
  expect(() => reach('trial').get('nodel')).toThrow(/HOST_UNKNOWN/);
});

it('says that the connection was lost, and during what', async () => {
  const all = reach('trial');
  const host = await all.get('node1');
  const cut = host.run({
    // The session's sshd is the parent of its shell: as if the host had gone.
    script: 'kill -KILL $PPID; sleep 60',
    limitSeconds: 30,
    doing: 'writing files',
  });
  await expect(cut).rejects.toMatchObject({
    problems: [{ code: 'HOST_LOST', what: 'The connection to node1 was lost during: writing files.' }],
  });
  await all.closeAll();
});

it('refuses a host whose key has changed', async () => {
  const all = reach('trial');
  await all.get('node1');
  await all.closeAll();
  await sshd.changeHostKey();
  expect(await codeOf(reach('trial').get('node1'))).toBe('HOST_KEY_CHANGED');
});
