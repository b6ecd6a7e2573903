import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ShellCheck } from '../../src/engine/check.ts';
import { shellProgram } from '../../src/resources/index.ts';
import { judgeServers } from '../../src/runtimes/checks.ts';
import servers from '../../src/runtimes/haproxy-servers.sh';
import { plain } from '../../src/secrets/confidential.ts';
import { scratch } from '../resources/sh.ts';
import { allChecks, threeControls } from '../steps/clouds.ts';

const root = scratch();
const socket = join(root, 'haproxy.sock');
/** Columns of haproxy's statistics as far as they count: proxy, server … status. */
const row = (section: string, server: string, status: string) =>
  [section, server, ...Array.from({ length: 15 }, () => '0'), status, '1', ''].join(',');

let haproxy: Server;
let asked = '';
let rows: readonly string[] = [];

beforeAll(async () => {
  haproxy = createServer((client) => {
    client.on('data', (data) => {
      asked = data.toString();
      client.end(`# pxname,svname,…\n${rows.join('\n')}\n\n`);
    });
  });
  haproxy.listen(socket);
  await once(haproxy, 'listening');
});

afterAll(() => {
  haproxy.close();
  rmSync(socket, { force: true });
});

/** Runs the program with dash, while this process answers as haproxy. */
async function run(path: string, sections: readonly string[]) {
  const child = spawn('dash', ['-s']);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data) => {
    stdout += data;
  });
  child.stderr.on('data', (data) => {
    stderr += data;
  });
  child.stdin.end(`${plain(shellProgram(servers, { socket: path }, sections))}\n`);
  const [code] = await once(child, 'close');
  return { code: code as number, stdout, stderr };
}

describe('haproxy’s servers', () => {
  it('are printed for the sections asked for, with the state that haproxy sees', async () => {
    rows = [
      row('image', 'control1', 'UP'),
      row('image', 'control2', 'UP 1/2'),
      row('image', 'control3', 'DOWN'),
      row('compute', 'control1', 'UP'),
    ];
    expect(await run(socket, ['image', 'console'])).toEqual({
      code: 0,
      stdout: 'image control1 UP\nimage control2 UP\nimage control3 DOWN\n',
      stderr: '',
    });
    expect(asked).toBe('show stat -1 4 -1\n');
  });

  it('are not taken for up when haproxy does not answer', async () => {
    const { code, stdout, stderr } = await run(join(root, 'none'), ['image']);
    expect(code).not.toBe(0);
    expect(stdout).toBe('');
    expect(stderr).toContain('No such file');
  });

  const { facts } = threeControls();
  it.each([
    [0, 'image control1 UP\nimage control2 UP\nimage control3 UP\n', true, '3 servers up'],
    [0, 'image control1 UP\nimage control2 DOWN\n', false, 'image on control2 is DOWN'],
    [0, 'image control1 UP\nimage control2 MAINT\n', false, 'image on control2 is MAINT'],
    [0, '', false, 'haproxy does not name its servers'],
    [2, '', false, 'haproxy does not name its servers'],
  ])('exit code %i and %j: %s', (exitCode, stdout, ok, sentence) => {
    expect(judgeServers(exitCode, stdout, '', { facts })).toMatchObject({ ok, sentence });
  });

  it('on a host that was not reached may be down', () => {
    const without = new Map([...facts].filter(([name]) => name !== 'control2'));
    const down = 'image control1 UP\nimage control2 DOWN\n';
    expect(judgeServers(0, down, '', { facts: without }).ok).toBe(true);
  });
});

// H2: all checks asked through the floating address, so that one API of three alive looked well.
describe('every process with a port', () => {
  const checks = allChecks(threeControls());
  const shell = (id: string): ShellCheck => {
    const found = checks.find((check) => check.id === id);
    if (found?.via !== 'shell') throw new Error(`no shell check ${id}`);
    return found;
  };

  it.each([
    ['compute-api', 8774],
    ['compute-metadata', 8775],
    ['identity-api', 5000],
    ['network-api', 9696],
    ['volume-api', 8776],
    ['placement-api', 8778],
    ['orchestration-api', 8004],
    ['orchestration-api-cfn', 8000],
    ['key-manager-api', 9311],
    ['image-api', 9292],
  ])('%s is asked on each control host by its own address', (name, port) => {
    for (const number of [1, 2, 3]) {
      const check = shell(`${name}-control${number}`);
      expect(check.host).toBe(`control${number}`);
      expect(check.script).toContain(
        ` --cacert /etc/cloudwright/tls/balancer/ca.pem -o /dev/null -w '%{http_code}' https://192.0.2.1${number}:${port}/`,
      );
      expect(check.judge({ exitCode: 0, stdout: '200', stderr: '' }).ok).toBe(true);
      expect(check.judge({ exitCode: 0, stdout: '401', stderr: '' }).ok).toBe(true);
      for (const stdout of ['500', '502', '000', ''])
        expect(check.judge({ exitCode: 0, stdout, stderr: '' }).ok, stdout).toBe(false);
    }
  });

  it('is then looked for in every haproxy', () => {
    for (const number of [1, 2, 3]) {
      const check = shell(`compute-balanced-control${number}`);
      expect(check.script).toContain("'/run/haproxy/admin.sock'");
      expect(check.script).toMatch(/set -- 'compute' 'metadata' 'console'/);
      expect(check.after).toContain('compute-api-control3');
    }
  });
});
