import type { KeyRule, KeyTable } from '../ansible/context.ts';
import type { Outcome } from '../report.ts';
import { meaninglessOf, switchOf } from '../serviceKeys.ts';
import { type ImportableService, importableServices } from '../services.ts';
import { passwordKeys, passwordRule } from './passwords.ts';

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}

interface Group extends KeyRule {
  readonly keys: readonly string[];
}

function group(outcome: Outcome, note: string, text: string): Group {
  return { outcome, note, keys: words(text) };
}

const switches = (wanted: (service: ImportableService) => boolean): readonly string[] =>
  importableServices.filter(wanted).flatMap((service) => switchOf(service, 'kolla') ?? []);

/** Services that every cloud has here: switching one on changes nothing, switching one off cannot be done. */
export const coreServices: ReadonlySet<string> = new Set([
  ...switches((service) => !service.optional),
  ...words(`
  enable_openstack_core enable_haproxy enable_keepalived enable_mariadb
  enable_memcached enable_rabbitmq enable_horizon_heat enable_iscsid
  enable_neutron_qos enable_neutron_segments enable_neutron_trunk enable_neutron_port_forwarding
  enable_nova_ssh enable_openvswitch enable_ovn enable_chrony
  `),
]);

const optionalSwitches = switches((service) => service.optional !== undefined);

/** Services and features that Cloudwright does not deploy. */
export const otherServices: ReadonlySet<string> = new Set(
  words(`
  enable_aodh enable_central_logging enable_mariabackup enable_blazar enable_ceilometer enable_ceilometer_ipmi enable_cells
  enable_cinder_backend_iscsi enable_cinder_backend_quobyte enable_cinder_backend_pure_iscsi
  enable_cinder_backend_pure_fc enable_cinder_backend_pure_roce enable_cinder_backend_pure_nvme_tcp
  enable_cinder_backend_lightbits enable_cinder_backend_vast enable_cloudkitty enable_collectd
  enable_cyborg enable_designate enable_gnocchi enable_gnocchi_statsd enable_grafana
  enable_grafana_external enable_horizon_blazar enable_horizon_cloudkitty enable_horizon_designate
  enable_horizon_fwaas enable_horizon_ironic enable_horizon_magnum enable_horizon_manila
  enable_horizon_masakari enable_horizon_mistral enable_horizon_neutron_vpnaas enable_horizon_octavia
  enable_horizon_tacker enable_horizon_trove enable_horizon_watcher enable_ironic
  enable_ironic_neutron_agent enable_ironic_prometheus_exporter enable_ironic_pxe_filter enable_magnum
  enable_manila enable_manila_backend_generic enable_manila_backend_hnas
  enable_manila_backend_cephfs_native enable_manila_backend_cephfs_nfs enable_manila_backend_glusterfs_nfs
  enable_manila_backend_flashblade enable_manila_backend_vast enable_masakari enable_mistral
  enable_multipathd enable_neutron_vpnaas enable_neutron_sriov enable_neutron_dvr enable_neutron_fwaas
  enable_neutron_bgp_dragent enable_neutron_sfc enable_neutron_metering enable_nova_serialconsole_proxy
  enable_nova_swtpm enable_octavia enable_octavia_driver_agent enable_octavia_jobboard enable_opensearch
  enable_opensearch_dashboards enable_opensearch_dashboards_external enable_ovs_dpdk enable_osprofiler
  enable_prometheus enable_skyline enable_tacker enable_trove enable_trove_singletenant enable_watcher
  enable_prometheus_server enable_prometheus_haproxy_exporter enable_prometheus_mysqld_exporter
  enable_prometheus_node_exporter enable_prometheus_cadvisor enable_prometheus_fluentd_integration
  enable_prometheus_memcached_exporter enable_prometheus_alertmanager
  enable_prometheus_alertmanager_external enable_prometheus_ceph_mgr_exporter
  enable_prometheus_openstack_exporter enable_prometheus_elasticsearch_exporter
  enable_prometheus_blackbox_exporter enable_prometheus_libvirt_exporter
  enable_prometheus_openstack_network_exporter enable_prometheus_etcd_integration
  enable_prometheus_valkey_exporter enable_ironic_dnsmasq enable_prometheus_proxysql_exporter enable_swift
  enable_kibana enable_elasticsearch enable_sahara enable_murano enable_senlin enable_solum enable_freezer
  enable_vitrage enable_monasca enable_zun enable_kuryr enable_panko enable_influxdb enable_rally
  enable_tempest enable_nova_fake enable_qinling enable_searchlight enable_karbor enable_congress
  enable_mongodb enable_outward_rabbitmq enable_ceph enable_ceph_mds enable_ceph_dashboard enable_ceph_nfs
  enable_neutron_lbaas enable_neutron_vmware_nsxv3 enable_cinder_backend_hnas_nfs
  enable_cinder_backend_zfssa_iscsi enable_hyperv enable_horizon_zun enable_horizon_sahara
  enable_horizon_murano enable_horizon_senlin enable_horizon_solum enable_horizon_freezer
  enable_horizon_vitrage enable_horizon_monasca enable_horizon_swift enable_horizon_neutron_lbaas
  `).filter((key) => !coreServices.has(key) && !optionalSwitches.includes(key)),
);

/** Every key of `globals.yml` from Wallaby to the newest release, defaults of the roles included. */
const groups: readonly Group[] = [
  group(
    'meaningless',
    'read together with other keys; nothing in this description depends on it',
    `
  openstack_release kolla_internal_vip_address kolla_external_vip_address network_interface
  kolla_external_vip_interface api_interface tunnel_interface network_address_family
  neutron_external_interface neutron_plugin_agent keepalived_virtual_router_id openstack_region_name
  multiple_regions_names enable_cinder_backup
  enable_cinder_backend_lvm enable_cinder_backend_nfs glance_backend_ceph
  cinder_backend_ceph cinder_volume_group nova_backend_ceph nova_compute_virt_type container_http_proxy
  horizon_tls_port storage_interface neutron_bridge_name neutron_tenant_network_types
  neutron_physical_networks nova_cpu_allocation_ratio nova_ram_allocation_ratio nova_disk_allocation_ratio
    `,
  ),
  group(
    'meaningless',
    'internal to the way Kolla runs its containers',
    `
  enable_neutron_packet_logging enable_container_healthchecks enable_external_api_firewalld
  enable_hacluster enable_ceph_rgw_loadbalancer enable_destroy_images enable_etcd
  enable_fluentd enable_fluentd_systemd  enable_neutron_agent_ha
  enable_neutron_provider_networks enable_proxysql enable_valkey enable_glance_image_cache
  enable_haproxy_memcached enable_redis enable_telegraf enable_storm enable_kafka enable_zookeeper
  enable_nova_libvirt_container workaround_ansible_issue_8743 kolla_ansible_setup_filter
  kolla_ansible_setup_gather_subset kolla_max_fail_percentage kolla_ansible_delegate_facts_hosts
  config_strategy kolla_base_distro openstack_tag openstack_tag_suffix node_custom_config
  kolla_sysctl_conf_path kolla_container_engine docker_registry docker_registry_insecure
  docker_registry_username docker_namespace docker_client_timeout default_container_healthcheck_interval
  default_container_healthcheck_timeout default_container_healthcheck_retries
  default_container_healthcheck_start_period nova_scheduler_healthcheck_retries
  nova_conductor_healthcheck_retries nova_super_conductor_healthcheck_retries docker_graceful_timeout
  config_owner_user kolla_same_external_internal_vip container_https_proxy container_no_proxy
  container_proxy_no_proxy_entries container_proxy kolla_install_type docker_restart_policy docker_yum_url
  virtualenv kolla_internal_address node_config node_config_directory kolla_dev_mode
    `,
  ),
  group(
    'unsupported',
    'of an external Ceph cluster; Cloudwright builds one of its own, with its own pools and keys',
    `
  external_ceph_cephx_enabled ceph_glance_user ceph_glance_pool_name ceph_cinder_user
  ceph_cinder_pool_name ceph_cinder_backup_user ceph_cinder_backup_pool_name ceph_nova_user
  ceph_nova_pool_name ceph_gnocchi_user ceph_gnocchi_pool_name ceph_manila_user ceph_glance_keyring
  ceph_cinder_keyring ceph_cinder_backup_keyring ceph_nova_keyring
    `,
  ),
  group(
    'meaningless',
    'ports, names and users of services are fixed here',
    `
  vast_port manila_vast_port hacluster_corosync_port
  aodh_internal_fqdn aodh_external_fqdn aodh_api_port aodh_api_public_port aodh_api_listen_port
  
  blazar_internal_fqdn blazar_external_fqdn blazar_api_port
  blazar_api_public_port blazar_api_listen_port ceph_rgw_internal_fqdn ceph_rgw_external_fqdn
  ceph_rgw_port ceph_rgw_public_port cinder_keystone_user cinder_internal_fqdn cinder_external_fqdn
  cinder_api_port cinder_api_public_port cinder_api_listen_port cloudkitty_internal_fqdn
  cloudkitty_external_fqdn cloudkitty_api_port cloudkitty_api_public_port cloudkitty_api_listen_port
  collectd_udp_port om_rpc_port om_notify_port database_port cyborg_internal_fqdn cyborg_external_fqdn
  cyborg_api_port cyborg_api_public_port cyborg_api_listen_port designate_keystone_user
  designate_internal_fqdn designate_external_fqdn designate_api_port designate_api_listen_port
  designate_api_public_port designate_bind_port designate_mdns_port designate_rndc_port etcd_client_port
  etcd_peer_port fluentd_syslog_port syslog_udp_port glance_keystone_user glance_internal_fqdn
  glance_external_fqdn glance_api_port glance_api_listen_port glance_api_public_port gnocchi_internal_fqdn
  gnocchi_external_fqdn gnocchi_api_port gnocchi_api_listen_port gnocchi_api_public_port
  grafana_internal_fqdn grafana_external_fqdn grafana_server_port grafana_server_public_port
  grafana_server_listen_port haproxy_single_external_frontend_public_port haproxy_stats_port
  haproxy_monitor_port haproxy_ssh_port heat_internal_fqdn heat_external_fqdn heat_api_port
  heat_api_listen_port heat_api_public_port heat_cfn_internal_fqdn heat_cfn_external_fqdn
  heat_api_cfn_port heat_api_cfn_listen_port heat_api_cfn_public_port horizon_internal_fqdn
  horizon_external_fqdn horizon_port horizon_listen_port ironic_keystone_user ironic_internal_fqdn
  ironic_external_fqdn ironic_api_port ironic_api_listen_port ironic_api_public_port ironic_http_port
  ironic_prometheus_exporter_port iscsi_port keystone_internal_fqdn keystone_external_fqdn
  keystone_public_port keystone_public_listen_port keystone_internal_port keystone_internal_listen_port
  keystone_listen_port keystone_ssh_port magnum_internal_fqdn magnum_external_fqdn magnum_api_port
  magnum_api_public_port magnum_api_listen_port manila_internal_fqdn manila_external_fqdn manila_api_port
  manila_api_public_port manila_api_listen_port mariadb_port mariadb_wsrep_port mariadb_ist_port
  mariadb_sst_port masakari_internal_fqdn masakari_external_fqdn masakari_api_port
  masakari_api_public_port masakari_api_listen_port memcached_port mistral_internal_fqdn
  mistral_external_fqdn mistral_api_port mistral_api_public_port mistral_api_listen_port
  neutron_keystone_user neutron_internal_fqdn neutron_external_fqdn neutron_server_port
  neutron_server_listen_port neutron_server_public_port nova_keystone_user nova_internal_fqdn
  nova_external_fqdn nova_api_port nova_api_listen_port nova_api_public_port nova_metadata_internal_fqdn
  nova_metadata_external_fqdn nova_metadata_port nova_metadata_listen_port nova_novncproxy_fqdn
  nova_novncproxy_port nova_novncproxy_listen_port nova_novncproxy_public_port nova_serialproxy_fqdn
  nova_serialproxy_port nova_serialproxy_listen_port nova_serialproxy_public_port
  nova_spicehtml5proxy_fqdn nova_spicehtml5proxy_port nova_spicehtml5proxy_listen_port
  nova_spicehtml5proxy_public_port octavia_internal_fqdn octavia_external_fqdn octavia_api_port
  octavia_api_listen_port octavia_api_public_port octavia_health_manager_port
  opensearch_dashboards_internal_fqdn opensearch_dashboards_external_fqdn opensearch_port
  opensearch_dashboards_port opensearch_dashboards_port_external opensearch_dashboards_listen_port
  ovsdb_port ovn_nb_db_port ovn_sb_db_port ovn_sb_db_relay_port_prefix ovn_sb_db_relay_port
  placement_keystone_user placement_internal_fqdn placement_external_fqdn placement_api_port
  placement_api_listen_port placement_api_public_port prometheus_internal_fqdn prometheus_external_fqdn
  prometheus_port prometheus_listen_port prometheus_public_port prometheus_node_exporter_port
  prometheus_mysqld_exporter_port prometheus_haproxy_exporter_port prometheus_memcached_exporter_port
  prometheus_rabbitmq_exporter_port prometheus_cadvisor_port prometheus_fluentd_integration_port
  prometheus_libvirt_exporter_port prometheus_etcd_integration_port proxysql_prometheus_exporter_port
  prometheus_valkey_exporter_port prometheus_alertmanager_internal_fqdn
  prometheus_alertmanager_external_fqdn prometheus_alertmanager_port prometheus_alertmanager_cluster_port
  prometheus_alertmanager_public_port prometheus_alertmanager_listen_port
  prometheus_openstack_exporter_port prometheus_elasticsearch_exporter_port
  prometheus_blackbox_exporter_port prometheus_openstack_network_exporter_port proxysql_admin_port
  rabbitmq_port rabbitmq_management_port rabbitmq_cluster_port rabbitmq_epmd_port rabbitmq_prometheus_port
  skyline_apiserver_internal_fqdn skyline_apiserver_external_fqdn skyline_console_internal_fqdn
  skyline_console_external_fqdn skyline_apiserver_port skyline_apiserver_listen_port
  skyline_apiserver_public_port skyline_console_port skyline_console_listen_port
  skyline_console_public_port tacker_internal_fqdn tacker_external_fqdn tacker_server_port
  tacker_server_public_port tacker_server_listen_port trove_internal_fqdn trove_external_fqdn
  trove_api_port trove_api_public_port trove_api_listen_port valkey_server_port valkey_sentinel_port
  watcher_internal_fqdn watcher_external_fqdn watcher_api_port watcher_api_public_port
  watcher_api_listen_port
    `,
  ),
  group(
    'unsupported',
    'TLS comes with the certificate of the vault; these settings are not taken over',
    `
  om_rabbitmq_cacert kolla_enable_tls_internal kolla_enable_tls_external kolla_certificates_dir
  kolla_external_fqdn_cert kolla_internal_fqdn_cert kolla_admin_openrc_cacert
  kolla_copy_ca_into_containers haproxy_backend_cacert haproxy_backend_cacert_dir
  database_enable_tls_backend kolla_enable_tls_backend kolla_verify_tls_backend kolla_tls_backend_cert
  kolla_tls_backend_key acme_client_servers letsencrypt_email letsencrypt_key_type letsencrypt_cert_server
  letsencrypt_cron_renew_schedule letsencrypt_external_account_binding letsencrypt_eab_hmac
  letsencrypt_eab_key_id rabbitmq_enable_tls rabbitmq_cacert om_enable_rabbitmq_tls openstack_cacert
  database_enable_tls_internal etcd_enable_tls glance_enable_tls_backend kolla_haproxy_ssl_settings
  haproxy_ssl_settings horizon_enable_tls_backend letsencrypt_webserver_port letsencrypt_managed_certs
  letsencrypt_external_cert_server letsencrypt_internal_cert_server mariadb_enable_tls_backend
  neutron_enable_tls_backend
    `,
  ),
  group(
    'meaningless',
    'follows from the networks of the description',
    `
  dns_interface octavia_network_interface api_address_family storage_address_family
  migration_address_family tunnel_address_family octavia_network_address_family
  bifrost_network_address_family dns_address_family ironic_dnsmasq_interface bifrost_network_interface
  api_interface_address openstack_interface ironic_http_interface ironic_tftp_interface
  ironic_http_address_family ironic_tftp_address_family ironic_http_interface_address
  ironic_tftp_interface_address migration_interface migration_interface_address
  octavia_network_interface_address dpdk_tunnel_address_family dpdk_tunnel_interface
  tunnel_interface_address dpdk_tunnel_interface_address cluster_interface swift_storage_interface
  swift_replication_interface
    `,
  ),
  group(
    'meaningless',
    'of a service or driver that Cloudwright does not deploy',
    `
  vast_host s3_url s3_bucket s3_access_key s3_secret_key glance_backend_s3 glance_backend_s3_url
  glance_backend_s3_bucket glance_backend_s3_access_key glance_backend_s3_secret_key osprofiler_backend
  gnocchi_backend_storage gnocchi_incoming_storage
  cinder_backup_s3_url
  cinder_backup_s3_bucket cinder_backup_s3_access_key cinder_backup_s3_secret_key
  cloudkitty_collector_backend cloudkitty_storage_backend designate_backend designate_ns_record
  designate_coordination_backend ironic_dnsmasq_boot_file ironic_enable_rolling_upgrade
  ironic_kernel_cmdline_extras ironic_coordination_backend hnas_ip hnas_user hnas_password hnas_evs_id
  hnas_evs_ip hnas_file_system_name manila_cephfs_filesystem_name manila_glusterfs_share_layout
  manila_glusterfs_nfs_server_type manila_flashblade_mgmt_vip manila_flashblade_data_vip
  manila_flashblade_api manila_glusterfs_servers manila_glusterfs_ssh_user manila_glusterfs_ssh_password
  manila_glusterfs_volume_pattern manila_glusterfs_target manila_glusterfs_mount_point_base
  manila_vast_host manila_vast_user manila_vast_vippool_name manila_vast_root_export
  prometheus_external_labels prometheus_cmdline_extras prometheus_cadvisor_cmdline_extras
  prometheus_blackbox_exporter_cmdline_extras prometheus_elasticsearch_exporter_cmdline_extras
  prometheus_memcached_exporter_cmdline_extras prometheus_mysqld_exporter_cmdline_extras
  prometheus_node_exporter_cmdline_extras prometheus_openstack_exporter_cmdline_extras
  prometheus_ceph_mgr_exporter_endpoints octavia_auto_configure octavia_amp_flavor
  octavia_amp_security_groups octavia_amp_network octavia_amp_network_cidr octavia_amp_image_tag
  octavia_loadbalancer_topology octavia_amp_image_owner_id octavia_amp_boot_network_list
  octavia_amp_secgroup_list octavia_amp_flavor_id etcd_remove_deleted_members cinder_backend_ceph_name
  cinder_backend_lvm_name cinder_backend_nfs_name cinder_backend_quobyte_name
  cinder_backend_pure_iscsi_name cinder_backend_pure_fc_name cinder_backend_pure_roce_name
  cinder_backend_pure_nvme_tcp_name cinder_backend_lightbits_name cinder_backend_vast_name cinder_backends
  cinder_backend_huawei cinder_backend_huawei_xml_files osprofiler_backend_connection_string
  designate_backend_external designate_backend_external_bind9_nameservers masakari_coordination_backend
  opensearch_address opensearch_dashboards_user prometheus_alertmanager_user prometheus_grafana_user
  prometheus_haproxy_user prometheus_skyline_user prometheus_openstack_exporter_timeout
  octavia_certs_country octavia_certs_state octavia_certs_organization octavia_certs_organizational_unit
  glance_backend_swift glance_backend_vmware
    `,
  ),
  group(
    'unsupported',
    'endpoints are registered by address; clients that use the name have to be changed',
    'kolla_internal_fqdn kolla_external_fqdn',
  ),
  group(
    'unsupported',
    'backups of volumes go to Ceph',
    'cinder_backup_driver cinder_backup_share cinder_backup_mount_options_nfs',
  ),
  group('unsupported', 'images are kept in Ceph', 'glance_backend_file'),
  group('unsupported', 'floating addresses leave through the network hosts', 'neutron_ovn_distributed_fip'),
  group(
    'unsupported',
    'the administrator and its project are called admin',
    'keystone_admin_user keystone_admin_project',
  ),
  group(
    'unsupported',
    'a tuning value; the defaults of Cloudwright apply',
    `
  neutron_agents_wrappers disable_firewall external_api_firewalld_zone kolla_httpd_keep_alive
  kolla_httpd_timeout openstack_logging_debug rabbitmq_server_additional_erl_args
  mariadb_wsrep_extra_provider_options fernet_token_expiry
  update_keystone_service_user_passwords glance_enable_property_protection
  glance_enable_interoperable_image_import glance_enable_rolling_upgrade cinder_coordination_backend
  num_nova_fake_per_node nova_safety_upgrade nova_console
  horizon_backend_database cinder_ceph_backends cinder_backup_backend_ceph_name cinder_backup_ceph_backend
  cinder_enabled_backends om_rpc_user om_notify_user database_address database_user
  database_connection_recycle_time database_max_pool_size haproxy_user haproxy_enable_external_vip
  haproxy_enable_http2 haproxy_http2_protocol haproxy_single_external_frontend
  horizon_session_cache_backend use_common_mariadb_user mariadb_monitor_user
  mariadb_default_database_shard_id mariadb_default_database_shard_hosts neutron_dnsmasq_dns_servers
  nova_backend nova_database_shard_id nova_cell0_database_shard_id nova_database_name nova_database_user
  nova_database_address nova_cell0_database_name nova_cell0_database_user nova_cell0_database_address
  nova_cell0_database_password nova_serialproxy_protocol rabbitmq_user rabbitmq_monitoring_user
  neutron_ipam_driver keystone_token_provider neutron_type_drivers cinder_cluster_name
  nova_libvirt_logging_debug libvirt_enable_sasl openstack_service_workers openstack_service_rpc_workers
  neutron_l3_agent_host neutron_legacy_iptables glance_api_workers haproxy_max_connections
  mariadb_max_connections kolla_dns_servers
    `,
  ),
];

const rules = new Map<string, KeyRule>();
for (const { keys, outcome, note } of groups) for (const key of keys) rules.set(key, { outcome, note });
for (const key of optionalSwitches) rules.set(key, { outcome: 'default', note: 'as Kolla does by itself' });
for (const key of coreServices) rules.set(key, { outcome: 'default', note: 'deployed in every cloud' });
for (const key of otherServices) rules.set(key, { outcome: 'default', note: 'not deployed' });

const FIXED_NAMES: KeyRule = {
  outcome: 'meaningless',
  note: 'ports, names and users of services are fixed here',
};
for (const { project } of importableServices) {
  for (const rest of ['internal_fqdn', 'external_fqdn', 'api_port', 'api_public_port', 'api_listen_port'])
    rules.set(`${project}_${rest}`, FIXED_NAMES);
}
for (const [key, note] of meaninglessOf('kolla')) rules.set(key, { outcome: 'meaningless', note });

/** Projects whose services are not deployed; their variables begin with the name. */
const OTHER_PROJECTS = words(`
  octavia ironic magnum manila designate prometheus grafana opensearch elasticsearch kibana trove masakari mistral
  swift ceilometer gnocchi aodh cloudkitty skyline watcher bifrost letsencrypt influxdb zun kuryr monasca
`).filter((name) => importableServices.every(({ project, kolla }) => project !== name || kolla?.switch));

/** Shapes of the hundreds of keys that only the roles' defaults name. */
const SHAPES: readonly (readonly [RegExp, KeyRule])[] = [
  [
    /^\w+_(?:port|listen_port|public_port|internal_fqdn|external_fqdn|keystone_user|database_name|database_user)$/,
    FIXED_NAMES,
  ],
  [
    /^\w+_(?:image|tag|image_full|service_dimensions|dimensions|extra_volumes|default_volumes|healthcheck\w*|container_\w+)$/,
    { outcome: 'meaningless', note: 'internal to the way Kolla runs its containers' },
  ],
  [
    /^\w+_(?:workers|max_connections|timeout|logging_debug)$/,
    { outcome: 'unsupported', note: 'a tuning value; the defaults of Cloudwright apply' },
  ],
  [
    new RegExp(`^(?:${OTHER_PROJECTS.join('|')})_\\w+$`),
    { outcome: 'meaningless', note: 'of a service that Cloudwright does not deploy' },
  ],
];

export const kollaKeys: KeyTable = {
  keys: [...rules.keys(), ...passwordKeys],
  rule(key: string): KeyRule | undefined {
    return rules.get(key) ?? passwordRule(key) ?? SHAPES.find(([shape]) => shape.test(key))?.[1];
  },
};
