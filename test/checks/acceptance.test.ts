import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestClient } from '../../src/checks/acceptance/guest.ts';
import { type AcceptanceInput, type AcceptanceResult, acceptance } from '../../src/checks/acceptance.ts';
import { Confidential, reveal } from '../../src/secrets/confidential.ts';
import { makeSshKeyPair } from '../../src/vault/ssh-key.ts';
import { type FakeCloud, withFakeCloud } from '../api/fake-cloud.ts';
import { type Conversation, goodScreen, untrustedScreen } from '../api/fake-console.ts';
import { addWorkload, type FakeWorkload } from '../api/fake-workload.ts';

let folder = '';
let image = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cw-acceptance-'));
  image = join(folder, 'guest.img');
  const disk = Buffer.alloc(4096);
  disk.writeUInt16BE(0x55aa, 510);
  await writeFile(image, disk);
});

afterAll(() => rm(folder, { recursive: true }));

const { publicKey, privateKey } = makeSshKeyPair('test');
const keyPair = { publicKey, privateKey: new Confidential(privateKey) };

const provider = {
  cidr: '203.0.113.0/24',
  gateway: '203.0.113.1',
  first: '203.0.113.50',
  last: '203.0.113.99',
  physicalNetwork: 'external',
};

/** Guests that behave: they answer, know their name and see the volumes that are attached to them. */
function goodTestClient(state: FakeWorkload, scripts: string[] = []): TestClient {
  return async (script) => {
    const text = reveal(script);
    scripts.push(text);
    const answer = (stdout: string) => ({ exitCode: 0, stdout, stderr: '' });
    if (text.includes('command -v')) return answer('');
    if (text.startsWith('ping ')) return answer('1 received');
    const address = /'root@([\d.]+)'/.exec(text)?.[1];
    const server = state.servers.find((one) => {
      const floating = state.floatingips.find((each) => each.floating_ip_address === address);
      const port = state.ports.find((each) => each.id === floating?.port_id);
      return one.addresses.net[0].addr === address || one.id === port?.device_id;
    });
    if (!server) return { exitCode: 255, stdout: '', stderr: 'No route to host' };
    if (text.includes("'hostname'")) return answer(`${server.name}\n`);
    const attached = state.volumes.some((one) => one.server === server.id && one.status === 'in-use');
    const disks = `major minor  #blocks  name\n\n 253 0 1048576 vda\n${attached ? ' 253 16 1048576 vdb\n' : ''}`;
    return answer(disks);
  };
}

type NewEvent = Parameters<AcceptanceInput['emit']>[0];

async function run(
  cloud: FakeCloud,
  state: FakeWorkload,
  more: Partial<AcceptanceInput> = {},
): Promise<AcceptanceResult & { readonly events: readonly NewEvent[] }> {
  const events: NewEvent[] = [];
  const result = await acceptance({
    keyPair,
    emit: (event) => events.push(event),
    client: cloud.client(),
    provider,
    image: { file: image },
    testClient: goodTestClient(state),
    limits: { active: 5, answer: 1 },
    ...more,
  });
  return { ...result, events };
}

/** The problem of a failed row, which only its event carries. */
function problemOf(result: { readonly events: readonly NewEvent[] }, name: string) {
  const found = result.events.find((event) => event.type === 'check-failed' && event.check === name);
  return found?.type === 'check-failed' ? found.problem : undefined;
}

function rowOf(result: AcceptanceResult, name: string) {
  const row = result.rows.find((one) => one.name === name);
  if (!row) throw new Error(`no row ${name}`);
  return row;
}

function nothingLeft(state: FakeWorkload): void {
  const { changes: _, rules: __, broken: ___, subnets: ____, screen: _____, ...things } = state;
  expect(things).toEqual({
    images: [],
    flavors: [],
    keypairs: [],
    servers: [],
    volumes: [],
    networks: [],
    ports: [],
    routers: [],
    'security-groups': [{ id: 'sg-default', name: 'default' }],
    floatingips: [],
  });
}

describe('acceptance', () => {
  it('passes every row on a good cloud and leaves nothing', () =>
    withFakeCloud(async (cloud) => {
      const state = addWorkload(cloud);
      const result = await run(cloud, state);
      expect(result.rows.filter((row) => !row.ok)).toEqual([]);
      expect(result.ok).toBe(true);
      expect(result.rows.map((row) => row.name)).toEqual([
        'input',
        'test-client',
        'leftovers',
        'provider-network',
        'image',
        'flavor',
        'keypair',
        'security-group',
        'instance',
        'console',
        'ping',
        'ssh',
        'metadata',
        'volume',
        'volume-attach',
        'volume-detach',
        'tenant-network',
        'tenant-instance',
        'floating-address',
        'floating-ping',
        'floating-ssh',
        'floating-metadata',
        'clean-up',
      ]);
      expect(rowOf(result, 'instance').sentence).toMatch(
        /^ACTIVE after \d+ s on aio, address 203\.0\.113\.6\d$/,
      );
      expect(rowOf(result, 'console').sentence).toBe('720 × 400, QEMU (instance)');
      expect(rowOf(result, 'volume-attach').sentence).toBe('in use, the guest sees vdb of 1 GiB');
      const checks = (type: string) =>
        result.events.flatMap((event) => (event.type === type && 'check' in event ? [event.check] : []));
      expect(checks('check-passed').sort()).toEqual(result.rows.map((row) => row.name).sort());
      expect(checks('check-waiting')).toHaveLength(result.rows.length);
      expect(JSON.parse(JSON.stringify(result)).name).toMatch(/^cw-test-[0-9a-f]{6}$/);
      nothingLeft(state);
    }));

  it.each([
    ['does not trust the compute host', untrustedScreen, 'could not agree with the compute host'],
    ['is no console', [{ send: Buffer.from('HTTP/1.1 400\n') }], 'it speaks'],
    [
      'wants a password of the browser',
      [goodScreen[0], { ...goodScreen[1], send: Buffer.of(1, 2) }],
      'types 2',
    ],
  ] as [string, Conversation, string][])(
    'fails for a console whose proxy %s, without its token',
    (_, screen, reason) =>
      withFakeCloud(async (cloud) => {
        const state = addWorkload(cloud);
        state.screen = screen;
        const result = await run(cloud, state);
        expect(result.ok).toBe(false);
        expect(problemOf(result, 'console')?.code).toBe('CHECK_CONSOLE');
        expect(problemOf(result, 'console')?.what).toContain(reason);
        expect(JSON.stringify([result, result.events])).not.toContain('token');
        expect(rowOf(result, 'ssh').ok).toBe(true);
      }),
  );

  it('opens ping and ssh in a group of its own and never in a default one', () =>
    withFakeCloud(async (cloud) => {
      const state = addWorkload(cloud);
      await run(cloud, state);
      expect(state.rules.map((rule) => [rule.protocol, rule.port_range_min])).toEqual([
        ['icmp', undefined],
        ['tcp', 22],
      ]);
      expect(state.rules.some((rule) => rule.security_group_id === 'sg-default')).toBe(false);
    }));

  it('gives the private key to the testClient alone, as a secret, in a file that goes away', () =>
    withFakeCloud(async (cloud) => {
      const state = addWorkload(cloud);
      const bare: string[] = [];
      const inner = goodTestClient(state);
      const testClient: TestClient = (script, limit) => {
        if (!(script instanceof Confidential)) bare.push(script);
        else expect(`${script}`).not.toContain('b3BlbnNzaC1rZXk');
        return inner(script, limit);
      };
      const result = await run(cloud, state, { testClient });
      expect(bare.join()).not.toContain('PRIVATE KEY');
      expect(JSON.stringify(result)).not.toContain('PRIVATE KEY');
      expect(cloud.requests.join()).not.toContain('PRIVATE KEY');
      const scripts: string[] = [];
      await run(cloud, state, { testClient: goodTestClient(state, scripts) });
      const login = scripts.find((script) => script.includes('ssh -F')) ?? '';
      expect(login).toContain('umask 077');
      expect(login).toContain(`trap 'rm -rf "$folder"' EXIT`);
    }));

  it('keeps everything when asked to, and the next run removes it first', () =>
    withFakeCloud(async (cloud) => {
      const state = addWorkload(cloud);
      const kept = await run(cloud, state, { keep: true });
      expect(kept.ok).toBe(true);
      expect(state.servers).toHaveLength(2);
      const next = await run(cloud, state);
      expect(next.ok).toBe(true);
      expect(rowOf(next, 'leftovers').sentence).toContain(`instance ${kept.name}-provider`);
      nothingLeft(state);
    }));

  it('removes what uses a thing before it', () =>
    withFakeCloud(async (cloud) => {
      const state = addWorkload(cloud);
      await run(cloud, state);
      const at = (text: string): number => state.changes.findIndex((line) => line.startsWith(text));
      expect(at('DELETE server')).toBeLessThan(at('DELETE router'));
      expect(at('DELETE router')).toBeLessThan(at('DELETE network'));
      expect(at('DELETE network')).toBeLessThan(at('DELETE security_group'));
    }));

  it('shows why an instance failed, skips what needs it and cleans up', () =>
    withFakeCloud(async (cloud) => {
      const state = addWorkload(cloud);
      state.broken = '-provider';
      const result = await run(cloud, state);
      expect(result.ok).toBe(false);
      const instance = rowOf(result, 'instance');
      expect(instance.state).toBe('failed');
      expect(problemOf(result, 'instance')?.code).toBe('CHECK_INSTANCE_ERROR');
      expect(instance.sentence).toContain('No valid host was found.');
      expect(rowOf(result, 'volume-attach')).toMatchObject({
        state: 'skipped',
        ok: false,
        sentence: 'not tried, because instance did not pass',
      });
      // The tenant's half does not need it.
      expect(rowOf(result, 'floating-ssh').state).toBe('passed');
      nothingLeft(state);
    }));

  it('shows the console of an instance that does not answer', () =>
    withFakeCloud(async (cloud) => {
      const state = addWorkload(cloud);
      const good = goodTestClient(state);
      const testClient: TestClient = (script, limit) =>
        reveal(script).startsWith('ping ')
          ? Promise.resolve({
              exitCode: 1,
              stdout: '1 packets transmitted, 0 received, 100% packet loss',
              stderr: '',
            })
          : good(script, limit);
      const result = await run(cloud, state, { testClient, limits: { active: 5, answer: 0.1 } });
      const row = rowOf(result, 'ping');
      expect(problemOf(result, 'ping')?.code).toBe('CHECK_NO_ANSWER');
      expect(row.sentence).toContain('100% packet loss');
      expect(problemOf(result, 'ping')?.evidence).toBe('kernel up\nlogin:');
      nothingLeft(state);
    }));

  it('uses the network that the physical network carries already, and leaves it', () =>
    withFakeCloud(async (cloud) => {
      const state = addWorkload(cloud);
      const theirs = {
        id: 'theirs',
        name: 'public',
        shared: true,
        'router:external': true,
        'provider:network_type': 'flat',
        'provider:physical_network': 'external',
      };
      state.networks.push(theirs);
      state.subnets.push({ id: 's', network_id: 'theirs', ip_version: 4, cidr: '203.0.113.0/24' });
      const result = await run(cloud, state);
      expect(result.ok).toBe(true);
      expect(rowOf(result, 'provider-network').sentence).toContain('uses the existing network public');
      expect(state.networks).toEqual([theirs]);
      state.subnets[0].cidr = '198.51.100.0/24';
      const other = await run(cloud, state);
      expect(problemOf(other, 'provider-network')?.code).toBe('CHECK_PROVIDER_TAKEN');
    }));

  it('says why the tenant half is left out', () =>
    withFakeCloud(async (cloud) => {
      const state = addWorkload(cloud);
      const result = await run(cloud, state, { noTenantNetworks: 'the cloud has no overlay network' });
      expect(result.ok).toBe(true);
      expect(rowOf(result, 'tenant-network')).toMatchObject({
        state: 'skipped',
        sentence: 'the cloud has no overlay network',
      });
      expect(result.rows.some((row) => row.name === 'floating-ping')).toBe(false);
    }));

  it('touches nothing when the range or the file is not valid', () =>
    withFakeCloud(async (cloud) => {
      const state = addWorkload(cloud);
      const result = await run(cloud, state, { provider: { ...provider, last: '203.0.113.52' }, keep: true });
      expect(problemOf(result, 'input')?.code).toBe('CHECK_PROVIDER_RANGE');
      expect(cloud.take()).toEqual([]);
      const gone = await run(cloud, state, { image: { file: '/nowhere/x.img' }, keep: true });
      expect(problemOf(gone, 'input')?.code).toBe('CHECK_IMAGE_UNREADABLE');
    }));

  it('names what it could not remove', () =>
    withFakeCloud(async (cloud) => {
      const state = addWorkload(cloud);
      cloud.interfere = ({ method, path }) =>
        method === 'DELETE' && path.includes('/flavors/')
          ? { status: 500, json: { computeFault: { message: 'database is gone' } } }
          : undefined;
      const result = await run(cloud, state);
      expect(result.ok).toBe(false);
      expect(result.leftBehind).toEqual([`flavor ${result.name}-flavor`]);
      expect(rowOf(result, 'clean-up').sentence).toContain('database is gone');
    }));

  it('cleans up after an interruption', () =>
    withFakeCloud(async (cloud) => {
      const state = addWorkload(cloud);
      const control = new AbortController();
      const good = goodTestClient(state);
      const testClient: TestClient = (script, limit) => {
        if (reveal(script).startsWith('ping ')) control.abort();
        return good(script, limit);
      };
      const result = await run(cloud, state, { testClient, signal: control.signal });
      expect(result.interrupted).toBe(true);
      expect(result.ok).toBe(false);
      expect(result.rows.some((row) => problemOf(result, row.name)?.code === 'CHECK_INTERRUPTED')).toBe(true);
      expect(rowOf(result, 'clean-up').ok).toBe(true);
      nothingLeft(state);
    }));

  it(
    'fails and cleans up wherever a service breaks in the middle',
    () =>
      withFakeCloud(async (cloud) => {
        const state = addWorkload(cloud);
        for (const part of [
          'images',
          'flavors',
          'os-keypairs',
          'servers',
          'volumes',
          'networks',
          'subnets',
          'routers',
          'floatingips',
        ]) {
          cloud.interfere = ({ method, path }) =>
            method === 'POST' && path.endsWith(`/${part}`) ? { status: 500, text: 'broken' } : undefined;
          const result = await run(cloud, state);
          expect(result.ok, part).toBe(false);
          expect(result.leftBehind, part).toEqual([]);
          nothingLeft(state);
        }
      }),
    60_000,
  );
});
