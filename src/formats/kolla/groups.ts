import type { RoleGroups } from '../ansible/hosts.ts';

const SERVICE_GROUPS: ReadonlySet<string> = new Set(
  `
  monitoring deployment baremetal tls-backend common collectd grafana etcd prometheus hacluster
  hacluster-remote loadbalancer mariadb rabbitmq keystone glance nova neutron openvswitch cinder
  cloudkitty memcached horizon barbican heat ironic magnum mistral manila ceilometer aodh cyborg gnocchi
  tacker trove watcher octavia designate placement bifrost skyline valkey blazar letsencrypt cron fluentd
  kolla_logs kolla_toolbox opensearch opensearch-dashboards glance-api nova-api nova-conductor
  nova-metadata nova-super-conductor nova-novncproxy nova-scheduler nova-spicehtml5proxy
  nova-compute-ironic nova-serialproxy ironic-neutron-agent neutron-bgp-dragent neutron-dhcp-agent
  neutron-l3-agent neutron-metadata-agent neutron-metering-agent neutron-periodic-worker
  neutron-rpc-server neutron-server neutron-ovn-agent neutron-ovn-maintenance-worker
  neutron-ovn-metadata-agent neutron-ovn-vpn-agent cinder-api cinder-backup cinder-backup-lvm
  cinder-backup-multiple cinder-scheduler cinder-volume cinder-volume-lvm cinder-volume-multiple
  cloudkitty-api cloudkitty-processor iscsid tgtd manila-api manila-scheduler manila-share manila-data
  barbican-api barbican-keystone-listener barbican-worker heat-api heat-api-cfn heat-engine ironic-api
  ironic-conductor ironic-dnsmasq ironic-tftp ironic-http magnum-api magnum-conductor mistral-api
  mistral-executor mistral-engine mistral-event-engine ceilometer-central ceilometer-notification
  ceilometer-compute ceilometer-ipmi aodh-api aodh-evaluator aodh-listener aodh-notifier cyborg-api
  cyborg-agent cyborg-conductor gnocchi-api gnocchi-statsd gnocchi-metricd trove-api trove-conductor
  trove-taskmanager multipathd watcher-api watcher-engine watcher-applier octavia-api octavia-driver-agent
  octavia-health-manager octavia-housekeeping octavia-worker designate-api designate-central
  designate-producer designate-mdns designate-worker designate-sink designate-backend-bind9 placement-api
  skyline-apiserver skyline-console tacker-server tacker-conductor blazar-api blazar-manager
  prometheus-node-exporter prometheus-mysqld-exporter prometheus-memcached-exporter prometheus-cadvisor
  prometheus-alertmanager prometheus-openstack-exporter prometheus-elasticsearch-exporter
  prometheus-blackbox-exporter prometheus-libvirt-exporter prometheus-openstack-network-exporter
  prometheus-valkey-exporter masakari-api masakari-engine masakari-hostmonitor masakari-instancemonitor
  ovn-controller ovn-controller-compute ovn-controller-network ovn-database ovn-northd ovn-nb-db ovn-sb-db
  ovn-sb-db-relay letsencrypt-webserver letsencrypt-lego haproxy chrony-server chrony elasticsearch kibana
  redis influxdb telegraf kuryr zun swift swift-proxy-server swift-account-server swift-container-server
  swift-object-server murano sahara senlin solum vitrage freezer monasca storm kafka zookeeper rally
  tempest qdrouterd outward-rabbitmq panko ceph-mon ceph-mgr ceph-osd ceph-rgw ceph-mds cadvisor
  elasticsearch-curator ironic-inspector ironic-pxe ironic-ipxe hyperv neutron-infoblox-ipam-agent
  nova-consoleauth prometheus-msteams
  `
    .trim()
    .split(/\s+/),
);

/** The groups of Kolla's inventories, `all-in-one` and `multinode`, old names included. */
export const kollaGroups: RoleGroups = {
  roles: { control: ['control'], network: ['network'], compute: ['compute'], storage: ['storage'] },
  others(group: string): string | undefined {
    if (group === 'deployment') return 'the machine that deploys is the one Cloudwright runs on';
    if (group === 'monitoring') return 'monitoring is not deployed';
    return SERVICE_GROUPS.has(group) ? 'which host runs a service follows from the roles' : undefined;
  },
  addressVariable: 'ansible_host',
};
