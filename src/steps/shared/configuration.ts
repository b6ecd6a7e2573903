import type { Cloud, Host } from '../../cloud/cloud.ts';
import { secretOf } from '../../cloud/secrets.ts';
import { controlHosts, vip } from '../../cloud/topology.ts';
import { joinTexts, type Text, text } from '../../secrets/confidential.ts';
import { baseUrl, endpoints, ports } from './endpoints.ts';

/** Options of one section of an oslo.config file. */
export type Section = Readonly<Record<string, Text | number | boolean | readonly Text[]>>;

/** Database through the VIP: haproxy sends all to one Galera node (C3). */
export function databaseUrl(cloud: Cloud, user: string, database: string = user): Text {
  const password = secretOf(cloud, `${user}_database_password`);
  return text`mysql+pymysql://${user}:${password}@${vip(cloud)}:${ports.database}/${database}?charset=utf8`;
}

/**
 * Pool sizes: a connection is dropped after five minutes, well before haproxy's hour, so that no service meets a
 * connection that was cut in between.
 */
export function databaseSection(connection: Text): Section {
  return { connection, max_pool_size: 5, max_overflow: 30, connection_recycle_time: 300, max_retries: -1 };
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
 * With several brokers every queue is replicated (quorum), the short-lived ones under fixed names since quorum
 * queues can't be exclusive (C3). One broker has nothing to replicate to and keeps classic queues.
 */
export function messagingSection(cloud: Cloud): Section {
  if (controlHosts(cloud).length === 1) return { rabbit_quorum_queue: false };
  return { rabbit_quorum_queue: true, rabbit_transient_quorum_queue: true, use_queue_manager: true };
}

export function memcachedServers(cloud: Cloud): string {
  return controlHosts(cloud)
    .map((host) => `${host.addresses.management}:${ports.cache}`)
    .join(',');
}

export function cacheSection(cloud: Cloud): Section {
  return {
    enabled: true,
    backend: 'dogpile.cache.memcached',
    memcache_servers: memcachedServers(cloud),
    memcache_dead_retry: 30,
    memcache_socket_timeout: 1,
  };
}

/** How a service authenticates to another: `[neutron]`, `[placement]`, `[service_user]` … */
export function serviceAuthSection(cloud: Cloud, user: string): Section {
  return {
    auth_type: 'password',
    auth_url: baseUrl(cloud, endpoints.identity.port),
    project_domain_name: 'Default',
    user_domain_name: 'Default',
    project_name: 'service',
    username: user,
    password: secretOf(cloud, `${user}_password`),
    region_name: cloud.region,
  };
}

/** How a service checks the tokens it is shown. */
export function authTokenSection(cloud: Cloud, user: string): Section {
  return {
    ...serviceAuthSection(cloud, user),
    www_authenticate_uri: baseUrl(cloud, endpoints.identity.port),
    memcached_servers: memcachedServers(cloud),
    // Tokens in the shared cache are encrypted: whoever reads memcached must not get them.
    memcache_security_strategy: 'ENCRYPT',
    memcache_secret_key: cloud.secrets.memcache_secret_key,
    service_token_roles: 'service',
    service_token_roles_required: true,
  };
}

/** Calls on behalf of a user carry the service's own token too, so that long operations outlive the user's. */
export function serviceUserSection(cloud: Cloud, user: string): Section {
  return { ...serviceAuthSection(cloud, user), send_service_user_token: true };
}

/** Behind haproxy: links in answers use the address that the caller used. */
export const proxyHeaders: Section = { enable_proxy_headers_parsing: true };

export function managementAddress(host: Host): string {
  return host.addresses.management;
}
