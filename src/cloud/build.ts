import { isAbsolute, join } from 'node:path';
import { storageBackend } from './backends.ts';
import type { Cloud, CloudNetwork, Host, Role } from './cloud.ts';
import { defaultMinimums, GIB, haLevels, MIB, placementGroups } from './defaults.ts';
import type { Draft, DraftNetwork, Sections } from './draft.ts';
import type { DraftedHost } from './expand.ts';
import { formatNetwork, type Ipv4Network, parseNetwork } from './ipv4.ts';
import { usualReservedMemory } from './memory.ts';
import { type NetworkName, otherNetworks } from './networks.ts';
import { buildOverrides } from './overrides.ts';
import { isStorageRole, rolesNamed } from './roles.ts';
import { optionalServices } from './services.ts';

/** A cloud before its secrets are there: all that `validate` and planning without hosts need. */
export type DescribedCloud = Omit<Cloud, 'secrets'>;

/** The folder of the description, and the home folder that `~` means. */
export interface BuildPlace {
  /** Absolute. */
  readonly folder: string;
  readonly home: string;
}

/** A draft without errors: every section could be read. */
interface ReadableDraft extends Draft {
  readonly name: string;
  readonly sections: Sections;
  readonly management: DraftNetwork & { readonly range: Ipv4Network; readonly vip: string };
}

/** Makes the cloud of a draft without errors; nothing when a needed part could not be read. */
export function buildCloud(
  draft: Draft,
  hosts: readonly DraftedHost[],
  place: BuildPlace,
): DescribedCloud | undefined {
  const readable = readableDraft(draft);
  if (!readable) return undefined;
  const { sections, name } = readable;
  const networks = cloudNetworks(readable);
  const minimums = mergeMinimums(sections.minimums);
  const ceph = cephSettings(sections.storage.ceph, hosts);
  const compute = computeSettings(sections.compute);
  return {
    name,
    release: sections.release,
    region: sections.region,
    folder: place.folder,
    hosts: hosts.map((host) => cloudHost(host, { compute, minimums, ceph })),
    networks,
    ssh: sshSettings(sections.ssh, place),
    timeServers: sections.time.servers,
    packages: packageSettings(sections.packages),
    firewall: firewallSettings(sections.firewall),
    identity: identitySettings(sections.identity),
    ...(sections.api.rate_limit && { rateLimit: sections.api.rate_limit }),
    ha: haTimings(sections.ha),
    virtualRouterId: sections.ha.virtual_router_id,
    backends: sections.storage.backends.map(storageBackend),
    ceph,
    physicalNetworks: physicalNetworks(sections.network, networks),
    network: networkSettings(sections.network, networks),
    compute,
    services: wantedServices(sections.services, hosts),
    dashboardPort: sections.dashboard.port,
    volumeBackup: sections.volume.backup,
    objectStoreUser: sections.object_store.user,
    minimums,
    clockTolerance: sections.clock_tolerance,
    overrides: buildOverrides(draft),
    test: testSettings(sections.test, place),
  };
}

function readableDraft(draft: Draft): ReadableDraft | undefined {
  const { management } = draft.networks;
  if (draft.unreadable.size > 0 || draft.name === undefined) return undefined;
  if (!management?.range || management.vip === undefined) return undefined;
  const { range, vip } = management;
  // A section is absent only where it could not be read.
  const sections = draft.sections as Sections;
  return { ...draft, name: draft.name, sections, management: { ...management, range, vip } };
}

function cloudNetworks({ networks, management }: ReadableDraft): Cloud['networks'] {
  const others: Partial<Record<(typeof otherNetworks)[number], CloudNetwork>> = {};
  for (const name of otherNetworks) {
    const network = networks[name];
    if (network) others[name] = cloudNetwork(network);
  }
  const cidr = formatNetwork(management.range);
  return { management: { ...cloudNetwork(management), cidr, vip: management.vip }, ...others };
}

function sshSettings(ssh: Sections['ssh'], place: BuildPlace): Cloud['ssh'] {
  return {
    user: ssh.user,
    port: ssh.port,
    sudo: ssh.sudo ?? ssh.user !== 'root',
    ...(ssh.config !== undefined && { configFile: resolvePath(ssh.config, place) }),
    ...(ssh.key !== undefined && { identityFile: resolvePath(ssh.key, place) }),
  };
}

function packageSettings(packages: Sections['packages']): Cloud['packages'] {
  return {
    ...(packages.mirror !== undefined && { mirror: packages.mirror }),
    ...(packages.security_mirror !== undefined && { securityMirror: packages.security_mirror }),
    ...(packages.proxy !== undefined && { proxy: packages.proxy }),
  };
}

function firewallSettings({ enabled, ssh, allow }: Sections['firewall']): Cloud['firewall'] {
  return {
    enabled,
    ...(ssh && { ssh: ssh.map(normalCidr) }),
    allow: allow.map(({ protocol, ports, network, from, roles }) => ({
      protocol,
      ports: ports.map((port) => String(port)),
      network,
      ...(from && { from: from.map(normalCidr) }),
      ...(roles && { roles: [...new Set(roles.flatMap(rolesNamed))] }),
    })),
  };
}

function identitySettings({ lockout, passwords }: Sections['identity']): Cloud['identity'] {
  return {
    ...(lockout.attempts > 0 && { lockout: { attempts: lockout.attempts, seconds: lockout.seconds } }),
    passwords: {
      minimumLength: passwords.minimum_length,
      ...(passwords.expire_days !== undefined && { expireDays: passwords.expire_days }),
      remembered: passwords.remembered,
    },
  };
}

function haTimings(ha: Sections['ha']): Cloud['ha'] {
  const level = haLevels[ha.level];
  return {
    level: ha.level,
    interval: ha.interval ?? level.interval,
    timeout: ha.timeout ?? level.timeout,
    rise: ha.rise ?? level.rise,
    fall: ha.fall ?? level.fall,
  };
}

function physicalNetworks(
  network: Sections['network'],
  { provider }: Cloud['networks'],
): Cloud['physicalNetworks'] {
  if (!network.physical_networks) return provider ? [{ name: 'external', bridge: 'br-ex', vlans: [] }] : [];
  return network.physical_networks.map(({ name, bridge, vlans, interface: port }) => ({
    name,
    bridge,
    vlans,
    ...(port !== undefined && { interface: port }),
  }));
}

function networkSettings(network: Sections['network'], { overlay }: Cloud['networks']): Cloud['network'] {
  return {
    mechanism: network.mechanism,
    datapath: network.datapath,
    tenantTypes: network.tenant_types ?? (overlay ? ['geneve'] : []),
  };
}

function computeSettings(compute: Sections['compute']): Cloud['compute'] {
  const reserved = compute.reserved_memory_mib;
  return {
    virtualization: compute.virtualization,
    cpuRatio: compute.cpu_ratio,
    memoryRatio: compute.memory_ratio,
    diskRatio: compute.disk_ratio,
    ...(reserved !== undefined && { reservedMemoryMiB: reserved }),
  };
}

function testSettings(test: Sections['test'], place: BuildPlace): Cloud['test'] {
  return {
    vantage: test.vantage,
    ...(test.image !== undefined && { image: resolvePath(test.image, place) }),
    ...(test.provider_cidr !== undefined && { providerCidr: normalCidr(test.provider_cidr) }),
    ...(test.provider_gateway !== undefined && { providerGateway: test.provider_gateway }),
    ...(test.first_address !== undefined && { firstAddress: test.first_address }),
    ...(test.last_address !== undefined && { lastAddress: test.last_address }),
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

function cloudNetwork(network: DraftNetwork): CloudNetwork {
  const { name, mtu, range, vip } = network;
  return {
    name,
    interface: network.interface,
    mtu,
    ...(range && { cidr: formatNetwork(range) }),
    ...(vip !== undefined && { vip }),
  };
}

function cloudHost(host: DraftedHost, cloud: Pick<Cloud, 'compute' | 'minimums' | 'ceph'>): Host {
  const { description } = host.entry;
  const management = host.addresses.management?.text ?? description.address;
  const others: Partial<Record<NetworkName, string>> = {};
  for (const address of Object.values(host.addresses)) others[address.network] = address.text;
  const { devices } = description;
  const given = description.reserved_memory_mib ?? cloud.compute.reservedMemoryMiB;
  return {
    name: host.name,
    sshAddress: host.sshAddress,
    roles: host.roles,
    interfaces: host.interfaces,
    addresses: { ...others, management },
    devices,
    reservedMemoryMiB: given ?? usualReservedMemory({ roles: host.roles, devices }, cloud),
  };
}

function cephSettings(given: Sections['storage']['ceph'], hosts: readonly DraftedHost[]): Cloud['ceph'] {
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

function wantedServices(services: Sections['services'], hosts: readonly DraftedHost[]): ReadonlySet<string> {
  const gateways = hosts.some((host) => host.roles.has('rgw'));
  const wanted = optionalServices.filter(
    (service) => services[service.name] ?? (service.default === 'when-rgw' ? gateways : service.default),
  );
  return new Set(wanted.map((service) => service.name));
}

function mergeMinimums(given: Sections['minimums']): Cloud['minimums'] {
  const merge = (role: Role) => {
    const shared = isStorageRole(role) ? given.storage : undefined;
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
