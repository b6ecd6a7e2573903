import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { connections } from '../../src/hosts/connections.ts';
import { quote } from '../../src/hosts/quote.ts';

const path = process.env.PATH;
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cw-connections-'));
});
afterEach(() => {
  process.env.PATH = path;
});
afterAll(() => rmSync(folder, { recursive: true }));

it('makes a bounded number of connections at a time', async () => {
  const log = join(folder, 'log');
  // Fails as soon as another attempt has had the time to begin.
  const ssh = `#!/bin/sh\necho + >>${quote(log)}\nsleep 0.2\necho - >>${quote(log)}\nexit 255\n`;
  writeFileSync(join(folder, 'ssh'), ssh, { mode: 0o755 });
  process.env.PATH = `${folder}${delimiter}${path}`;
  const hosts = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => ({ name, sshAddress: name }));
  const reached = connections({ hosts, ssh: { user: 'root', port: 22, sudo: true } }, { connecting: 2 });
  const results = await Promise.allSettled(hosts.map(({ name }) => reached.get(name)));
  await reached.closeAll();
  expect(results.every(({ status }) => status === 'rejected')).toBe(true);
  let open = 0;
  let most = 0;
  for (const mark of readFileSync(log, 'utf8').trim().split('\n')) {
    open += mark === '+' ? 1 : -1;
    most = Math.max(most, open);
  }
  expect(most).toBeLessThanOrEqual(2);
});
