import type { DescribedCloud } from '../cloud/build.ts';
import type { Host, StorageBackend } from '../cloud/cloud.ts';
import { usualReservedMemory } from '../cloud/memory.ts';
import { networkNames } from '../cloud/networks.ts';
import { everyRole } from '../cloud/roles.ts';
import type { DraftMap, DraftPath, DraftValue } from './result.ts';
import { isDeployed, optionalServices } from './serviceKeys.ts';

const MIB = 2 ** 20;

/** The whole description of a cloud, every value written out, for comparing and for other formats. */
export function describe(cloud: DescribedCloud): DraftMap {
  const { ssh, ha, ceph, compute, packages, test } = cloud;
  return clean({
    cloud: cloud.name,
    release: cloud.release,
    region: cloud.region,
    ssh: { user: ssh.user, port: ssh.port, config: ssh.configFile, key: ssh.identityFile, sudo: ssh.sudo },
    networks: describeNetworks(cloud),
    hosts: Object.fromEntries(cloud.hosts.map((host) => [host.name, describeHost(cloud, host)])),
    time: { servers: cloud.timeServers },
    packages: { mirror: packages.mirror, security_mirror: packages.securityMirror, proxy: packages.proxy },
    ha: { ...ha, virtual_router_id: cloud.virtualRouterId },
    storage: {
      backends: cloud.backends.map(describeBackend),
      ceph: {
        pool_size: ceph.poolSize,
        pool_min_size: ceph.poolMinSize,
        pg_num: ceph.pgNum,
        osd_memory: `${Math.round(ceph.osdMemory / MIB)}M`,
      },
    },
    network: {
      mechanism: cloud.network.mechanism,
      datapath: cloud.network.datapath,
      tenant_types: cloud.network.tenantTypes,
      physical_networks: cloud.physicalNetworks.map(({ name, bridge, interface: port, vlans }) =>
        clean({ name, bridge, interface: port, vlans }),
      ),
    },
    compute: {
      virtualization: compute.virtualization,
      cpu_ratio: compute.cpuRatio,
      memory_ratio: compute.memoryRatio,
      disk_ratio: compute.diskRatio,
      reserved_memory_mib: compute.reservedMemoryMiB,
    },
    services: Object.fromEntries(
      optionalServices.map((service) => [service.name, isDeployed(cloud, service)]),
    ),
    dashboard: { port: cloud.dashboardPort },
    volume: { backup: cloud.volumeBackup },
    object_store: { user: cloud.objectStoreUser },
    minimums: Object.fromEntries(
      everyRole.map((role) => {
        const { cpus, memoryGiB, diskGiB, deviceGiB } = cloud.minimums[role];
        return [role, { cpus, memory_gib: memoryGiB, disk_gib: diskGiB, device_gib: deviceGiB }];
      }),
    ),
    clock_tolerance: cloud.clockTolerance,
    test: {
      image: test.image,
      provider_cidr: test.providerCidr,
      provider_gateway: test.providerGateway,
      first_address: test.firstAddress,
      last_address: test.lastAddress,
      vantage: test.vantage,
    },
  });
}

function describeNetworks(cloud: DescribedCloud): Loose {
  const networks: Loose = {};
  for (const name of networkNames) {
    const network = cloud.networks[name];
    if (network)
      networks[name] = {
        interface: network.interface,
        cidr: network.cidr,
        vip: network.vip,
        mtu: network.mtu,
      };
    else if (name === 'overlay') networks.overlay = null;
  }
  return networks;
}

function describeHost(cloud: DescribedCloud, host: Host): Loose {
  const { management, ...addresses } = host.addresses;
  const interfaces: Loose = {};
  for (const name of networkNames) {
    if (!cloud.networks[name]) continue;
    interfaces[name] = host.interfaces[name] ?? null;
  }
  return {
    address: management,
    addresses,
    roles: everyRole.filter((role) => host.roles.has(role)),
    interfaces,
    devices: host.devices,
    ssh_address: host.sshAddress,
    reserved_memory_mib:
      host.reservedMemoryMiB === (cloud.compute.reservedMemoryMiB ?? usualReservedMemory(host, cloud))
        ? undefined
        : host.reservedMemoryMiB,
  };
}

/** A backend in its short form where it has nothing but a type. */
function describeBackend({ type, name, options }: StorageBackend): DraftValue {
  if (name === type && Object.keys(options).length === 0) return type;
  return { type, ...(name !== type && { name }), ...(options as DraftMap) };
}

type Loose = { [key: string]: unknown };

function clean(value: Loose): DraftMap {
  const out: Record<string, DraftValue> = {};
  for (const [key, inner] of Object.entries(value)) {
    if (inner === undefined) continue;
    const map = typeof inner === 'object' && inner !== null && !Array.isArray(inner);
    out[key] = map ? clean(inner as Loose) : (inner as DraftValue);
  }
  return out;
}

/** Leaves of `wanted` that `found` has not, or otherwise. Lists are leaves. */
export function difference(
  wanted: DraftMap,
  found: DraftMap | undefined,
  path: DraftPath = [],
): readonly (readonly [DraftPath, DraftValue])[] {
  const leaves: (readonly [DraftPath, DraftValue])[] = [];
  for (const [key, value] of Object.entries(wanted)) {
    const other = found && Object.hasOwn(found, key) ? found[key] : undefined;
    const below = [...path, key];
    if (isMap(value) && Object.keys(value).length > 0)
      leaves.push(...difference(value, isMap(other) ? other : undefined, below));
    else if (!same(value, other)) leaves.push([below, value]);
  }
  return leaves;
}

function same(a: DraftValue, b: DraftValue | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function isMap(value: DraftValue | undefined): value is DraftMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
