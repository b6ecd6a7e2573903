/** Old names that Packstack still reads, with the key that took their place (its DEPRECATES lists). */
export const deprecatedNames: Readonly<Record<string, string>> = {
  CONFIG_MYSQL_INSTALL: 'CONFIG_MARIADB_INSTALL',
  CONFIG_MYSQL_HOST: 'CONFIG_MARIADB_HOST',
  CONFIG_MYSQL_USER: 'CONFIG_MARIADB_USER',
  CONFIG_MYSQL_PW: 'CONFIG_MARIADB_PW',
  CONFIG_AMQP_SERVER: 'CONFIG_AMQP_BACKEND',
  CONFIG_CEILOMETER_HOST: 'CONFIG_CONTROLLER_HOST',
  CONFIG_CINDER_HOST: 'CONFIG_CONTROLLER_HOST',
  CONFIG_GLANCE_HOST: 'CONFIG_CONTROLLER_HOST',
  CONFIG_HORIZON_HOST: 'CONFIG_CONTROLLER_HOST',
  CONFIG_HEAT_HOST: 'CONFIG_CONTROLLER_HOST',
  CONFIG_IRONIC_HOST: 'CONFIG_CONTROLLER_HOST',
  CONFIG_KEYSTONE_HOST: 'CONFIG_CONTROLLER_HOST',
  CONFIG_NAGIOS_HOST: 'CONFIG_CONTROLLER_HOST',
  CONFIG_NEUTRON_SERVER_HOST: 'CONFIG_CONTROLLER_HOST',
  CONFIG_NEUTRON_LBAAS_HOSTS: 'CONFIG_CONTROLLER_HOST',
  CONFIG_NOVA_API_HOST: 'CONFIG_CONTROLLER_HOST',
  CONFIG_NOVA_CERT_HOST: 'CONFIG_CONTROLLER_HOST',
  CONFIG_NOVA_VNCPROXY_HOST: 'CONFIG_CONTROLLER_HOST',
  CONFIG_NOVA_SCHED_HOST: 'CONFIG_CONTROLLER_HOST',
  CONFIG_OSCLIENT_HOST: 'CONFIG_CONTROLLER_HOST',
  CONFIG_SWIFT_PROXY_HOSTS: 'CONFIG_CONTROLLER_HOST',
  CONFIG_NOVA_COMPUTE_HOSTS: 'CONFIG_COMPUTE_HOSTS',
  CONFIG_NEUTRON_L3_HOSTS: 'CONFIG_NETWORK_HOSTS',
  CONFIG_NEUTRON_DHCP_HOSTS: 'CONFIG_NETWORK_HOSTS',
  CONFIG_NEUTRON_METADATA_HOSTS: 'CONFIG_NETWORK_HOSTS',
  CONFIG_NOVA_NETWORK_HOSTS: 'CONFIG_NETWORK_HOSTS',
  CONFIG_VCENTER_CLUSTER_NAME: 'CONFIG_VCENTER_CLUSTER_NAMES',
  CONFIG_SELFSIGN_CACERT_SUBJECT_C: 'CONFIG_SSL_CERT_SUBJECT_C',
  CONFIG_SELFSIGN_CACERT_SUBJECT_ST: 'CONFIG_SSL_CERT_SUBJECT_ST',
  CONFIG_SELFSIGN_CACERT_SUBJECT_L: 'CONFIG_SSL_CERT_SUBJECT_L',
  CONFIG_SELFSIGN_CACERT_SUBJECT_O: 'CONFIG_SSL_CERT_SUBJECT_O',
  CONFIG_SELFSIGN_CACERT_SUBJECT_OU: 'CONFIG_SSL_CERT_SUBJECT_OU',
  CONFIG_SELFSIGN_CACERT_SUBJECT_CN: 'CONFIG_SSL_CERT_SUBJECT_CN',
  CONFIG_SELFSIGN_CACERT_SUBJECT_MAIL: 'CONFIG_SSL_CERT_SUBJECT_MAIL',
  CONFIG_SSL_CERT: 'CONFIG_HORIZON_SSL_CERT',
  CONFIG_SSL_KEY: 'CONFIG_HORIZON_SSL_KEY',
  CONFIG_SSL_CACHAIN: 'CONFIG_HORIZON_SSL_CACERT',
  // The manual's spelling of the same key.
  CONFIG_HORIZON_SSL_CACHAIN: 'CONFIG_HORIZON_SSL_CACERT',
  CONFIG_SWIFT_STORAGE_HOSTS: 'CONFIG_SWIFT_STORAGES',
  CONFIG_PROVISION_ALL_IN_ONE_OVS_BRIDGE: 'CONFIG_PROVISION_OVS_BRIDGE',
  CONFIG_REDIS_MASTER_HOST: 'CONFIG_REDIS_HOST',
};

/** A key that older releases had: what it means here, and the values that change nothing. */
export interface RetiredKey {
  readonly means: string;
  readonly same: readonly string[];
}

function retired(
  means: string,
  same: readonly string[],
  ...keys: readonly string[]
): Record<string, RetiredKey> {
  return Object.fromEntries(keys.map((key) => [key, { means, same }]));
}

const NOVA_NETWORK = 'Networks are Neutron’s: nova-network no longer exists.';
const METERING = 'Metering is not deployed.';
const AMQP_TLS = 'The message broker is reached in clear text on the management network.';

/** Keys of releases from Havana to 2023 that the last Packstack no longer reads. */
export const retiredKeys: Readonly<Record<string, RetiredKey>> = {
  ...retired(
    'Load balancers are not deployed: LBaaS was replaced by Octavia, which this version does not deploy. Balancers of the old cloud have to be made by other means.',
    ['n', ''],
    'CONFIG_LBAAS_INSTALL',
    'CONFIG_NEUTRON_LBAAS',
    'CONFIG_NEUTRON_LBAAS_INSTALL',
    'CONFIG_OCTAVIA_INSTALL',
  ),
  ...retired(
    'Firewalls of tenants are not deployed; security groups remain.',
    ['n', ''],
    'CONFIG_NEUTRON_FWAAS',
  ),
  ...retired(
    'Data processing is not deployed: OpenStack gave sahara up in 2024.',
    ['n', '', 'PW_PLACEHOLDER'],
    'CONFIG_SAHARA_INSTALL',
    'CONFIG_SAHARA_HOST',
    'CONFIG_SAHARA_DB_PW',
    'CONFIG_SAHARA_KS_PW',
  ),
  ...retired(
    'The event store panko was given up by OpenStack.',
    ['n', '', 'PW_PLACEHOLDER'],
    'CONFIG_PANKO_INSTALL',
    'CONFIG_PANKO_DB_PW',
    'CONFIG_PANKO_KS_PW',
  ),
  ...retired(
    METERING,
    ['n', '', 'PW_PLACEHOLDER'],
    'CONFIG_GNOCCHI_INSTALL',
    'CONFIG_MONGODB_HOST',
    'CONFIG_CEILOMETER_SERVICE_NAME',
    'CONFIG_CEILOMETER_EVENTS_BACKEND',
    'CONFIG_CEILOMETER_METERING_BACKEND',
    'CONFIG_REDIS_HA',
    'CONFIG_REDIS_SLAVE_HOSTS',
    'CONFIG_REDIS_SENTINEL_HOSTS',
    'CONFIG_REDIS_SENTINEL_CONTACT_HOST',
    'CONFIG_REDIS_SENTINEL_PORT',
    'CONFIG_REDIS_SENTINEL_QUORUM',
    'CONFIG_REDIS_MASTER_NAME',
  ),
  ...retired(
    'Nagios is not installed; `cloudwright verify` and `cloudwright toolbox` check the cloud.',
    ['n', '', 'PW_PLACEHOLDER'],
    'CONFIG_NAGIOS_INSTALL',
    'CONFIG_NAGIOS_PW',
  ),
  ...retired('Packages come from Debian, not from yum repositories.', ['n', ''], 'CONFIG_USE_EPEL'),
  ...retired(
    'Linux bridge was removed from Neutron; OVN carries all networks.',
    [''],
    'CONFIG_NEUTRON_LB_INTERFACE_MAPPINGS',
    'CONFIG_NEUTRON_LB_TENANT_NETWORK_TYPE',
    'CONFIG_NEUTRON_LB_VLAN_RANGES',
  ),
  ...retired(
    'The Open vSwitch plugin gave way to ML2; OVN carries all networks.',
    [''],
    'CONFIG_NEUTRON_L2_PLUGIN',
    'CONFIG_NEUTRON_OVS_TENANT_NETWORK_TYPE',
    'CONFIG_NEUTRON_OVS_VLAN_RANGES',
    'CONFIG_NEUTRON_OVS_TUNNEL_RANGES',
    'CONFIG_NEUTRON_OVS_BRIDGE_CREATE',
  ),
  ...retired(
    'Ports of the kind SR-IOV are not offered: instances use virtio.',
    ['', 'n', "['15b3:1004', '8086:10ca']"],
    'CONFIG_NEUTRON_ML2_SUPPORTED_PCI_VENDOR_DEVS',
    'CONFIG_NEUTRON_ML2_SRIOV_AGENT_REQUIRED',
  ),
  ...retired(
    'Fernet tokens are not kept in the database: there is nothing to purge.',
    ['y', 'n', 'True', 'False', ''],
    'CONFIG_KEYSTONE_DB_PURGE_ENABLE',
  ),
  ...retired(
    'Rows of stacks that were deleted 30 days ago are purged every day.',
    ['y', 'True', ''],
    'CONFIG_HEAT_DB_PURGE_ENABLE',
  ),
  ...retired('Keystone no longer has an admin token.', ['', 'PW_PLACEHOLDER'], 'CONFIG_KEYSTONE_ADMIN_TOKEN'),
  ...retired(
    'Keystone no longer writes to directories.',
    ['n', ''],
    'CONFIG_KEYSTONE_LDAP_USER_ALLOW_CREATE',
    'CONFIG_KEYSTONE_LDAP_USER_ALLOW_UPDATE',
    'CONFIG_KEYSTONE_LDAP_USER_ALLOW_DELETE',
    'CONFIG_KEYSTONE_LDAP_GROUP_ALLOW_CREATE',
    'CONFIG_KEYSTONE_LDAP_GROUP_ALLOW_UPDATE',
    'CONFIG_KEYSTONE_LDAP_GROUP_ALLOW_DELETE',
  ),
  ...retired(
    'Volumes are kept in Ceph; Gluster was removed from Cinder.',
    [''],
    'CONFIG_CINDER_GLUSTER_MOUNTS',
  ),
  ...retired('The CloudWatch API was removed from Heat.', ['n', ''], 'CONFIG_HEAT_CLOUDWATCH_INSTALL'),
  ...retired(
    AMQP_TLS,
    ['', 'PW_PLACEHOLDER', '5671', 'y', 'n'],
    'CONFIG_AMQP_NSS_CERTDB_PW',
    'CONFIG_AMQP_SSL_PORT',
    'CONFIG_AMQP_SSL_CACERT_FILE',
    'CONFIG_AMQP_SSL_CERT_FILE',
    'CONFIG_AMQP_SSL_KEY_FILE',
    'CONFIG_AMQP_SSL_SELF_SIGNED',
  ),
  ...retired(
    NOVA_NETWORK,
    [''],
    'CONFIG_NOVA_COMPUTE_PRIVIF',
    'CONFIG_NOVA_COMPUTE_MANAGER',
    'CONFIG_NOVA_NETWORK_MANAGER',
    'CONFIG_NOVA_NETWORK_PUBIF',
    'CONFIG_NOVA_NETWORK_PRIVIF',
    'CONFIG_NOVA_NETWORK_FIXEDRANGE',
    'CONFIG_NOVA_NETWORK_FLOATRANGE',
    'CONFIG_NOVA_NETWORK_DEFAULTFLOATINGPOOL',
    'CONFIG_NOVA_NETWORK_AUTOASSIGNFLOATINGIP',
    'CONFIG_NOVA_NETWORK_VLAN_START',
    'CONFIG_NOVA_NETWORK_NUMBER',
    'CONFIG_NOVA_NETWORK_SIZE',
  ),
  ...retired(
    'Tempest is not run; `cloudwright test` is the acceptance test.',
    [''],
    'CONFIG_PROVISION_TEMPEST_REPO_URI',
    'CONFIG_PROVISION_TEMPEST_REPO_REVISION',
    'CONFIG_PROVISION_CIRROS_URL',
    'CONFIG_PROVISION_UEC_IMAGE_NAME',
    'CONFIG_PROVISION_UEC_IMAGE_KERNEL_URL',
    'CONFIG_PROVISION_UEC_IMAGE_RAMDISK_URL',
    'CONFIG_PROVISION_UEC_IMAGE_DISK_URL',
  ),
};
