import { joinTexts, type Text, text } from '../secrets/confidential.ts';
import { certificatePaths } from './certificates.ts';
import type { Cloud } from './cloud.ts';
import { ports } from './ports.ts';
import { controlHosts, vip } from './topology.ts';

/** Where a process listens that only this host's haproxy asks. */
export const LOOPBACK = '127.0.0.1';

/** Where services reach one another. */
export function internalUrl(cloud: Cloud, port: number): string {
  return `https://${vip(cloud)}:${port}`;
}

/** Where people reach the APIs: the service network's floating address, where there is one. */
export function publicUrl(cloud: Cloud, port: number): string {
  return `https://${cloud.networks.service?.vip ?? vip(cloud)}:${port}`;
}

/**
 * Database through the VIP: haproxy sends all to one Galera node. `ssl_ca` alone makes PyMySQL verify the chain and the
 * address; with `ssl_verify_cert` or `ssl_verify_identity` beside it, PyMySQL forgets the authority (connections.py).
 */
export function databaseUrl(cloud: Cloud, user: string, password: Text, database: string): Text {
  const { authority } = certificatePaths('database');
  return text`mysql+pymysql://${user}:${password}@${vip(cloud)}:${ports.database}/${database}?charset=utf8&ssl_ca=${authority}`;
}

/** All brokers by address: oslo.messaging fails over by itself, faster than a proxy in between would. */
export function transportUrl(cloud: Cloud): Text {
  const brokers = controlHosts(cloud).map(
    (host) =>
      text`openstack:${cloud.secrets.messaging_password}@${host.addresses.management}:${ports.messaging}`,
  );
  return text`rabbit://${joinTexts(brokers, ',')}/`;
}

/**
 * memcached of every control host, as a control host reaches it: by its own haproxy, which speaks TLS with theirs. The
 * names are the same on all hosts, by which the clients spread their keys.
 */
export function memcachedServers(cloud: Cloud): readonly string[] {
  return controlHosts(cloud).map((_host, index) => `${LOOPBACK}:${ports.cacheMembers + index}`);
}

/** OVN's northbound or southbound database, all members. */
export function ovnConnection(cloud: Cloud, port: number): string {
  return controlHosts(cloud)
    .map((host) => `ssl:${host.addresses.management}:${port}`)
    .join(',');
}
