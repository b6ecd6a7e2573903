import type { DescribedCloud } from '../cloud/build.ts';
import type { CloudNetwork, Host } from '../cloud/cloud.ts';
import { GIB, MIB } from '../cloud/defaults.ts';
import type { DerivedAddress } from '../cloud/read.ts';
import { everyRole } from '../cloud/roles.ts';

/** What `validate` prints about a valid description: one fact a line, without colour. */
export function describeCloud(
  cloud: DescribedCloud,
  derived: readonly DerivedAddress[] = [],
): readonly string[] {
  const { networks, ha, ceph, network, compute } = cloud;
  const lines = [
    `Cloud ${cloud.name}: OpenStack ${cloud.release}, region ${cloud.region}, ${plural(cloud.hosts.length, 'host')}`,
    `Roles: ${rolesLine(cloud.hosts)}`,
    ...cloud.hosts.map(hostLine),
    ...Object.values(networks).map((item: CloudNetwork) => networkLine(item)),
  ];
  if (!networks.overlay) lines.push('No overlay network: provider networks only, no routers');
  if (derived.length > 0) {
    lines.push(`Addresses derived from the management addresses: ${derived.map(derivedWords).join(', ')}`);
  }
  lines.push(`SSH: user ${cloud.ssh.user}, port ${cloud.ssh.port}${cloud.ssh.sudo ? ', with sudo' : ''}`);
  const time = cloud.timeServers.length > 0 ? cloud.timeServers.join(', ') : 'the control hosts';
  lines.push(`Time servers: ${time}; clock difference of at most ${cloud.clockTolerance} s`);
  lines.push(
    `High availability: ${ha.level} (a check every ${ha.interval} s, down after ${plural(ha.fall, 'failure')}), virtual router id ${cloud.virtualRouterId}`,
  );
  lines.push(
    `Storage backends: ${cloud.backends.map(({ name, type }) => (name === type ? name : `${name} (${type})`)).join(', ')}`,
  );
  if (cloud.backends.some(({ type }) => type === 'ceph')) {
    const osds = cloud.hosts.reduce((sum, host) => sum + host.devices.length, 0);
    lines.push(
      `Ceph: ${plural(osds, 'OSD')} with ${memory(ceph.osdMemory)} of memory each; pool size ${ceph.poolSize}, minimum ${ceph.poolMinSize}; ${ceph.pgNum} placement groups per pool`,
    );
  }
  const tenants = network.tenantTypes.length > 0 ? network.tenantTypes.join(', ') : 'none';
  const physical = cloud.physicalNetworks.map(({ name, bridge, vlans }) =>
    vlans.length > 0 ? `${name} on ${bridge} (VLAN ${vlans.join(', ')})` : `${name} on ${bridge}`,
  );
  lines.push(
    `Networking: ${network.mechanism}, datapath ${network.datapath}; tenant networks: ${tenants}; physical networks: ${physical.join(', ') || 'none'}`,
  );
  lines.push(
    `Compute: ${compute.virtualization}; overcommit: CPU ${compute.cpuRatio}×, memory ${compute.memoryRatio}×, disk ${compute.diskRatio}×; reserved for the hosts: ${reservedWords(cloud.hosts)}`,
  );
  lines.push(`Services: ${servicesLine(cloud)}`);
  if (cloud.services.has('dashboard')) {
    const vip = networks.service?.vip ?? networks.management.vip;
    lines.push(`Dashboard: https://${vip}:${cloud.dashboardPort}/`);
  }
  return lines;
}

/** `512 MiB on compute1, compute2; 4608 MiB on control1` */
function reservedWords(hosts: readonly Host[]): string {
  const byAmount = new Map<number, string[]>();
  for (const host of hosts.filter(({ roles }) => roles.has('compute'))) {
    byAmount.set(host.reservedMemoryMiB, [...(byAmount.get(host.reservedMemoryMiB) ?? []), host.name]);
  }
  return [...byAmount].map(([mib, names]) => `${mib} MiB on ${names.join(', ')}`).join('; ');
}

function rolesLine(hosts: readonly Host[]): string {
  return everyRole
    .map((role) => ({ role, count: hosts.filter((host) => host.roles.has(role)).length }))
    .filter(({ count }) => count > 0)
    .map(({ role, count }) => `${count} ${role}`)
    .join(', ');
}

function hostLine(host: Host): string {
  const roles = everyRole.filter((role) => host.roles.has(role)).join(', ');
  const target = host.sshAddress === host.addresses.management ? '' : `, ssh to ${host.sshAddress}`;
  const devices = host.devices.length > 0 ? `, OSDs on ${host.devices.join(', ')}` : '';
  return `Host ${host.name} ${host.addresses.management}: ${roles}${devices}${target}`;
}

function networkLine(network: CloudNetwork): string {
  const range = network.cidr ?? 'no addresses';
  const vip = network.vip === undefined ? '' : `, virtual address ${network.vip}`;
  const mtu = network.mtu === 1500 ? '' : `, MTU ${network.mtu}`;
  return `Network ${network.name}: ${range} on ${network.interface}${vip}${mtu}`;
}

function derivedWords({ host, network, address }: DerivedAddress): string {
  return `${host} ${address} (${network})`;
}

function servicesLine(cloud: DescribedCloud): string {
  const backup = cloud.volumeBackup ? ['volume backup'] : [];
  return [
    'identity',
    'image',
    'placement',
    'compute',
    'network',
    'volume',
    ...backup,
    ...cloud.services,
  ].join(', ');
}

function memory(bytes: number): string {
  return bytes % GIB === 0 ? `${bytes / GIB} GiB` : `${Math.round(bytes / MIB)} MiB`;
}

function plural(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
