import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { journalFile, readJournal } from '../../src/engine/journal.ts';
import { labCut, labHeal, labPartition } from '../../src/lab/index.ts';
import { waitFor } from '../../src/system/wait.ts';
import { type CliRun, runCli, startCli } from './support/cli.ts';
import { leaveLab, report, sameCloud, type TestLab } from './support/lab.ts';
import { labWithPackages } from './support/layer.ts';
import { balancedServers } from './support/node.ts';
import { putIntoVault } from './support/secrets.ts';

const LAB = 'e2efaults';

let lab: TestLab;
beforeAll(async () => {
  lab = await labWithPackages(LAB);
  expect(await runCli(lab.folder, ['vault', 'make'])).toMatchObject({ code: 0 });
});
afterAll(async () => await leaveLab(LAB));

/** Applies steps and expects success. */
async function applies(folder: string, ...steps: string[]): Promise<void> {
  const run = await runCli(folder, ['apply', ...steps.flatMap((step) => ['--step', step])]);
  expect(run.code, run.output).toBe(0);
}

/** Waits until the run has begun to change something in a step, as its journal says. */
async function changing(run: CliRun, folder: string, step: string): Promise<void> {
  const limit = Date.now() + 120_000;
  const begun = (): boolean =>
    readJournal(journalFile(folder)).some((event) => event.type === 'change-started' && event.step === step);
  while (!begun()) {
    if (!run.running || Date.now() > limit) throw new Error(`step ${step} changed nothing:\n${run.said()}`);
    await pause(20);
  }
}

/** Applies a step, takes the host away in the middle, expects a report of it, and brings the host back. */
async function loses(step: string, takeAway: () => Promise<void>): Promise<void> {
  const run = startCli(lab.folder, ['apply', '--step', step]);
  await changing(run, lab.folder, step);
  await takeAway();
  const began = Date.now();
  const ended = await run.ended;
  await labHeal({ ...lab, node: 'control1' }, undefined, report);
  expectFailure(ended, 'HOST_LOST');
  expect(ended.output).toContain('The connection to control1 was lost during');
  expect(ended.output).not.toMatch(/cw-[0-9a-f]{24}/);
  expect((Date.now() - began) / 1000).toBeLessThan(60);
}

/** What every failure must look like: its own code and a next action, and never a stack trace. */
function expectFailure(
  run: { readonly code: number | undefined; readonly output: string },
  code: string,
): void {
  expect(run.output).toContain(code);
  expect(run.output).not.toMatch(/RUN_FAULT|^\s+at .*:\d+:\d+/m);
  expect(run.code, run.output).toBe(1);
}

describe('a host out of reach', () => {
  it('is named when its network is gone, and nothing is changed', async () => {
    await labPartition({ ...lab, node: 'control1' });
    const run = await runCli(lab.folder, ['apply', '--step', 'cache'], 90);
    await labHeal({ ...lab, node: 'control1' }, undefined, report);
    expectFailure(run, 'HOST_UNREACHABLE');
    expect(run.output).toContain('Host control1 cannot be reached over ssh.');
    // Clients reach memcached through haproxy.
    await applies(lab.folder, 'preflight', 'packages', 'ha', 'cache');
  });
});

describe('a process behind haproxy that restarts', () => {
  const URL = 'https://192.168.21.11:5000/';
  /** Answers with the number of bytes that it was sent. */
  const PROCESS = `
import http.server
class Answer(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        size = str(len(self.rfile.read(int(self.headers["Content-Length"])))).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(size)))
        self.end_headers()
        self.wfile.write(size)
http.server.HTTPServer(("127.0.0.1", 5000), Answer).serve_forever()
`;

  it('gets a large request when it is back, and a small one goes to another server at once', async () => {
    const ask = (data: string) => `curl -sk -m 50 -w ' %{http_code}' --data-binary ${data} ${URL}`;
    expect(await lab.get(`${ask('small')} | tail -c 3`)).toBe('425');
    await lab.get('head -c 100000 /dev/zero >/tmp/e2e-large');
    await lab.get(`systemd-run --quiet --unit=e2e-ask sh -c "${ask('@/tmp/e2e-large')} >/tmp/e2e-answer"`);
    const waiting = async () => {
      const servers = await balancedServers(lab.on);
      return servers.some(({ section, retries }) => section === 'identity-held' && retries > 0);
    };
    await waitFor('haproxy to hold the request', waiting, 20);
    await lab.get(`cat >/tmp/e2e-process.py <<'END'${PROCESS}END`);
    await lab.get('systemd-run --quiet --unit=e2e-process python3 /tmp/e2e-process.py');
    const answer = async () => await lab.get('cat /tmp/e2e-answer');
    await waitFor('the answer', async () => (await answer()) !== '', 20);
    expect(await answer()).toBe('100000 200');
    await lab.get('systemctl stop e2e-process');
  });
});

describe('sudo with a password', () => {
  /** A folder whose description logs in as `operator`, with this sudo password in the vault. */
  async function asOperator(password: string): Promise<string> {
    const config = readFileSync(lab.state.sshConfig, 'utf8').replace('User root', 'User operator');
    const folder = await sameCloud(lab, (text) =>
      text
        .replace('  user: root', '  user: operator')
        .replace(`  config: ${lab.state.sshConfig}`, '  config: ssh_config'),
    );
    await writeFile(join(folder, 'ssh_config'), config, { mode: 0o600 });
    await putIntoVault(folder, { sudo_password: password });
    return folder;
  }

  it('refuses a wrong one with a code of its own', async () => {
    const run = await runCli(await asOperator('not-the-password'), ['apply', '--step', 'preflight'], 60);
    expectFailure(run, 'HOST_SUDO_REFUSED');
    expect(run.output).toContain('does not accept the password of user operator');
    expect(run.output).not.toContain('not-the-password');
  });

  it('works with the right one', async () => {
    const password = readFileSync(lab.state.operatorPasswordFile, 'utf8').trim();
    await applies(await asOperator(password), 'preflight');
  });
});

it('says that a disk is full, and goes on once there is room', async () => {
  await lab.get(
    'mount -t tmpfs -o size=16k tmpfs /etc/keepalived; cat /dev/zero >/etc/keepalived/filler 2>/dev/null || :',
  );
  const run = await runCli(lab.folder, ['apply', '--step', 'ha'], 120);
  await lab.get('umount /etc/keepalived');
  expectFailure(run, 'HOST_DISK_FULL');
  expect(run.output).toContain('A disk of control1 is full');
  await applies(lab.folder, 'ha');
});

describe('a package mirror', () => {
  it('that answers 404 is named with what apt said', async () => {
    const folder = await sameCloud(lab, (text) => {
      const mirror = `${lab.state.mirror.replace(/\/$/, '')}/nowhere`;
      return `${text}\npackages:\n  mirror: ${mirror}\n  proxy: ${lab.state.proxyUrl}\n`;
    });
    const run = await runCli(folder, ['apply', '--step', 'preflight'], 120);
    expectFailure(run, 'HOST_MIRROR_FAILED');
    expect(run.output).toMatch(/404 +Not Found/);
  });

  it('that works again lets the next run go on', async () => {
    const folder = await sameCloud(
      lab,
      (text) => `${text}\npackages:\n  mirror: ${lab.state.mirror}\n  proxy: ${lab.state.proxyUrl}\n`,
    );
    await applies(folder, 'preflight');
    await applies(lab.folder, 'preflight');
  });
});

it('shows the last log lines of a service that does not start', async () => {
  await lab.get(
    `systemctl stop memcached
rm -f /etc/memcached.conf
systemd-run --quiet --unit=squatter python3 -c 'import socket, time
s = socket.create_server(("127.0.0.1", 11211))
time.sleep(3600)'
timeout 20 sh -c 'until ss -Hltn "sport = :11211" | grep -q .; do sleep 0.1; done'`,
  );
  const run = await runCli(lab.folder, ['apply', '--step', 'cache'], 240);
  await lab.get('systemctl stop squatter');
  expectFailure(run, 'SERVICE_NOT_STARTED');
  expect(run.output).toContain('memcached.service');
  expect(run.output).toMatch(/Address already in use/i);
  await applies(lab.folder, 'cache');
});

describe('a run at work', () => {
  it('keeps a second one out, and ends in order when interrupted', async () => {
    const first = startCli(lab.folder, ['apply', '--step', 'database']);
    await changing(first, lab.folder, 'database');
    const second = await runCli(lab.folder, ['apply', '--step', 'cache'], 60);
    expect(second.code, second.output).toBe(4);
    expect(second.output).toContain('RUN_LOCKED');
    expect(second.output).toContain(`process ${first.pid}`);

    first.kill('SIGINT');
    const ended = await first.ended;
    expect(ended.code, ended.output).toBe(3);
    expect(ended.output).toContain('RUN_INTERRUPTED');
    await applies(lab.folder, 'database');
  });
});

describe('a host lost during a step', () => {
  it('is reported within a minute when its power is cut; the next run goes on', async () => {
    await loses('messaging', async () => await labCut({ ...lab, node: 'control1' }));
    await applies(lab.folder, 'preflight', 'ha', 'database', 'messaging', 'cache');
  });

  it('is reported within a minute when its network is cut; the next run goes on', async () => {
    await loses('identity', async () => await labPartition({ ...lab, node: 'control1' }));
    await applies(lab.folder, 'identity');
  });
});
