import { certificatePaths } from '../../cloud/certificates.ts';
import { databaseUrl, memcachedServers, transportUrl } from '../../cloud/endpoints.ts';
import { secretOf } from '../../cloud/secrets.ts';
import { controlHosts } from '../../cloud/topology.ts';
import type { HostContext, Section, Sections, ServiceContext } from '../definition.ts';

/**
 * Pool sizes: a connection is dropped after five minutes, well before haproxy's hour, so that no service meets a
 * connection that was cut in between.
 */
/**
 * Seconds that a service waits for one answer of the database. PyMySQL waits without a limit by default, and a connection
 * whose server died while haproxy connected to it never gets one.
 */
const ANSWER_SECONDS = 60;

export function databaseSection({ cloud }: ServiceContext, user: string, database = user): Section {
  const connection = databaseUrl(cloud, user, secretOf(cloud, `${user}_database_password`), database);
  // Apart from the address, so that migrations can do without: one of their statements may take an hour (runtime.ts).
  const connection_parameters = `connect_timeout=10&read_timeout=${ANSWER_SECONDS}`;
  return {
    connection,
    connection_parameters,
    max_pool_size: 5,
    max_overflow: 30,
    connection_recycle_time: 300,
    max_retries: -1,
  };
}

/**
 * The brokers are reached over TLS only. The name is verified only when that is asked for: otherwise any certificate
 * of the authority would be taken (CVE-2026-44393).
 *
 * With several brokers every queue is replicated (quorum), the short-lived ones under fixed names since quorum
 * queues can't be exclusive, and fan-out goes through streams, since a quorum queue for each consumer does not scale.
 * One broker has nothing to replicate to and keeps classic queues.
 */
export function messagingSection({ cloud }: ServiceContext): Section {
  const tls = {
    ssl: true,
    ssl_ca_file: certificatePaths('messaging').authority,
    ssl_enforce_hostname_verification: true,
  };
  if (controlHosts(cloud).length === 1) return { ...tls, rabbit_quorum_queue: false };
  return {
    ...tls,
    rabbit_quorum_queue: true,
    rabbit_transient_quorum_queue: true,
    rabbit_stream_fanout: true,
    // Streams can only be read with a limit of unconfirmed messages.
    rabbit_qos_prefetch_count: 1,
    use_queue_manager: true,
  };
}

/** Connections to memcached are pooled: eventlet would otherwise open one for each green thread. */
export function cacheSection({ cloud }: ServiceContext): Section {
  return {
    enabled: true,
    backend: 'oslo_cache.memcache_pool',
    memcache_servers: memcachedServers(cloud).join(','),
    memcache_dead_retry: 30,
    memcache_socket_timeout: 1,
  };
}

/** How a service authenticates to another: `[neutron]`, `[placement]`, `[service_user]` … */
export function serviceAuthSection(context: ServiceContext, user: string): Section {
  return {
    auth_type: 'password',
    auth_url: context.url('identity'),
    project_domain_name: 'Default',
    user_domain_name: 'Default',
    project_name: 'service',
    username: user,
    password: secretOf(context.cloud, `${user}_password`),
    region_name: context.cloud.region,
    // Services call one another on the management network, also where people use another address.
    valid_interfaces: 'internal',
  };
}

/** How a service checks the tokens it is shown. */
export function authTokenSection(context: ServiceContext, user: string): Section {
  const { valid_interfaces: _, ...auth } = serviceAuthSection(context, user);
  return {
    ...auth,
    interface: 'internal',
    www_authenticate_uri: context.url('identity'),
    memcached_servers: memcachedServers(context.cloud).join(','),
    // Tokens in the shared cache are encrypted: whoever reads memcached must not get them.
    memcache_security_strategy: 'ENCRYPT',
    memcache_secret_key: secretOf(context.cloud, 'memcache_secret_key'),
    service_token_roles: 'service',
    service_token_roles_required: true,
  };
}

/** Calls on behalf of a user carry the service's own token too, so that long operations outlive the user's. */
export function serviceUserSection(context: ServiceContext, user: string): Section {
  return { ...serviceAuthSection(context, user), send_service_user_token: true };
}

/** Behind haproxy: links in answers use the address that the caller used. */
export const proxyHeaders: Section = { enable_proxy_headers_parsing: true };

/** What every service of OpenStack's that speaks over the broker and has an API needs. */
export function commonSections(context: HostContext): Sections {
  const { project, cloud } = context;
  return {
    DEFAULT: { transport_url: transportUrl(cloud), log_dir: project.logs },
    oslo_concurrency: { lock_path: project.locks },
    oslo_messaging_rabbit: messagingSection(context),
    oslo_middleware: proxyHeaders,
    oslo_policy: { policy_dirs: `${project.configuration}/policy.d` },
  };
}
