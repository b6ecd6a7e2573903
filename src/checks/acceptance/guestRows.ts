import { fail } from '../../errors/problem.ts';
import { readScreen } from './console.ts';
import { type Guest, type GuestAccess, ping, runInGuest, withConsole } from './guest.ts';
import { addressOf, bootInstance, parsePartitions, waitForVolume } from './instance.ts';
import { type ProviderNetwork, tenantCidr } from './provider.ts';
import type { Row, Rows } from './rows.ts';

/** What both instances are made of. */
export interface Common {
  /** The name that everything starts with. */
  readonly run: string;
  readonly rows: Rows;
  readonly access: GuestAccess;
  readonly parts: {
    readonly image: Row<string>;
    readonly flavor: Row<string>;
    readonly keypair: Row<string>;
    readonly securityGroup: Row<string>;
  };
  readonly activeSeconds: number;
}

const VOLUME_GIB = 1;
const VOLUME_SECONDS = 180;

/** The instance on the provider network, and the volume that it sees. */
export function providerRows(common: Common, provider: Row<ProviderNetwork>): void {
  const { rows, run, access } = common;
  const { client } = access;
  const wait = { limitSeconds: VOLUME_SECONDS, signal: access.signal };
  const name = `${run}-volume`;

  const guest = bootRow(
    common,
    'instance',
    'Instance on the provider network',
    `${run}-provider`,
    provider,
    (have) => have.network.id,
  );
  rows.row('console', 'Screen of the instance through the console proxy', { guest }, async (have) => {
    const screen = await readScreen(client, have.guest);
    return { value: screen, sentence: `${screen.width} × ${screen.height}, ${screen.title}` };
  });
  const reached = reachRows(common, guest, '', 'the provider network');
  const volume = rows.row('volume', 'Volume', { ready: common.parts.securityGroup }, async () => {
    const made = await client.volume.create({ name, size: VOLUME_GIB });
    await waitForVolume(client, made.id, name, 'available', wait);
    return { value: made.id, sentence: `${VOLUME_GIB} GiB, available` };
  });
  const attached = rows.row(
    'volume-attach',
    'Volume seen in the instance',
    { guest, reached, volume },
    async (have) => {
      const before = parsePartitions(await runInGuest(access, have.guest, 'cat /proc/partitions'));
      await client.compute.attachVolume(have.guest.id, have.volume);
      await waitForVolume(client, have.volume, name, 'in-use', wait);
      const device = await withConsole(access, have.guest, () => newDisk(access, have.guest, before));
      return { value: device, sentence: `in use, the guest sees ${device.name} of ${device.gib} GiB` };
    },
  );
  rows.row('volume-detach', 'Volume detached', { guest, volume, attached }, async (have) => {
    await client.compute.detachVolume(have.guest.id, have.volume);
    await waitForVolume(client, have.volume, name, 'available', wait);
    return { value: true, sentence: 'available again' };
  });
}

/** A network, router and floating address of a tenant, with an instance behind them. */
export function tenantRows(
  common: Common,
  provider: Row<ProviderNetwork>,
  providerCidr: string,
  leftOut: string | undefined,
): void {
  const { rows, run, access } = common;
  if (leftOut !== undefined) {
    rows.skip('tenant-network', 'Tenant network, router and floating address', leftOut);
    return;
  }
  const { client } = access;
  const name = `${run}-tenant`;
  const tenant = rows.row('tenant-network', 'Tenant network and router', { provider }, async (have) => {
    if (!have.provider.network['router:external']) {
      fail('CHECK_PROVIDER_NOT_EXTERNAL', { details: { network: have.provider.network.name } });
    }
    const network = await client.network.createNetwork({ name });
    const cidr = tenantCidr(providerCidr);
    const subnet = await client.network.createSubnet({ name, network_id: network.id, ip_version: 4, cidr });
    const router = await client.network.createRouter({
      name,
      external_gateway_info: { network_id: have.provider.network.id },
    });
    await client.network.addRouterInterface(router.id, subnet.id);
    return {
      value: { id: network.id, external: have.provider.network.id },
      sentence: `${cidr} behind a router`,
    };
  });
  const inside = bootRow(
    common,
    'tenant-instance',
    'Instance on the tenant network',
    name,
    tenant,
    (have) => have.id,
  );
  const floating = rows.row('floating-address', 'Floating address', { tenant, inside }, async (have) => {
    const [port] = await client.network.ports({ device_id: have.inside.id });
    if (!port) return fail('API_NOT_FOUND', { details: { kind: 'port', name, by: 'the floating address' } });
    const made = await client.network.createFloatingAddress({
      floating_network_id: have.tenant.external,
      port_id: port.id,
      description: name,
    });
    const value: Guest = { ...have.inside, address: made.floating_ip_address };
    return { value, sentence: `${made.floating_ip_address} leads to ${have.inside.address}` };
  });
  reachRows(common, floating, 'floating-', 'its floating address');
}

function bootRow<T>(
  common: Common,
  row: string,
  title: string,
  name: string,
  network: Row<T>,
  idOf: (network: T) => string,
): Row<Guest> {
  const { client, signal } = common.access;
  return common.rows.row(row, title, { ...common.parts, network }, async (have) => {
    const began = Date.now();
    const server = await bootInstance(
      client,
      {
        name,
        imageRef: have.image,
        flavorRef: have.flavor,
        key_name: have.keypair,
        networks: [{ uuid: idOf(have.network as T) }],
        security_groups: [{ name: have.securityGroup }],
      },
      { limitSeconds: common.activeSeconds, signal },
    );
    const guest: Guest = { id: server.id, name, address: addressOf(server) };
    const seconds = Math.round((Date.now() - began) / 1000);
    const where = server['OS-EXT-SRV-ATTR:host'] ?? 'a compute host';
    return { value: guest, sentence: `ACTIVE after ${seconds} s on ${where}, address ${guest.address}` };
  });
}

/** Ping, ssh and the guest's name, which it can only have from the metadata service. */
function reachRows(common: Common, guest: Row<Guest>, prefix: string, through: string): Row<string> {
  const { rows, access } = common;
  const answers = rows.row(`${prefix}ping`, `Ping through ${through}`, { guest }, async (have) => {
    await withConsole(access, have.guest, () => ping(access, have.guest));
    return { value: true, sentence: `${have.guest.address} answers` };
  });
  const login = rows.row(`${prefix}ssh`, `ssh through ${through}`, { guest, answers }, async (have) => {
    const said = await withConsole(access, have.guest, () => runInGuest(access, have.guest, 'hostname'));
    return { value: said.trim(), sentence: `${access.user} is let in with the key of the test` };
  });
  return rows.row(`${prefix}metadata`, 'Metadata in the guest', { guest, login }, async (have) => {
    const hostname = have.login.split('.')[0] ?? '';
    if (hostname === have.guest.name) return { value: hostname, sentence: `the guest is called ${hostname}` };
    return withConsole(access, have.guest, async () =>
      fail('CHECK_GUEST', {
        details: {
          name: have.guest.name,
          found: `the guest is called "${hostname}"`,
          reason: 'Its name comes from the metadata service, which gives the name of the instance.',
        },
      }),
    );
  });
}

/** Waits for a disk of the volume's size that was not there before. */
function newDisk(
  access: GuestAccess,
  guest: Guest,
  before: ReadonlyMap<string, number>,
): Promise<{ readonly name: string; readonly gib: number }> {
  return access.client.until(
    `a new disk of ${VOLUME_GIB} GiB in ${guest.name}`,
    async () => {
      const now = parsePartitions(await runInGuest(access, guest, 'cat /proc/partitions'));
      for (const [name, kib] of now) {
        if (!before.has(name) && kib === VOLUME_GIB * 1024 ** 2) return { value: { name, gib: VOLUME_GIB } };
      }
      return { seen: `disks ${[...now.keys()].join(', ')}` };
    },
    60,
    { signal: access.signal, interval: 500 },
  );
}
