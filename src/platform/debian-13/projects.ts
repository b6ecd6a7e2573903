import type { ProjectOnPlatform } from '../platform.ts';
import { verifiedConsoles } from './consoles.ts';

/** Debian names a project's user, group and folders alike. */
function project(
  name: string,
  more: Omit<ProjectOnPlatform, 'user' | 'group' | 'configuration' | 'state' | 'logs' | 'locks'>,
): ProjectOnPlatform {
  return {
    user: name,
    group: name,
    configuration: `/etc/${name}`,
    state: `/var/lib/${name}`,
    logs: `/var/log/${name}`,
    locks: `/var/lock/${name}`,
    ...more,
  };
}

export const projects: Readonly<Record<string, ProjectOnPlatform>> = {
  keystone: project('keystone', {
    schemaPackage: 'keystone',
    processes: {
      api: {
        packages: ['keystone'],
        unit: 'keystone',
        wsgi: '/usr/bin/keystone-wsgi-public',
        wsgiOptions: { 'rem-header': 'Content-Length' },
      },
    },
    extras: { client: ['python3-openstackclient'] },
  }),
  glance: project('glance', {
    schemaPackage: 'glance-common',
    processes: { api: { packages: ['glance-api'], unit: 'glance-api' } },
    extras: { ceph: ['python3-rbd', 'python3-rados'] },
  }),
  placement: project('placement', {
    schemaPackage: 'placement-common',
    processes: {
      api: { packages: ['placement-api'], unit: 'placement-api', wsgi: '/usr/bin/placement-api' },
    },
  }),
  nova: project('nova', {
    schemaPackage: 'nova-common',
    processes: {
      api: { packages: ['nova-api'], unit: 'nova-api', wsgi: '/usr/bin/nova-api-wsgi' },
      metadata: { packages: ['nova-api'], unit: 'nova-api-metadata', wsgi: '/usr/bin/nova-metadata-wsgi' },
      conductor: { packages: ['nova-conductor'], unit: 'nova-conductor' },
      scheduler: { packages: ['nova-scheduler'], unit: 'nova-scheduler' },
      console: {
        packages: ['nova-consoleproxy'],
        unit: 'nova-novncproxy',
        defaults: {
          '/etc/default/nova-consoleproxy': 'NOVA_CONSOLE_PROXY_TYPE=novnc\nNOVA_SERIAL_PROXY_START=false\n',
        },
        unusedUnits: ['nova-spicehtml5proxy', 'nova-serialproxy'],
        replaced: [verifiedConsoles],
      },
      compute: { packages: ['nova-compute', 'nova-compute-kvm', 'qemu-utils'], unit: 'nova-compute' },
    },
    extras: { ceph: ['qemu-block-extra', 'python3-rbd'] },
  }),
  neutron: project('neutron', {
    schemaPackage: 'neutron-common',
    processes: {
      api: {
        packages: ['neutron-api'],
        unit: 'neutron-api',
        wsgi: '/usr/bin/neutron-api',
        arguments:
          '--config-dir=/etc/neutron/server.conf.d --config-file=/etc/neutron/neutron.conf --config-file=/etc/neutron/plugins/ml2/ml2_conf.ini',
        // Neutron tells the members of its OVN hash ring apart by the server's start time.
        wsgiOptions: { 'start-time': '%t', 'add-header': 'Connection: close' },
      },
      rpc: { packages: ['neutron-rpc-server'], unit: 'neutron-rpc-server' },
      periodic: { packages: ['neutron-periodic-workers'], unit: 'neutron-periodic-workers' },
      'ovn-maintenance': {
        packages: ['neutron-ovn-maintenance-worker'],
        unit: 'neutron-ovn-maintenance-worker',
      },
      // The agent starts one haproxy for each network that it serves.
      'ovn-metadata': {
        packages: ['neutron-ovn-metadata-agent', 'haproxy'],
        unit: 'neutron-ovn-metadata-agent',
      },
    },
  }),
  cinder: project('cinder', {
    schemaPackage: 'cinder-common',
    processes: {
      api: { packages: ['cinder-api'], unit: 'cinder-api', wsgi: '/usr/bin/cinder-wsgi' },
      scheduler: { packages: ['cinder-scheduler'], unit: 'cinder-scheduler' },
      volume: { packages: ['cinder-volume', 'qemu-utils'], unit: 'cinder-volume' },
      backup: { packages: ['cinder-backup'], unit: 'cinder-backup' },
    },
  }),
  heat: project('heat', {
    schemaPackage: 'heat-common',
    processes: {
      api: { packages: ['heat-api'], unit: 'heat-api', wsgi: '/usr/bin/heat-wsgi-api' },
      'api-cfn': { packages: ['heat-api-cfn'], unit: 'heat-api-cfn', wsgi: '/usr/bin/heat-wsgi-api-cfn' },
      engine: { packages: ['heat-engine'], unit: 'heat-engine' },
    },
    extras: { client: ['python3-heatclient'], dashboard: ['python3-heat-dashboard'] },
  }),
  barbican: project('barbican', {
    schemaPackage: 'barbican-common',
    processes: {
      api: { packages: ['barbican-api'], unit: 'barbican-api', wsgi: '/usr/bin/barbican-wsgi-api' },
    },
    extras: { client: ['python3-barbicanclient'] },
  }),
  swift: {
    user: 'ceph',
    group: 'ceph',
    configuration: '/etc/ceph',
    state: '/var/lib/ceph',
    logs: '/var/log/ceph',
    locks: '/var/lock',
    processes: { gateway: { packages: ['radosgw'], unit: 'ceph-radosgw@' } },
  },
  horizon: {
    user: 'www-data',
    group: 'www-data',
    configuration: '/etc/openstack-dashboard',
    state: '/var/lib/openstack-dashboard',
    logs: '/var/log/apache2',
    locks: '/var/lock',
    processes: {
      web: {
        packages: ['openstack-dashboard', 'openstack-dashboard-apache', 'apache2', 'libapache2-mod-wsgi-py3'],
        unit: 'apache2',
      },
    },
    // They listen on ports that are not ours, or need mod_ssl.
    unusedSites: [
      '000-default',
      'default-ssl',
      'openstack-dashboard-alias-only',
      'openstack-dashboard',
      'openstack-dashboard-ssl',
      'openstack-dashboard-ssl-redirect',
    ],
  },
};
