import { existsSync, mkdtempSync } from 'node:fs';
import { copyFile, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { UpAccess } from '../../src/app/up.ts';
import type { RunEvent } from '../../src/engine/event.ts';
import { labDirectory, labDown, labExec, labRemains } from '../../src/lab/index.ts';
import { waitFor } from '../../src/system/wait.ts';
import { audit } from './support/audit.ts';
import { ensureChromium, startBrowser } from './support/browser.ts';
import { dataOf, endRuns, eventsOf, runCli, startCli } from './support/cli.ts';
import { logIn } from './support/dashboard.ts';
import { firewall } from './support/firewall.ts';
import { leaveLab, report } from './support/lab.ts';
import { packageLayer } from './support/layer.ts';
import { leastRights } from './support/leastRights.ts';
import { balancedServers, printed } from './support/node.ts';
import { openstackKinds } from './support/openstackKinds.ts';
import { processConnections } from './support/processConnections.ts';
import { databaseTls } from './support/tls-database.ts';
import { hypervisorTls } from './support/tls-hypervisor.ts';
import { tlsMessaging } from './support/tls-messaging.ts';
import { tlsOvn } from './support/tls-ovn.ts';
import { tunnelledCloud } from './support/tunnel.ts';
import { captureOfAcceptance, expectUnreadable, wires } from './support/wire.ts';

/**
 * The main job as `npm start` calls it: from nothing to a verified cloud. The packages are on the node already, as
 * packages.test.ts leaves them, which also has the interruptions of their installation.
 */
const name = 'e2edeploy';
const lab = { name, directory: labDirectory() };
let folder = '';
let access: UpAccess;

const MANAGEMENT = '192.168.21.11';

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

const FILE = 'trial/cloud.yaml';

/** Runs a command on the deployed cloud with `--json`. */
const command = async (...words: readonly string[]) =>
  await runCli(folder, [...words, '-f', FILE, '--json'], 900);

/** The same for a command that must end with exit code 0. */
async function succeeds(...words: readonly string[]): Promise<readonly RunEvent[]> {
  const run = await command(...words);
  expect(run.code, run.output.slice(-6000)).toBe(0);
  return eventsOf(run.stdout);
}

const idsOf = (events: readonly RunEvent[], type: 'change-planned' | 'change-done'): readonly string[] =>
  events.flatMap((event) => (event.type === type ? [event.resource] : [])).toSorted();

/** What an `apply` changes. */
const applied = async (): Promise<readonly string[]> => idsOf(await succeeds('apply'), 'change-done');

/** A command of the standard client on the node, as the administrator. */
async function openstack(words: string): Promise<Record<string, unknown>[]> {
  const line = `OS_CLIENT_CONFIG_FILE=/root/clouds.yaml openstack --os-cloud trial ${words}`;
  return JSON.parse(await printed(node, `${line} -f json`)) as Record<string, unknown>[];
}

/** The secrets of the cloud, by name. */
async function secrets(): Promise<Readonly<Record<string, string>>> {
  const view = await runCli(folder, ['vault', 'view', '-f', FILE, '--json'], 60);
  return dataOf<{ secrets: Readonly<Record<string, string>> }>(view.stdout).secrets;
}

/** Changes the description for the time of `work`. */
async function described(edit: (text: string) => string, work: () => Promise<void>): Promise<void> {
  const file = join(folder, FILE);
  const original = await readFile(file, 'utf8');
  const changed = edit(original);
  expect(changed).not.toBe(original);
  await writeFile(file, changed);
  try {
    await work();
  } finally {
    await writeFile(file, original);
  }
}

describe('an all-in-one cloud', () => {
  it('is deployed, verified and passes the acceptance test, of which nobody on a network reads anything', async () => {
    const up = startCli(folder, ['up', '--lab', name, '--layer', await packageLayer()]);
    const capture = await captureOfAcceptance(up, join(folder, 'trial'), wires(name));
    const run = await up.ended;

    expect(run.code, run.output).toBe(0);
    await expectUnreadable(capture ?? expect.fail(`no acceptance test:\n${run.output}`));
    expect(run.stdout).toContain('(Acceptance test): verified in');
    expect(run.stdout).toContain('https://192.168.21.100:31000');
    expect(run.output).not.toContain('✗');
  });

  it('finds everything in place the first time after that, and does not test again', async () => {
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
    const { admin_password: password = '' } = await secrets();
    const browser = await startBrowser(access.networkNamespace);
    try {
      const { dashboard = 'no dashboard' } = access;
      await logIn(browser, dashboard, { user: 'admin', password, domain: 'Default' });
      await browser.open(new URL('/horizon/project/instances/', dashboard).href);
      await browser.until('the instances', `document.title.startsWith('Instances')`);
    } finally {
      await browser.close();
    }
  });

  it('finds everything in place the second time, and has nothing to plan', async () => {
    const events = await succeeds('apply');
    expect(events.filter((event) => event.type === 'change-started')).toEqual([]);
    expect(events.find((event) => event.type === 'run-finished')).toMatchObject({
      outcome: 'done',
      changed: 0,
    });
    expect(idsOf(await succeeds('plan'), 'change-planned')).toEqual([]);
  });

  it('is healthy to every check, also the thorough ones', async () => {
    const run = await runCli(folder, ['verify', '-f', 'trial/cloud.yaml'], 300);

    expect(run.code, run.output).toBe(0);
    expect(run.stdout).toContain('audit (Audit): verified');
  });

  it('has every server of haproxy up', async () => {
    const servers = await balancedServers(node);
    expect(servers.length).toBeGreaterThan(12);
    expect(servers.filter(({ status }) => !/^(UP|no check)/.test(status))).toEqual([]);
  });

  it('has its key files, for their owners alone, and cleans up every day', async () => {
    const keys = await printed(node, "stat -c '%U %a %n' /etc/keystone/*-keys/*");
    for (const folder of ['fernet-keys', 'credential-keys']) {
      for (const number of [0, 1]) expect(keys).toContain(`keystone 600 /etc/keystone/${folder}/${number}`);
    }
    for (const service of ['compute', 'volume', 'orchestration', 'key-manager']) {
      const timer = `cloudwright-purge-${service}.timer`;
      expect(await printed(node, `systemctl is-enabled ${timer} && systemctl is-active ${timer}`)).toBe(
        'enabled\nactive',
      );
    }
  });

  it('repairs what was changed by hand, and nothing else', async () => {
    await printed(
      node,
      'sed -i s/65536/1024/ /etc/security/limits.d/60-cloudwright.conf && systemctl stop memcached && rm /etc/ceph/ceph.client.glance.keyring',
    );
    expect(idsOf(await succeeds('apply'), 'change-done')).toEqual([
      'control1/file:/etc/ceph/ceph.client.glance.keyring',
      'control1/file:/etc/security/limits.d/60-cloudwright.conf',
      'control1/service:glance-api',
      'control1/service:memcached',
    ]);
  });

  it('lets an API that cannot load its application fail as a unit, and repairs it', async () => {
    await printed(
      node,
      "printf 'no option\\n' >/etc/placement/placement.conf && { systemctl restart placement-api || :; }",
    );
    // It ends at once and is started again; never does it answer with an error of an application that is not there.
    await waitFor(
      'placement-api to have failed',
      async () => /^exit-code$/m.test(await printed(node, 'systemctl show placement-api -P Result')),
      60,
    );
    const answers = await printed(
      node,
      `for n in 1 2 3 4 5; do curl -s -m 2 -o /dev/null -w '%{http_code} ' http://${MANAGEMENT}:8778/ || :; done`,
    );
    expect(answers).not.toMatch(/[1-9]\d\d/);
    const verify = await command('verify', 'placement');
    expect(verify.code, verify.output).toBe(1);

    expect(idsOf(await succeeds('apply'), 'change-done')).toEqual([
      'control1/file:/etc/placement/placement.conf',
      'control1/service:placement-api',
    ]);
  });

  it('serves the standard client with the written clouds.yaml', async () => {
    const cloudsFile = join(folder, 'trial', 'clouds.yaml');
    expect((await stat(cloudsFile)).mode & 0o077).toBe(0);
    const clouds = await readFile(cloudsFile, 'utf8');
    const authority = join(folder, 'trial', 'ca.pem');
    const copies = {
      'clouds.yaml': clouds.replaceAll(authority, '/root/ca.pem'),
      'ca.pem': await readFile(authority, 'utf8'),
    };
    for (const [file, text] of Object.entries(copies)) {
      const encoded = Buffer.from(text).toString('base64');
      await printed(node, `umask 077; base64 -d > /root/${file} <<'END'\n${encoded}\nEND`);
    }

    const compute = await openstack('compute service list');
    expect(compute.map((row) => `${row.Binary} ${row.State}`).sort()).toEqual([
      'nova-compute up',
      'nova-conductor up',
      'nova-scheduler up',
    ]);
    const agents = await openstack('network agent list');
    expect(agents.map((row) => row.Binary).sort()).toEqual(['neutron-ovn-metadata-agent', 'ovn-controller']);
    expect(agents.every((row) => row.Alive === true)).toBe(true);
    const catalog = await openstack('service list');
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
        'object-store',
      ]),
    );
    expect(await openstack('image list')).toEqual([]);
    expect(await openstack('server list --all-projects')).toEqual([]);
  });

  it('keeps objects of a client that has a token', async () => {
    const content = 'what goes in comes out';
    await printed(node, `printf '${content}' >/root/object`);
    await openstack('container create e2e');
    await openstack('object create e2e /root/object --name text');
    const client = 'OS_CLIENT_CONFIG_FILE=/root/clouds.yaml openstack --os-cloud trial';
    expect(await printed(node, `${client} object save e2e text --file -`)).toBe(content);
    expect(await openstack('object list e2e')).toEqual([{ Name: 'text' }]);
    await printed(node, `${client} container delete --recursive e2e`);
    expect(await openstack('container list')).toEqual([]);
  });

  it('takes an option from the description into a configuration file, and out of it again', async () => {
    const changed = ['control1/file:/etc/nova/nova.conf', 'control1/service:nova-compute'];
    const timeout = async (): Promise<string> =>
      await printed(node, "sed -n 's/^vif_plugging_timeout = //p' /etc/nova/nova.conf");
    expect(await timeout()).toBe('120');
    await described(
      (text) =>
        `${text}\nconfig:\n  compute:\n    nova.conf:\n      DEFAULT:\n        vif_plugging_timeout: 240\n`,
      async () => {
        const line = (await readFile(join(folder, FILE), 'utf8')).trimEnd().split('\n').length;
        const planned = await succeeds('plan');
        const [file] = planned.filter(
          (event) => event.type === 'change-planned' && event.resource === changed[0],
        );
        expect(file).toMatchObject({ difference: expect.stringMatching(/^\+.*vif_plugging_timeout = 240/m) });
        expect(file).toMatchObject({ difference: expect.stringContaining(`cloud.yaml:${line}`) });
        expect(idsOf(await succeeds('apply'), 'change-done')).toEqual(expect.arrayContaining(changed));
        expect(await timeout()).toBe('240');
      },
    );
    expect(idsOf(await succeeds('apply'), 'change-done')).toEqual(expect.arrayContaining(changed));
    expect(await timeout()).toBe('120');
    expect(idsOf(await succeeds('plan'), 'change-planned')).toEqual([]);
  });

  it('removes a service that is switched off, but its database only by name, and brings it back', async () => {
    const database = 'control1/mysql-database:heat';
    const removed = [
      'API/identity-service:orchestration',
      'API/identity-user:Default/heat',
      'control1/file:/etc/heat/heat.conf',
      'control1/mysql-user:heat',
      'control1/service:heat-api',
      'control1/service:heat-engine',
    ];
    await described(
      (text) => text.replace('orchestration: true', 'orchestration: false'),
      async () => {
        const planned = await succeeds('plan');
        expect(idsOf(planned, 'change-planned')).toEqual(expect.arrayContaining([...removed, database]));
        const refused = planned.flatMap((event) =>
          event.type === 'change-planned' && event.refused ? [event.resource] : [],
        );
        expect(refused).toContain(database);
        for (const id of removed) expect(refused).not.toContain(id);
        const asked = await succeeds('plan', '--remove', database);
        const drop = asked.find((event) => event.type === 'change-planned' && event.resource === database);
        expect(drop).toMatchObject({ loses: expect.stringContaining('heat') });
        expect(drop).not.toHaveProperty('refused');

        const events = await succeeds('apply');
        expect(
          events.flatMap((event) =>
            event.type === 'problem' && event.problem.code === 'DATA_LOSS_REFUSED'
              ? [event.problem.place?.kind === 'cloud' ? event.problem.place.resource : undefined]
              : [],
          ),
        ).toContain(database);
        const done = idsOf(events, 'change-done');
        expect(done).toEqual(expect.arrayContaining(removed));
        expect(done).not.toContain(database);
      },
    );
    const catalog = (await openstack('service list')).map((row) => row.Type);
    expect(catalog).not.toContain('orchestration');
    expect(catalog).toContain('compute');
    const users = (await openstack('user list')).map((row) => row.Name);
    expect(users).not.toContain('heat');
    expect((await node('systemctl is-active heat-engine')).stdout.trim()).toBe('inactive');
    expect((await node('systemctl is-enabled heat-engine')).stdout.trim()).toBe('disabled');
    expect((await node('test -e /etc/heat/heat.conf')).exitCode).not.toBe(0);
    expect(await printed(node, `mariadb -N -B -e "show databases like 'heat'"`)).toBe('heat');

    // Its own checks deploy a stack and delete it.
    await succeeds('apply');
    expect((await openstack('service list')).map((row) => row.Type)).toContain('orchestration');
    expect(idsOf(await succeeds('plan'), 'change-planned')).toEqual([]);
  });

  it('is refused to another cloud, and to itself without its vault, and nothing is changed', async () => {
    const before = await printed(node, 'cat /var/lib/cloudwright/cloud-id');
    const other = mkdtempSync(join(tmpdir(), 'cloudwright-e2e-other-'));
    const vault = join(folder, 'trial', 'vault.yml');
    try {
      await copyFile(join(folder, FILE), join(other, 'cloud.yaml'));
      const foreign = await runCli(other, ['apply', '--json'], 120);
      expect(foreign.code, foreign.output).toBe(1);
      expect(foreign.output).toContain('HOST_OF_OTHER_CLOUD');
      expect(eventsOf(foreign.stdout).filter((event) => event.type === 'change-started')).toEqual([]);
      expect(existsSync(join(other, 'vault.yml'))).toBe(false);

      await rename(vault, `${vault}.lost`);
      for (const verb of ['plan', 'apply', 'verify']) {
        const run = await command(verb);
        expect(run.code, run.output).toBe(2);
        expect(run.output).toContain('VAULT_MISSING');
        expect(existsSync(vault)).toBe(false);
      }
    } finally {
      await rename(`${vault}.lost`, vault).catch(() => {});
      await rm(other, { recursive: true, force: true });
    }
    expect(await printed(node, 'cat /var/lib/cloudwright/cloud-id')).toBe(before);
    expect(idsOf(await succeeds('plan'), 'change-planned')).toEqual([]);
  });

  firewall(lab, node, () => join(folder, FILE), applied);
  audit(node, command, applied);
  databaseTls(node, secrets, applied);
  hypervisorTls(node, secrets, applied);
  tlsOvn(node, secrets);
  tlsMessaging(node, MANAGEMENT, '192.168.21.100');
  processConnections(node);
  leastRights(node, openstack);

  const cloud = () =>
    tunnelledCloud(join(folder, 'trial', 'clouds.yaml'), join(lab.directory, name, 'ssh_config'), 'control1');
  openstackKinds(cloud, 'control1');

  it('comes back by itself after a power cut', async () => {
    const cut = await runCli(folder, ['lab', 'cut', 'control1', '--lab', name], 120);
    expect(cut.code, cut.output).toBe(0);
    const heal = await runCli(folder, ['lab', 'heal', 'control1', '--lab', name], 120);
    expect(heal.code, heal.output).toBe(0);

    await succeeds('apply');
  });

  it('leaves nothing behind when its lab is taken down', async () => {
    const down = await runCli(folder, ['lab', 'down', '--lab', name], 300);
    expect(down.code, down.output).toBe(0);
    expect(await labRemains(lab)).toEqual({ namespaces: [], groups: [], mounts: [], files: [] });
  });
});
