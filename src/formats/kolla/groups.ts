import type { RoleGroups } from '../ansible/hosts.ts';
import { importableServices } from '../services.ts';

/** Groups of services that are not deployed here, and of the platform. */
const OTHER_GROUPS: ReadonlySet<string> = new Set(
  `
  monitoring deployment baremetal tls-backend common collectd grafana etcd prometheus hacluster
  hacluster-remote loadbalancer mariadb rabbitmq openvswitch cloudkitty memcached ironic magnum mistral
  manila ceilometer aodh cyborg gnocchi tacker trove watcher octavia designate bifrost skyline valkey
  blazar letsencrypt cron fluentd kolla_logs kolla_toolbox opensearch opensearch-dashboards
  ironic-neutron-agent cloudkitty-api cloudkitty-processor iscsid tgtd manila-api manila-scheduler
  manila-share manila-data ironic-api ironic-conductor ironic-dnsmasq ironic-tftp ironic-http magnum-api
  magnum-conductor mistral-api mistral-executor mistral-engine mistral-event-engine ceilometer-central
  ceilometer-notification ceilometer-compute ceilometer-ipmi aodh-api aodh-evaluator aodh-listener
  aodh-notifier cyborg-api cyborg-agent cyborg-conductor gnocchi-api gnocchi-statsd gnocchi-metricd
  trove-api trove-conductor trove-taskmanager multipathd watcher-api watcher-engine watcher-applier
  octavia-api octavia-driver-agent octavia-health-manager octavia-housekeeping octavia-worker
  designate-api designate-central designate-producer designate-mdns designate-worker designate-sink
  designate-backend-bind9 skyline-apiserver skyline-console tacker-server tacker-conductor blazar-api
  blazar-manager prometheus-node-exporter prometheus-mysqld-exporter prometheus-memcached-exporter
  prometheus-cadvisor prometheus-alertmanager prometheus-openstack-exporter
  prometheus-elasticsearch-exporter prometheus-blackbox-exporter prometheus-libvirt-exporter
  prometheus-openstack-network-exporter prometheus-valkey-exporter masakari-api masakari-engine
  masakari-hostmonitor masakari-instancemonitor ovn-controller ovn-controller-compute
  ovn-controller-network ovn-database ovn-northd ovn-nb-db ovn-sb-db ovn-sb-db-relay
  letsencrypt-webserver letsencrypt-lego haproxy chrony-server chrony elasticsearch kibana redis influxdb
  telegraf kuryr zun murano sahara senlin solum vitrage freezer monasca storm kafka zookeeper rally
  tempest qdrouterd outward-rabbitmq panko ceph-mon ceph-mgr ceph-osd ceph-rgw ceph-mds cadvisor
  elasticsearch-curator ironic-inspector ironic-pxe ironic-ipxe hyperv prometheus-msteams
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
    return OTHER_GROUPS.has(group) || ofService(group)
      ? 'which host runs a service follows from the roles'
      : undefined;
  },
  addressVariable: 'ansible_host',
};

/** Kolla names the groups of a service after its project: `glance`, `glance-api`. */
function ofService(group: string): boolean {
  return importableServices.some(({ project }) => group === project || group.startsWith(`${project}-`));
}
