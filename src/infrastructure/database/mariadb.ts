import type { Cloud, Host } from '../../cloud/cloud.ts';
import { controlHosts } from '../../cloud/topology.ts';
import type { HostFacts } from '../../hosts/connection.ts';
import { type Component, pathOf } from '../../platform/platform.ts';
import { MANAGED } from '../../resources/index.ts';
import { type Text, text } from '../../secrets/confidential.ts';
import { memoryShare } from '../memory.ts';

/** Server options; Galera's only where there is more than one control host. */
export function mariadbConfiguration(cloud: Cloud, host: Host, facts: HostFacts, component: Component): Text {
  const address = host.addresses.management;
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
max_connections = 4096
# A host behind the balancer must not be shut out because health checks hang up early.
max_connect_errors = 1000000
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
  return text`${server}binlog_format = ROW
innodb_autoinc_lock_mode = 2

[galera]
wsrep_on = ON
wsrep_provider = ${pathOf(component, 'galera')}
wsrep_cluster_name = ${cloud.name}
wsrep_cluster_address = gcomm://${members.join(',')}
wsrep_node_name = ${host.name}
wsrep_node_address = ${address}
wsrep_sst_method = mariabackup
wsrep_sst_auth = sst:${cloud.secrets.database_sst_password}
wsrep_sst_donor = ${donors},
wsrep_slave_threads = ${Math.max(2, facts.cpus)}
wsrep_provider_options = "gcache.size=128M;gmcast.listen_addr=tcp://${address}:4567;pc.recovery=TRUE;evs.suspect_timeout=PT10S;evs.inactive_timeout=PT20S"
`;
}
