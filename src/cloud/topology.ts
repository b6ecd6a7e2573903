import type { Cloud, Host, Role } from './cloud.ts';
import { storageRoles } from './roles.ts';

/** Hosts with the role, in the description's order. */
export function hostsWith(cloud: Cloud, role: Role): readonly Host[] {
  return cloud.hosts.filter((host) => host.roles.has(role));
}

/** Hosts that run the control plane, in the description's order. */
export function controlHosts(cloud: Cloud): readonly Host[] {
  return hostsWith(cloud, 'control');
}

export function isControl(cloud: Cloud, name: string): boolean {
  return controlHosts(cloud).some((host) => host.name === name);
}

/** Hosts that carry provider traffic and routers; the control hosts when none is named. */
export function gatewayHosts(cloud: Cloud): readonly Host[] {
  const named = hostsWith(cloud, 'network');
  return named.length > 0 ? named : controlHosts(cloud);
}

/** Hosts with an OVN controller: gateways and compute hosts, each once. */
export function chassisHosts(cloud: Cloud): readonly Host[] {
  const gateways = new Set(gatewayHosts(cloud));
  return cloud.hosts.filter((host) => gateways.has(host) || host.roles.has('compute'));
}

/** Hosts with a process that speaks over the message broker. */
export function messagingClients(cloud: Cloud): readonly Host[] {
  const chassis = new Set(chassisHosts(cloud));
  return cloud.hosts.filter((host) => host.roles.has('control') || chassis.has(host));
}

/** Every host with a Ceph daemon. */
export function cephHosts(cloud: Cloud): readonly Host[] {
  return cloud.hosts.filter((host) => storageRoles.some((role) => host.roles.has(role)));
}

export function usesCeph(cloud: Cloud): boolean {
  return cloud.backends.some((backend) => backend.type === 'ceph');
}

/** The floating management address that every API answers on. */
export function vip(cloud: Cloud): string {
  return cloud.networks.management.vip;
}

/** Address in the storage network, else the management address. */
export function storageAddress(host: Host): string {
  return host.addresses.storage ?? host.addresses.management;
}

/** Length of the network's prefix: 24 for 192.168.21.0/24. */
export function prefixLength(cidr: string): number {
  return Number(cidr.split('/')[1]);
}
