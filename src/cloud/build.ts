import { isAbsolute, join } from 'node:path';
import type { Cloud, CloudNetwork, Host, NetworkName, Role, StorageBackend } from './cloud.ts';
import { defaultMinimums, GIB, haLevels, MIB, placementGroups } from './defaults.ts';
import type { Draft, DraftNetwork } from './draft.ts';
import type { DraftedHost } from './expand.ts';
import { formatNetwork, parseNetwork } from './ipv4.ts';
import { buildOverrides } from './overrides.ts';
import { optionalServices } from './services.ts';

/** A cloud before its secrets are there: all that `validate` and planning without hosts need. */
export type DescribedCloud = Omit<Cloud, 'secrets'>;

/** Where the description lies and whose home `~` is. */
export interface BuildPlace {
  /** Absolute. */
  readonly folder: string;
  readonly home: string;
}

/** Makes the cloud of a sound draft; nothing when a needed part is absent. */
export function buildCloud(
  draft: Draft,
  hosts: readonly DraftedHost[],
  place: BuildPlace,
): DescribedCloud | undefined {
  const { sections, name } = draft;
  const { ssh, time, packages, ha, storage, network, compute, services, dashboard, volume, test } = sections;
  const { release, region, object_store: objectStore, minimums, clock_tolerance: clockTolerance } = sections;
  const management = cloudNetwork(draft.networks.management);
  if (!name || !ssh || !time || !packages || !ha || !storage || !network || !compute || !services)
    return undefined;
  if (!dashboard || !volume || !test || !release || !region || !objectStore || !minimums) return undefined;
  if (clockTolerance === undefined || !management?.cidr || !management.vip) return undefined;
  const { cidr, vip } = management;

  const optional: Partial<Record<Exclude<NetworkName, 'management'>, CloudNetwork>> = {};
  for (const other of ['service', 'provider', 'overlay', 'storage'] as const) {
    const found = cloudNetwork(draft.networks[other]);
    if (found) optional[other] = found;
  }
  const physical =
    network.physical_networks ??
    (optional.provider ? [{ name: 'external', bridge: 'br-ex', vlans: [] }] : []);
  const level = haLevels[ha.level];
  return {
    name,
    release,
    region,
    folder: place.folder,
    hosts: hosts.map(cloudHost),
    networks: { management: { ...management, cidr, vip }, ...optional },
    ssh: {
      user: ssh.user,
      port: ssh.port,
      sudo: ssh.sudo ?? ssh.user !== 'root',
      ...(ssh.config !== undefined && { configFile: resolvePath(ssh.config, place) }),
      ...(ssh.key !== undefined && { identityFile: resolvePath(ssh.key, place) }),
    },
    timeServers: time.servers,
    packages: {
      ...(packages.mirror !== undefined && { mirror: packages.mirror }),
      ...(packages.security_mirror !== undefined && { securityMirror: packages.security_mirror }),
      ...(packages.proxy !== undefined && { proxy: packages.proxy }),
    },
    ha: {
      level: ha.level,
      interval: ha.interval ?? level.interval,
      timeout: ha.timeout ?? level.timeout,
      rise: ha.rise ?? level.rise,
      fall: ha.fall ?? level.fall,
    },
    virtualRouterId: ha.virtual_router_id,
    backends: storage.backends.map((backend): StorageBackend => {
      if (typeof backend === 'string') return { type: backend, name: backend, options: {} };
      const { type, name: backendName, ...options } = backend;
      return { type, name: backendName ?? type, options };
    }),
    ceph: cephSettings(storage.ceph, hosts),
    physicalNetworks: physical.map(({ name: physicalName, bridge, vlans, ...more }) => ({
      name: physicalName,
      bridge,
      vlans,
      ...('interface' in more && more.interface !== undefined && { interface: more.interface }),
    })),
    network: {
      mechanism: network.mechanism,
      datapath: network.datapath,
      tenantTypes: network.tenant_types ?? (optional.overlay ? ['geneve'] : []),
    },
    compute: {
      virtualization: compute.virtualization,
      cpuRatio: compute.cpu_ratio,
      memoryRatio: compute.memory_ratio,
      diskRatio: compute.disk_ratio,
      reservedMemoryMiB: compute.reserved_memory_mib,
    },
    services: wantedServices(services, hosts),
    dashboardPort: dashboard.port,
    volumeBackup: volume.backup,
    objectStoreUser: objectStore.user,
    minimums: mergeMinimums(minimums),
    clockTolerance,
    overrides: buildOverrides(draft),
    test: {
      vantage: test.vantage,
      ...(test.image !== undefined && { image: resolvePath(test.image, place) }),
      ...(test.provider_cidr !== undefined && { providerCidr: normalCidr(test.provider_cidr) }),
      ...(test.provider_gateway !== undefined && { providerGateway: test.provider_gateway }),
      ...(test.first_address !== undefined && { firstAddress: test.first_address }),
      ...(test.last_address !== undefined && { lastAddress: test.last_address }),
    },
  };
}

/** Freezes a value and all that hangs on it, plain objects and lists alone. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null && !Array.isArray(value)) return value;
  Object.freeze(value);
  for (const inner of Object.values(value)) deepFreeze(inner);
  return value;
}

function cloudNetwork(network: DraftNetwork | undefined): CloudNetwork | undefined {
  if (!network) return undefined;
  const { name, mtu, range, vip } = network;
  return {
    name,
    interface: network.interface,
    mtu,
    ...(range && { cidr: formatNetwork(range) }),
    ...(vip !== undefined && { vip }),
  };
}

function cloudHost(host: DraftedHost): Host {
  const management = host.addresses.management?.text ?? host.entry.description.address;
  const others: Partial<Record<NetworkName, string>> = {};
  for (const address of Object.values(host.addresses)) others[address.network] = address.text;
  return {
    name: host.name,
    sshAddress: host.sshAddress,
    roles: host.roles,
    interfaces: host.interfaces,
    addresses: { ...others, management },
    devices: host.entry.description.devices,
  };
}

function cephSettings(
  given: NonNullable<Draft['sections']['storage']>['ceph'],
  hosts: readonly DraftedHost[],
): Cloud['ceph'] {
  const osdHosts = hosts.filter((host) => host.roles.has('osd'));
  const devices = osdHosts.flatMap((host) => host.entry.description.devices);
  const trial = devices.length > 0 && devices.every((device) => device.startsWith('file:'));
  const poolSize = given.pool_size ?? Math.min(3, Math.max(1, osdHosts.length));
  return {
    poolSize,
    poolMinSize: given.pool_min_size ?? Math.max(1, poolSize - 1),
    pgNum: given.pg_num ?? placementGroups(devices.length, poolSize, trial),
    osdMemory: given.osd_memory === undefined ? (trial ? GIB : 4 * GIB) : bytes(given.osd_memory),
  };
}

function bytes(size: string): number {
  return Number(size.slice(0, -1)) * (size.endsWith('G') ? GIB : MIB);
}

function wantedServices(
  services: NonNullable<Draft['sections']['services']>,
  hosts: readonly DraftedHost[],
): ReadonlySet<string> {
  const gateways = hosts.some((host) => host.roles.has('rgw'));
  const wanted = optionalServices.filter(
    (service) => services[service.name] ?? (service.default === 'when-rgw' ? gateways : service.default),
  );
  return new Set(wanted.map((service) => service.name));
}

function mergeMinimums(given: NonNullable<Draft['sections']['minimums']>): Cloud['minimums'] {
  const merge = (role: Role) => {
    const shared = ['mon', 'mgr', 'osd', 'rgw'].includes(role) ? given.storage : undefined;
    const own = given[role];
    const usual = defaultMinimums[role];
    const deviceGiB = own?.device_gib ?? shared?.device_gib ?? usual.deviceGiB;
    return {
      cpus: own?.cpus ?? shared?.cpus ?? usual.cpus,
      memoryGiB: own?.memory_gib ?? shared?.memory_gib ?? usual.memoryGiB,
      diskGiB: own?.disk_gib ?? shared?.disk_gib ?? usual.diskGiB,
      ...(deviceGiB !== undefined && { deviceGiB }),
    };
  };
  return {
    control: merge('control'),
    network: merge('network'),
    compute: merge('compute'),
    mon: merge('mon'),
    mgr: merge('mgr'),
    osd: merge('osd'),
    rgw: merge('rgw'),
  };
}

function normalCidr(text: string): string {
  const range = parseNetwork(text);
  return range ? formatNetwork(range) : text;
}

function resolvePath(path: string, place: BuildPlace): string {
  if (path === '~' || path.startsWith('~/')) return join(place.home, path.slice(1));
  return isAbsolute(path) ? path : join(place.folder, path);
}
