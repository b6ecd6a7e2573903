import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CloudwrightError, problem } from '../../src/errors/problem.ts';
import { connectionsOver, type WatchedConnections } from '../../src/hosts/connections.ts';
import type { HostLink, Transport } from '../../src/hosts/transport.ts';

interface FakeLink extends HostLink {
  /** Ends the link, as when the host is switched off. */
  cut(output: string): void;
}

/** A transport whose attempts succeed or fail in the given order; more attempts fail the test. */
function fakeTransport(folder: string, answers: readonly ('ok' | 'down')[]) {
  const links: FakeLink[] = [];
  const forwarded: string[] = [];
  const left = [...answers];
  const transport: Transport = {
    async open(host) {
      const answer = left.shift();
      if (answer === undefined) throw new Error('unexpected attempt to connect');
      if (answer === 'down') {
        throw new CloudwrightError([problem('HOST_UNREACHABLE', { details: { host } })]);
      }
      const number = links.length + 1;
      let end: (output: string) => void = () => undefined;
      const link: FakeLink = {
        host,
        ended: new Promise((resolve) => {
          end = resolve;
        }),
        cut: (output) => end(output),
        run: async ({ script }) => ({ exitCode: 0, stdout: `${script} on link ${number}`, stderr: '' }),
        forward: async (socket, address, port) => {
          if (existsSync(socket)) throw new Error(`${socket} is in the way`);
          writeFileSync(socket, '');
          forwarded.push(`link ${number}: ${address}:${port}`);
        },
        close: async () => end(''),
      };
      links.push(link);
      return link;
    },
    socketPath: (name) => join(folder, name),
    close: () => undefined,
  };
  return { transport, links, forwarded, left };
}

let folder = '';
let now = 0;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cw-link-'));
  now = 0;
});
afterEach(() => rmSync(folder, { recursive: true }));

const ask = async (all: WatchedConnections, script = 'uptime'): Promise<string> => {
  const host = await all.get('one');
  return (await host.run({ script, limitSeconds: 1, doing: 'a test' })).stdout;
};
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('connects again at the next use of a connection that was lost, also for those who hold it', async () => {
  const { transport, links } = fakeTransport(folder, ['ok', 'ok']);
  const all = connectionsOver(['one'], transport, () => now);
  const seen: string[] = [];
  const end = all.watch((host, state) => seen.push(`${host} ${state.state}`));
  const held = await all.get('one');
  links[0]?.cut('Timeout, server 192.0.2.1 not responding.\n');
  await turn();
  expect(all.states().get('one')).toEqual({
    state: 'lost',
    reason: 'Timeout, server 192.0.2.1 not responding.',
  });
  expect((await held.run({ script: 'uptime', limitSeconds: 1, doing: 'a test' })).stdout).toBe(
    'uptime on link 2',
  );
  expect(seen).toEqual(['one connecting', 'one connected', 'one lost', 'one reconnecting', 'one connected']);
  end();
  await all.closeAll();
  expect(seen).toHaveLength(5);
});

it('does not keep a failed attempt: the next use after the pause tries again', async () => {
  const { transport, left } = fakeTransport(folder, ['down', 'ok']);
  const all = connectionsOver(['one'], transport, () => now);
  await expect(ask(all)).rejects.toThrow(/HOST_UNREACHABLE/);
  expect(all.states().get('one')).toMatchObject({
    state: 'unreachable',
    problem: { code: 'HOST_UNREACHABLE' },
  });
  now = 4999;
  await expect(ask(all)).rejects.toThrow(/HOST_UNREACHABLE/);
  expect(left).toEqual(['ok']);
  now = 5000;
  expect(await ask(all)).toBe('uptime on link 1');
  await all.closeAll();
});

it('makes one attempt for all uses that need it', async () => {
  const { transport, links } = fakeTransport(folder, ['ok']);
  const all = connectionsOver(['one'], transport, () => now);
  await Promise.all([ask(all), ask(all), all.forward('one', '192.0.2.9', 5000)]);
  expect(links).toHaveLength(1);
  await all.closeAll();
});

it('takes a lock again on the new connection before anything else, and ends where another run has it', async () => {
  const { transport, links } = fakeTransport(folder, ['ok', 'ok', 'ok']);
  const all = connectionsOver(['one'], transport, () => now);
  const host = await all.get('one');
  await host.run({ script: 'lock', limitSeconds: 1, doing: 'a test', keeps: true });
  links[0]?.cut('');
  await turn();
  expect(await ask(all)).toBe('uptime on link 2');
  const { open } = transport;
  const asked: string[] = [];
  transport.open = async (name) => {
    const link = await open(name);
    link.run = async ({ script }) => {
      asked.push(String(script));
      return { exitCode: 75, stdout: 'somebody', stderr: '' };
    };
    return link;
  };
  links[1]?.cut('');
  await turn();
  await expect(ask(all)).rejects.toThrow(/RUN_LOCK_LOST/);
  expect(asked).toEqual(['lock']);
  await all.closeAll();
});

it('never repeats a request that was running when the connection was lost', async () => {
  const { transport, links } = fakeTransport(folder, ['ok']);
  const all = connectionsOver(['one'], transport, () => now);
  await all.get('one');
  const [link] = links;
  if (link) link.run = () => Promise.reject(new CloudwrightError([problem('HOST_LOST')]));
  await expect(ask(all, 'apt-get install')).rejects.toThrow(/HOST_LOST/);
  expect(links).toHaveLength(1);
  await all.closeAll();
});

it('opens a forward again on the same path after the connection was lost', async () => {
  const { transport, links, forwarded } = fakeTransport(folder, ['ok', 'ok']);
  const all = connectionsOver(['one'], transport, () => now);
  const path = await all.forward('one', '192.0.2.9', 5000);
  expect(await all.forward('one', '192.0.2.9', 5000)).toBe(path);
  links[0]?.cut('');
  await turn();
  expect(await all.forward('one', '192.0.2.9', 5000)).toBe(path);
  expect(forwarded).toEqual(['link 1: 192.0.2.9:5000', 'link 2: 192.0.2.9:5000']);
  await all.closeAll();
});

it('stays closed', async () => {
  const { transport } = fakeTransport(folder, ['ok']);
  const all = connectionsOver(['one'], transport, () => now);
  const held = await all.get('one');
  await all.closeAll();
  await expect(held.run({ script: 'x', limitSeconds: 1, doing: 'a test' })).rejects.toThrow(/HOST_LOST/);
  await expect(all.get('one')).rejects.toThrow(/HOST_LOST/);
  await expect(all.get('two')).rejects.toThrow(/HOST_UNKNOWN/);
});
