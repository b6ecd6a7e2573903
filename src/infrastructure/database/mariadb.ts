import { certificatePaths } from '../../cloud/certificates.ts';
import type { Cloud, Host } from '../../cloud/cloud.ts';
import { controlHosts } from '../../cloud/topology.ts';
import type { HostFacts } from '../../hosts/connection.ts';
import { type Component, pathOf } from '../../platform/platform.ts';
import { MANAGED } from '../../resources/index.ts';
import { DATABASE_CONNECTIONS } from '../load-balancer/limits.ts';
import { memoryShare } from '../memory.ts';

/** Server options; Galera's only where there is more than one control host. */
export function mariadbConfiguration(
  cloud: Cloud,
  host: Host,
  facts: HostFacts,
  component: Component,
): string {
  const address = host.addresses.management;
  const { authority, certificate, key } = certificatePaths('database');
  const server = `# ${MANAGED}
[mariadbd]
bind-address = ${address}
skip-name-resolve
default_storage_engine = InnoDB
character-set-server = utf8mb3
collation-server = utf8mb3_general_ci
# Migrations that only name the character set must get the same collation as the rest, or tables can't be joined.
character-set-collations = utf8mb3=utf8mb3_general_ci
# About twenty services with pools of up to 35 connections each.
max_connections = ${DATABASE_CONNECTIONS}
# A host behind the balancer must not be shut out because health checks hang up early.
max_connect_errors = 1000000
ssl_ca = ${authority}
ssl_cert = ${certificate}
ssl_key = ${key}
tls_version = TLSv1.2,TLSv1.3
require_secure_transport = ON
# No statement makes a client send its files (LOAD DATA LOCAL).
local_infile = OFF
innodb_buffer_pool_size = ${memoryShare(facts, 0.03, 128, 8192)}M
innodb_flush_log_at_trx_commit = 1
innodb_file_per_table = 1
# On by default since 11.6.2: error 1020 wherever two requests update a row, which OpenStack takes for a fault of its own.
innodb_snapshot_isolation = OFF
performance_schema = OFF
`;
  const members = controlHosts(cloud).map((control) => control.addresses.management);
  if (members.length === 1) return server;
  // A donor other than the writer, where there is one: haproxy takes a donor out, and its clients with it.
  const donors = controlHosts(cloud)
    .filter((control) => control !== host)
    .map((control) => control.name)
    .reverse()
    .join(',');
  const replication = [
    'gcache.size=128M',
    `gmcast.listen_addr=ssl://${address}:4567`,
    `ist.recv_addr=ssl://${address}:4568`,
    'socket.ssl=YES',
    `socket.ssl_ca=${authority}`,
    `socket.ssl_cert=${certificate}`,
    `socket.ssl_key=${key}`,
    'pc.recovery=TRUE',
    'evs.suspect_timeout=PT10S',
    'evs.inactive_timeout=PT20S',
  ].join(';');
  return `${server}binlog_format = ROW
innodb_autoinc_lock_mode = 2

[galera]
wsrep_on = ON
wsrep_provider = ${pathOf(component, 'galera')}
wsrep_cluster_name = ${cloud.name}
wsrep_cluster_address = gcomm://${members.join(',')}
wsrep_node_name = ${host.name}
wsrep_node_address = ${address}
wsrep_sst_method = mariabackup
# The server's own user, by its socket: no password.
wsrep_sst_auth = ${component.user ?? 'mysql'}:
wsrep_sst_donor = ${donors},
wsrep_slave_threads = ${Math.max(2, facts.cpus)}
wsrep_provider_options = "${replication}"

[sst]
# Without it the copy of all data is in clear text. Both sides show a certificate; the donor compares the joiner's name.
ssl-mode = VERIFY_IDENTITY
`;
}
