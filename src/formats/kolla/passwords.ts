import { Confidential } from '../../secrets/confidential.ts';
import type { ImportContext, KeyRule } from '../ansible/context.ts';
import { meaninglessOf, secretsOf } from '../serviceKeys.ts';
import { entryOf } from '../values/node.ts';

/** Secrets of `passwords.yml` and where they go in the vault. */
const target: ReadonlyMap<string, string> = new Map([
  ['keystone_admin_password', 'admin_password'],
  ['rabbitmq_password', 'messaging_password'],
  ['rabbitmq_cluster_cookie', 'messaging_cookie'],
  ['keepalived_password', 'keepalived_password'],
  ['haproxy_password', 'haproxy_stats_password'],
  ['memcache_secret_key', 'memcache_secret_key'],
  ...secretsOf('kolla'),
]);

/** Secrets that have no use here, with the reason. */
const unused: ReadonlyMap<string, string> = new Map([
  ['database_password', 'not used: root reaches the database over its local socket, without a password'],
  [
    'mariadb_backup_database_password',
    "not used: members copy data as the server's own user, without a password",
  ],
  ['mariadb_monitor_password', 'not used: the health check of the database needs no password'],
  ...meaninglessOf('kolla'),
]);

/** Key pairs: only Nova's is used. */
const NOVA_KEY = 'nova_ssh_key';

const others = `
  rbd_secret_uuid docker_registry_password hnas_nfs_password infoblox_admin_password aodh_database_password
  aodh_keystone_password blazar_database_password blazar_keystone_password
  grafana_database_password grafana_admin_password gnocchi_database_password gnocchi_keystone_password
  nova_api_database_password cloudkitty_database_password cloudkitty_keystone_password cyborg_database_password
  cyborg_keystone_password designate_database_password designate_keystone_password designate_pool_id
  designate_rndc_key ironic_database_password ironic_keystone_password magnum_database_password
  magnum_keystone_password mistral_database_password mistral_keystone_password trove_database_password
  trove_keystone_password ceilometer_database_password ceilometer_keystone_password watcher_database_password
  watcher_keystone_password horizon_database_password telemetry_secret_key manila_database_password
  manila_keystone_password octavia_database_password octavia_persistence_database_password
  octavia_keystone_password octavia_ca_password octavia_client_ca_password tacker_database_password
  tacker_keystone_password masakari_database_password masakari_keystone_password skyline_secret_key
  skyline_database_password skyline_keystone_password osprofiler_secret kolla_ssh_key keystone_ssh_key
  bifrost_ssh_key octavia_amp_ssh_key neutron_ssh_key haproxy_ssh_key gnocchi_project_id gnocchi_resource_id
  gnocchi_user_id rabbitmq_monitoring_password etcd_cluster_token valkey_master_password redis_master_password
  prometheus_mysql_exporter_database_password prometheus_alertmanager_password prometheus_password
  prometheus_grafana_password prometheus_haproxy_password prometheus_skyline_password prometheus_bcrypt_salt
  keystone_federation_openid_crypto_password ceph_rgw_keystone_password libvirt_sasl_password
  proxysql_admin_password proxysql_stats_password opensearch_dashboards_password kibana_password
  swift_hash_path_suffix swift_hash_path_prefix
`
  .trim()
  .split(/\s+/);

const other = new Set(others);

/** Every key of `passwords.yml`. */
export const passwordKeys: readonly string[] = [...target.keys(), ...unused.keys(), NOVA_KEY, ...others];

/** How a secret is handled that is not carried over. */
export function passwordRule(key: string): KeyRule | undefined {
  if (target.has(key) || key === NOVA_KEY)
    return { outcome: 'meaningless', note: 'empty; a new one is generated' };
  const reason = unused.get(key);
  if (reason) return { outcome: 'meaningless', note: reason };
  const shape = /^\w+_(?:database_password|keystone_password|ssh_key|secret_key)$/.test(key);
  if (!other.has(key) && !shape) return undefined;
  return { outcome: 'meaningless', note: 'of a service or container that is not part of this cloud' };
}

/** Puts the secrets of `passwords.yml` into the vault. */
export function carryPasswords(context: ImportContext): void {
  for (const [key, to] of target) {
    if (!context.entry(key)) continue;
    const secret = context.secret(key);
    if (!secret) continue;
    context.secrets[to] = secret;
    context.settle(key, 'carried', { to: `vault: ${to}` });
  }
  const pair = context.entry(NOVA_KEY)?.node;
  if (!pair) return;
  const halves = ['private_key', 'public_key'].map((half) => {
    const node = entryOf(pair, half)?.value;
    const found = node && context.resolve(node);
    return found?.kind === 'value' && typeof found.value === 'string' && found.value !== ''
      ? found.value
      : undefined;
  });
  const [privateKey, publicKey] = halves;
  if (privateKey === undefined || publicKey === undefined) return;
  context.secrets.nova_ssh_private_key = new Confidential(privateKey);
  context.secrets.nova_ssh_public_key = new Confidential(publicKey);
  context.settle(NOVA_KEY, 'carried', { to: 'vault: nova_ssh_private_key, nova_ssh_public_key' });
}
