import { mkdtempSync } from 'node:fs';
import { readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { UpAccess } from '../../src/app/up.ts';
import { journalFile, readJournal } from '../../src/engine/journal.ts';
import { labCut, labDirectory, labDown, labExec } from '../../src/lab/index.ts';
import { ensureChromium, startBrowser } from './support/browser.ts';
import { type CliRun, dataOf, endRuns, eventsOf, runCli, startCli } from './support/cli.ts';
import { logIn } from './support/dashboard.ts';
import { leaveLab, report } from './support/lab.ts';
import { openstackKinds } from './support/openstackKinds.ts';
import { tunnelledCloud } from './support/tunnel.ts';

/** The main job as `npm start` calls it: from nothing to a bare node to a verified cloud. */
const name = 'e2edeploy';
const lab = { name, directory: labDirectory() };
let folder = '';
let access: UpAccess;

const node = async (line: string, limit = 120) => await labExec(lab, 'control1', line, limit);

beforeAll(async () => {
  await labDown(lab, undefined, report);
  folder = mkdtempSync(join(tmpdir(), 'cloudwright-e2e-up-'));
});

afterAll(async () => {
  endRuns([folder]);
  await leaveLab(name);
  await rm(folder, { recursive: true, force: true });
});

/** Starts `up` and resolves once the run is so many seconds into a package transaction; false where it ended before. */
async function intoTransaction(run: CliRun, group: string, seconds: number): Promise<boolean> {
  const changing = `control1/packages:${group}`;
  const under = (): boolean => {
    const events = readJournal(journalFile(join(folder, 'trial')));
    const start = events.findLastIndex((event) => event.type === 'run-started' && event.pid === run.pid);
    const mine = start < 0 ? [] : events.slice(start);
    return mine.some((event) => event.type === 'change-started' && event.resource === changing);
  };
  // The first run of all makes the lab's base tree before it begins.
  const limit = Date.now() + 600_000;
  while (run.running && !under()) {
    if (Date.now() > limit) throw new Error(`no ${changing} within 600 s:\n${run.said()}`);
    await pause(50);
  }
  // The pause is the fault's place, not a wait.
  await Promise.race([pause(seconds * 1000), run.ended]);
  return run.running;
}

describe('a cloud from a bare node', () => {
  it('is not harmed when the run is killed within a package transaction, nor when the power fails', async () => {
    const killed = startCli(folder, ['up', '--lab', name]);
    expect(await intoTransaction(killed, 'infrastructure-packages', 5), killed.said()).toBe(true);
    killed.kill('SIGKILL');
    await killed.ended;

    const cut = startCli(folder, ['up', '--lab', name]);
    expect(await intoTransaction(cut, 'identity-packages', 15), cut.said()).toBe(true);
    await labCut({ ...lab, node: 'control1' });
    const { code, output } = await cut.ended;
    expect(code, output).toBe(1);
    expect(output).toContain('HOST_LOST');
  });

  it('is deployed, verified and passes the acceptance test', async () => {
    const run = await runCli(folder, ['up', '--lab', name], 1500);

    expect(run.code, run.output).toBe(0);
    expect(run.stdout).toContain('(Acceptance test): verified in');
    expect(run.stdout).toContain('https://192.168.21.100:31000');
    expect(run.output).not.toContain('✗');
  });

  it('finds everything in place the second time and does not test again', async () => {
    const run = await runCli(folder, ['up', '--lab', name, '--json'], 300);

    expect(run.code, run.output).toBe(0);
    const events = eventsOf(run.stdout);
    const started = events.filter((event) => event.type === 'change-started');
    expect(started).toEqual([]);
    expect(events.find((event) => event.type === 'run-finished')).toMatchObject({
      outcome: 'done',
      changed: 0,
    });
    expect(events.filter((event) => event.type === 'run-started')).toHaveLength(1);
    access = dataOf<{ access: UpAccess }>(run.stdout).access;
  });

  it('lets the administrator log in to the dashboard in a browser, from the address that was printed', async () => {
    ensureChromium();
    const view = await runCli(folder, ['vault', 'view', '-f', 'trial/cloud.yaml', '--json'], 60);
    const { secrets } = dataOf<{ secrets: { admin_password: string } }>(view.stdout);
    const browser = await startBrowser(access.networkNamespace);
    try {
      const login = { user: 'admin', password: secrets.admin_password, domain: 'Default' };
      await logIn(browser, access.dashboard ?? 'no dashboard', login);
      await browser.open(new URL('/horizon/project/instances/', access.dashboard).href);
      await browser.until('the instances', `document.title.startsWith('Instances')`);
    } finally {
      await browser.close();
    }
  });

  it('has nothing to plan', async () => {
    const run = await runCli(folder, ['plan', '-f', 'trial/cloud.yaml', '--json'], 120);

    expect(run.code, run.output).toBe(0);
    expect(eventsOf(run.stdout).filter((event) => event.type === 'change-planned')).toEqual([]);
  });

  it('is healthy to every check, also the thorough ones', async () => {
    const run = await runCli(folder, ['verify', '-f', 'trial/cloud.yaml'], 300);

    expect(run.code, run.output).toBe(0);
  });

  it('repairs what was changed by hand, and nothing else', async () => {
    const spoil = await node(
      'sed -i s/65536/1024/ /etc/security/limits.d/60-cloudwright.conf && systemctl stop memcached && rm /etc/ceph/ceph.client.glance.keyring',
    );
    expect(spoil.exitCode, spoil.stderr).toBe(0);

    const run = await runCli(folder, ['apply', '-f', 'trial/cloud.yaml', '--json'], 300);

    expect(run.code, run.output).toBe(0);
    const changed = eventsOf(run.stdout).flatMap((event) =>
      event.type === 'change-done' ? [event.resource] : [],
    );
    expect([...changed].sort()).toEqual([
      'control1/file:/etc/ceph/ceph.client.glance.keyring',
      'control1/file:/etc/security/limits.d/60-cloudwright.conf',
      'control1/service:glance-api',
      'control1/service:memcached',
    ]);
  });

  it('serves the standard client with the written clouds.yaml', async () => {
    const cloudsFile = join(folder, 'trial', 'clouds.yaml');
    expect((await stat(cloudsFile)).mode & 0o077).toBe(0);
    const clouds = await readFile(cloudsFile, 'utf8');
    const put = await node(
      `umask 077; base64 -d > /root/clouds.yaml <<'END'\n${Buffer.from(clouds).toString('base64')}\nEND`,
    );
    expect(put.exitCode, put.stderr).toBe(0);

    const ask = async (words: string): Promise<Record<string, unknown>[]> => {
      const answer = await node(
        `OS_CLIENT_CONFIG_FILE=/root/clouds.yaml openstack --os-cloud trial ${words} -f json`,
      );
      expect(answer.exitCode, answer.stderr).toBe(0);
      return JSON.parse(answer.stdout) as Record<string, unknown>[];
    };

    const compute = await ask('compute service list');
    expect(compute.map((row) => `${row.Binary} ${row.State}`).sort()).toEqual([
      'nova-compute up',
      'nova-conductor up',
      'nova-scheduler up',
    ]);
    const agents = await ask('network agent list');
    expect(agents.map((row) => row.Binary).sort()).toEqual(['neutron-ovn-metadata-agent', 'ovn-controller']);
    expect(agents.every((row) => row.Alive === true)).toBe(true);
    const catalog = await ask('service list');
    expect(catalog.map((row) => row.Type)).toEqual(
      expect.arrayContaining([
        'identity',
        'image',
        'placement',
        'compute',
        'network',
        'block-storage',
        'orchestration',
        'key-manager',
      ]),
    );
    expect(await ask('image list')).toEqual([]);
    expect(await ask('server list --all-projects')).toEqual([]);
  });

  openstackKinds(
    () =>
      tunnelledCloud(
        join(folder, 'trial', 'clouds.yaml'),
        join(lab.directory, name, 'ssh_config'),
        'control1',
      ),
    'control1',
  );

  it('comes back by itself after a power cut', async () => {
    const cut = await runCli(folder, ['lab', 'cut', 'control1', '--lab', name], 120);
    expect(cut.code, cut.output).toBe(0);
    const heal = await runCli(folder, ['lab', 'heal', 'control1', '--lab', name], 120);
    expect(heal.code, heal.output).toBe(0);

    const run = await runCli(folder, ['apply', '-f', 'trial/cloud.yaml', '--json'], 600);

    expect(run.code, run.output).toBe(0);
  });
});
