import type { KeyRule, KeyTable } from '../ansible/context.ts';
import type { Outcome } from '../report.ts';
import { meaninglessOf, secretsOf, switchOf } from '../serviceKeys.ts';
import { importableServices } from '../services.ts';

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}

interface Group extends KeyRule {
  readonly keys: readonly string[];
}

function group(outcome: Outcome, note: string, text: string): Group {
  return { outcome, note, keys: words(text) };
}

const TOGETHER = 'read together with other keys; nothing in this description depends on it';
const CHART = 'of the Helm chart of a service; here its configuration is written directly';

/**
 * Every variable of Burrito's releases 1.0 to 3.0: `vars.yml`, `group_vars`, the overlays, the vault and the roles'
 * defaults. What the importer does not take up itself is answered from here.
 */
const groups: readonly Group[] = [
  group(
    'meaningless',
    TOGETHER,
    `
  svc_iface_name mgmt_iface_name provider_iface_name overlay_iface_name storage_iface_name ntp_servers
  keepalived_vip keepalived_vip_svc storage_backends ha_level ha vrrp_script_interval vrrp_script_timeout
  vrrp_script_rise vrrp_script_fall inter rise fall openstack_mtu is_ovs is_ovn ansible_password
  ansible_become_password offline checklist svc_cidr ntp_allowed_cidr keepalived_interface
  keepalived_interface_svc public_network cluster_network ceph_pool_default_size
  ceph_pool_default_min_size radosgw_frontend_port ceph_rgw_port os_admin_password bgp_dragent
  neutron_ml2_plugin ovs_dvr ovs_provider ssh_port enable_cinder_backup common_password
  dashboard_enabled lvm_volumes monitor_interface radosgw_interface ceph_osd_use_all data_devices
  min_vcpus min_memory min_disk min_osd yum_repo local_repo_url ceph_rgw_uid vault_ssh_password
  vault_sudo_password vault_openstack_admin_password vault_mariadb_root_password
  vault_rabbitmq_openstack_password 
  
  
  vault_pfx_admin_password vault_pfx_lia_token 
    `,
  ),
  group(
    'meaningless',
    'belongs to a storage backend that is not in storage_backends',
    `
  hitachi_storage_model hitachi_serial_number hitachi_pool_id hitachi_port_id hitachi_san_ip
  hitachi_san_login hitachi_san_password hitachi_ldev_range hitachi_target_ports
  hitachi_compute_target_ports hitachi_storage_id hitachi_pool hsvp_url hsvp_user hsvp_password
  lvm_devices lvm_volume_driver lvm_vg_name netapp_nfs_protocol netapp_nfs_mount_options netapp mdm_ip
  sds_devices pfmp_ip pfmp_hostname pfmp_port pfmp_username pfmp_password mdm_password lia_token
  protection_domain_name storage_pool_name lia_port pfmp_vm_start_ip pfmp_lb_start_ip pfmp_cluster_cidr
  pfmp_service_cidr pfmp_vm_spec pfmp_mgmt_bridge_name pfmp_storage_bridge_name powerstore
  powerstore_skip_cert_validation powerstore_external_access powerstore_nfs_volume_driver
  powerstore_fc_volume_driver is_nfs_in_powerstore powerstore_nfs_enabled powerstore_nfs_protocol
  powerstore_nfs_mount_options primera_ip primera_username primera_password primera_openstack_cpg
  primera_secret primera_volume_driver primera_api_url purestorage_mgmt_ip purestorage_api_token
  purestorage_transport_protocol purestorage_volume_driver_map purestorage_volume_driver
  pure_eradicate_on_delete pure_automatic_max_oversubscription_ratio storage_iface_names
    `,
  ),
  group(
    'meaningless',
    'of Kubernetes and its storage drivers; here the services are systemd units on the hosts',
    `
  metallb_enabled metallb_ip_range install_descheduler k8s_ha_level k8s_ha kubelet_status_update_frequency
  kube_controller_node_monitor_period kube_controller_node_monitor_grace_period
  kube_apiserver_pod_eviction_not_ready_timeout_seconds
  kube_apiserver_pod_eviction_unreachable_timeout_seconds kubelet_shutdown_grace_period
  kubelet_shutdown_grace_period_critical_pods apiserver_loadbalancer_domain_name
  kube_apiserver_bind_address kube_apiserver_address kube_apiserver_port kubeadm_ignore_preflight_errors
  loadbalancer_apiserver calico_mtu kube_pool pod metrics_server_enabled upstream_dns_servers
  kube_image_repo download_run_once bin_dir kube_version kube_proxy_strict_arp kubeconfig_localhost
  kubectl_localhost auto_renew_certificates helm_enabled cert_manager_enabled cert_manager_affinity
  preinstall_selinux_state sysctl_file_path kube_pods_subnet kube_network_node_prefix kubelet_max_pods
  authorization_modes kube_apiserver_request_timeout kube_apiserver_service_account_lookup
  kubernetes_audit audit_log_path audit_log_maxage audit_log_maxbackups audit_log_maxsize tls_min_version
  tls_cipher_suites enable_alwayspullimages kube_apiserver_admission_plugins
  kube_apiserver_enable_admission_plugins kube_apiserver_admission_control_config_file
  kube_apiserver_admission_event_rate_limits kube_encrypt_secret_data kube_encryption_resources
  kube_encryption_algorithm kube_controller_manager_bind_address
  kube_controller_terminated_pod_gc_threshold kube_controller_feature_gates kube_scheduler_bind_address
  kubelet_image_gc_high_threshold kubelet_image_gc_low_threshold kubelet_config_extra_args
  kubelet_authorization_mode_webhook kubelet_authentication_token_webhook kube_read_only_port
  kubelet_protect_kernel_defaults kubelet_event_record_qps kubelet_rotate_certificates
  kubelet_streaming_connection_idle_timeout kubelet_make_iptables_util_chains
  kubelet_rotate_server_certificates kubelet_feature_gates kubelet_seccomp_default
  kubelet_systemd_hardening kubelet_secure_addresses kubelet_csr_approver_repository_url
  kubelet_csr_approver_chart_version kubelet_csr_approver_values kube_pod_security_use_default
  kube_pod_security_default_enforce calico_version calico_network_backend calico_ipip_mode
  calico_vxlan_mode calico_ipam_host_local calico_pool_blocksize
  calico_policy_controller_deployment_nodeselector coredns_deployment_nodeselector etcd_nice
  etcd_ionice_class etcd_ionice_priority metallb_namespace metallb_config cephcsi_version
  csi_attacher_version csi_node_driver_registrar_version csi_provisioner_version csi_resizer_version
  csi_snapshotter_version registry_ready_timeout trident_version pfx_version pfx_sdc_version
  pfx_snapshot_controller_version storageclass_name pvc_access_modes_map ingress nova_pvc_instances
  cinder_pvc_conversion dasel_version dasel_download_url lb_iface_mappings podsecuritypolicy_enabled
  glance_pvc_nginx_client_tmp metallb_protocol podsecuritypolicy_restricted_spec asklepios
  hitachi_prefix_id netapp_backend_names calico_healthport powerstore_namespace powerstore_csi_version
  csi_metadata_retriever_version powerstore_backend_names primera_k8s_cpg primera_csi_version
  primera_csi_extension_version primera_volume_mutator_version primera_volume_group_snapshotter_version
  primera_volume_group_provisioner_version portworx_version portworx_oci_monitor_version
  portworx_px_operator_version portworx_pause_version snapshot_contoller_version kubeadm_download_url
  kubectl_download_url kubelet_download_url etcd_download_url calicoctl_download_url
  calico_crds_download_url helm_download_url trident_download_url kube_apiserver_feature_gates
  kube_scheduler_feature_gates kube_pod_subnet is_ceph hitachi_namespace hspc_operator_version
  hspc_csi_driver_version osecsi_version k8s_manifest_dir k8s_services calico_artifacts_dir
  calico_manifests asklepios_artifacts_dir asklepios_manifests ceph_csi_artifacts_dir ceph_csi_manifests
  trident_deploy_images trident_deploy trident_deploy_patch_list trident_daemonset_images
  trident_daemonset trident_daemonset_patch_list vxflexos_artifacts_dir vxflexos_manifests
  hspc_operator_deploy_images hspc_operator_deploy hspc_operator_deploy_patch_list
  hspc_csi_controller_deploy_images hspc_csi_controller_deploy hspc_csi_controller_deploy_patch_list
  hspc_csi_daemonset_images hspc_csi_daemonset hspc_csi_daemonset_patch_list primera_artifacts_dir
  primera_manifests purestorage_artifacts_dir purestorage_manifests powerstore_artifacts_dir
  powerstore_manifests manifest_files system_node_clsuterrole_patch_list descheduler_version
  descheduler_interval descheduler_log_level unarchive_dir
    `,
  ),
  group(
    'meaningless',
    'of container images and their registry; here the services come as Debian packages',
    `
  gcr_image_repo github_image_repo docker_image_repo quay_image_repo registry_version registry_tls_secret
  registry_enabled registry_namespace registry_storage_class registry_disk_size registry_service_type
  registry_service_nodeport seed_registry_port containerd_registries_mirrors btx dellfcopy_download_url
  containerd_insecure_registries docker_pull_timeout genesis_registry_port containerd_use_config_path
  registry_host local_repo_port files_repo redhat_io_image_repo redhat_com__image_repo unsafe_show_logs
  cni_download_url crictl_download_url runc_download_url containerd_download_url nerdctl_download_url
  rhel_enable_repos registry_conf_dir osh_path osh_infra_path btx_path osh_infra_charts osh_charts
  btx_charts localrepo files_src files_dst pkg_src pkg_dst image_pull_cmd image_tag_cmd image_push_cmd
  genesis_registry genesis_images registry_manifest_dir
    `,
  ),
  group(
    'meaningless',
    'internal to a role of Burrito',
    `
  deploy_ssh_key configure_firewall tls_tmp_dir tls_dir tls_ca tls_server tls_subj tls_days tls_san
  sshkey_dir service_name max_tries max_interval max_corrections max_skew force_active_standby balance
  haproxy_conf_dir service_conf os_artifacts_dir tls tls_tmp_client tls_client_dir tls_client_key
  tls_client_cert artifacts_dir template_files systemd_service_name lvm_kernel_modules lvm_conf
    `,
  ),
  group(
    'meaningless',
    'derived from other values; here it comes from the networks themselves',
    `
  svc_netmask mgmt_netmask keepalived_interface_prefix keepalived_interface_svc_prefix storage_netmask
  single_osd_node ceph_public_network ceph_cluster_network keepalived_svc_exists db_acl_cidrs
  openstack_fqdn
    `,
  ),
  group(
    'default',
    'Cloudwright names the pools and keys of Ceph images, volumes, vms and backups by itself',
    `
  openstack_glance_pool openstack_cinder_pool openstack_cinder_backup_pool openstack_nova_pool
  ceph_basic_pools ceph_pools ceph_basic_keys ceph_cinder_backup_key ceph_keys ceph_pool
  openstack_basic_pools openstack_config openstack_keys openstack_nova_vms_pool openstack_pools
    `,
  ),
  group(
    'unsupported',
    'further settings of ceph.conf and buckets are not made; the defaults of Ceph apply',
    `
  ceph_conf_overrides ceph_rgw_buckets
    `,
  ),
  group(
    'meaningless',
    'about the way cephadm or ceph-ansible is run; here Ceph comes as Debian packages',
    `
  radosgw_frontend_type ceph_secret_uuid ceph_origin ceph_repository ceph_repository_type
  ceph_stable_release copy_admin_key osd_objectstore ceph_version ceph_conf_dir ceph_ssh_config
  ceph_bootstrap_templates_common ceph_bootstrap_templates ceph_artifacts_dir ceph_bootstrap_params
  ceph_health_ok ceph_health_retries ceph_health_delay ceph_admin_key ceph_cinder_key
    `,
  ),
  group(
    'meaningless',
    CHART,
    `
  mariadb rabbitmq enable_iscsi_map enable_iscsi enable_multipath_map enable_multipath 
  glance_store_types glance_storage glance_nginx_deploy_types glance_enabled_backends_str
  glance_api_use_hostnet glance_job_storage_init glance_api_jobs_dependencies_base
  glance_api_jobs_dependencies nova_nfs_mount_options nova_uid nova_gid
  enable_cron_volume_usage_audit cinder_backends_map cinder_vol_deploy_type_map
  cinder_volume_capabilities_map rabbit_retry_interval rabbit_retry_backoff
  rabbit_interval_max rabbit_quorum_queue heartbeat_timeout_threshold heartbeat_rate
    `,
  ),
];

const rules = new Map<string, KeyRule>();
for (const { keys, outcome, note } of groups) for (const key of keys) rules.set(key, { outcome, note });
for (const service of importableServices) {
  if (!service.burrito) continue;
  rules.set(service.project, { outcome: 'meaningless', note: CHART });
  const key = switchOf(service, 'burrito');
  if (key) rules.set(key, { outcome: 'meaningless', note: TOGETHER });
}
for (const key of secretsOf('burrito').keys()) rules.set(key, { outcome: 'meaningless', note: TOGETHER });
for (const [key, note] of meaninglessOf('burrito')) rules.set(key, { outcome: 'meaningless', note });

/** Names that are not listed but belong to Kubernetes' own roles, which take hundreds of variables. */
const KUBERNETES =
  /^(?:kube|k8s|kubelet|kubeadm|calico|cilium|containerd|crio|etcd|coredns|nodelocaldns|metallb|helm|registry|ingress_nginx|cert_manager|argocd|krew)_\w+$/;

export const burritoKeys: KeyTable = {
  keys: [...rules.keys()],
  rule(key: string): KeyRule | undefined {
    const known = rules.get(key);
    if (known) return known;
    if (!KUBERNETES.test(key)) return undefined;
    return {
      outcome: 'meaningless',
      note: 'of Kubernetes; here the services are systemd units on the hosts',
    };
  },
};
