import type { Component, ComponentName } from '../platform.ts';

export const components: Readonly<Record<ComponentName, Component>> = {
  mariadb: {
    packages: ['mariadb-server', 'mariadb-backup', 'galera-4', 'python3-pymysql'],
    units: { server: 'mariadb' },
    user: 'mysql',
    group: 'mysql',
    paths: {
      configuration: '/etc/mysql/mariadb.conf.d/90-cloudwright.cnf',
      data: '/var/lib/mysql',
      galera: '/usr/lib/galera/libgalera_smm.so',
    },
  },
  rabbitmq: {
    packages: ['rabbitmq-server'],
    units: { server: 'rabbitmq-server', portMapper: 'epmd', portMapperSocket: 'epmd.socket' },
    user: 'rabbitmq',
    group: 'rabbitmq',
    paths: {
      configuration: '/etc/rabbitmq/rabbitmq.conf',
      environment: '/etc/rabbitmq/rabbitmq-env.conf',
      distribution: '/etc/rabbitmq/inter_node_tls.config',
      home: '/var/lib/rabbitmq',
      cookie: '/var/lib/rabbitmq/.erlang.cookie',
    },
  },
  memcached: {
    packages: ['memcached', 'python3-memcache', 'python3-pymemcache'],
    units: { server: 'memcached' },
    user: 'memcache',
    paths: {
      configuration: '/etc/memcached.conf',
      log: '/var/log/memcached.log',
      pid: '/var/run/memcached/memcached.pid',
    },
  },
  haproxy: {
    packages: ['haproxy', 'curl'],
    units: { server: 'haproxy' },
    user: 'haproxy',
    group: 'haproxy',
    paths: {
      configuration: '/etc/haproxy/haproxy.cfg',
      certificate: '/etc/haproxy/cloudwright.pem',
      statistics: '/run/haproxy/admin.sock',
    },
  },
  keepalived: {
    packages: ['keepalived'],
    units: { server: 'keepalived' },
    paths: { configuration: '/etc/keepalived/keepalived.conf' },
  },
  chrony: {
    packages: ['chrony', 'iputils-ping'],
    units: { server: 'chrony' },
    paths: {
      configuration: '/etc/chrony/chrony.conf',
      defaults: '/etc/default/chrony',
      drift: '/var/lib/chrony/chrony.drift',
    },
  },
  authorities: {
    packages: ['ca-certificates'],
    units: {},
    paths: {
      own: '/usr/local/share/ca-certificates',
      all: '/etc/ssl/certs/ca-certificates.crt',
      update: '/usr/sbin/update-ca-certificates',
    },
  },
  nftables: {
    packages: ['nftables'],
    units: {},
    paths: { command: '/usr/sbin/nft' },
  },
  openvswitch: {
    packages: ['openvswitch-switch', 'ethtool'],
    units: { server: 'openvswitch-switch', daemon: 'ovs-vswitchd' },
    paths: { systemId: '/etc/openvswitch/system-id.conf', database: '/var/run/openvswitch/db.sock' },
  },
  'ovn-central': {
    packages: ['ovn-central'],
    units: {
      server: 'ovn-central',
      northbound: 'ovn-ovsdb-server-nb',
      southbound: 'ovn-ovsdb-server-sb',
      northd: 'ovn-northd',
    },
    paths: {
      defaults: '/etc/default/ovn-central',
      configuration: '/etc/ovn',
      run: '/run/ovn',
      data: '/var/lib/ovn',
      schemas: '/usr/share/ovn',
      control: '/usr/share/ovn/scripts/ovn-ctl',
    },
  },
  'ovn-host': {
    packages: ['ovn-host'],
    units: { server: 'ovn-host', controller: 'ovn-controller' },
    paths: {},
  },
  ceph: {
    packages: ['ceph-common'],
    units: {},
    user: 'ceph',
    group: 'ceph',
    paths: { configuration: '/etc/ceph/ceph.conf', keyrings: '/etc/ceph', data: '/var/lib/ceph' },
  },
  'ceph-mon': {
    // monmaptool is in ceph-base.
    packages: ['ceph-mon', 'ceph-base'],
    units: { server: 'ceph-mon@', target: 'ceph-mon.target' },
    paths: { data: '/var/lib/ceph/mon', sockets: '/run/ceph' },
  },
  'ceph-mgr': {
    packages: ['ceph-mgr'],
    units: { server: 'ceph-mgr@' },
    // The compiled bcrypt refuses to load in the manager's subinterpreters, and every manager module imports it through
    // mgr_util; only password hashing for Ceph's own dashboard would use it. This one is found first.
    paths: { data: '/var/lib/ceph/mgr', shim: '/usr/share/ceph/mgr/bcrypt.py' },
    shim: `

def gensalt(*_arguments, **_options):
    raise RuntimeError("bcrypt is not available inside ceph-mgr")


hashpw = checkpw = gensalt
`,
  },
  'ceph-osd': {
    packages: ['ceph-osd'],
    units: { server: 'ceph-osd@', target: 'ceph-osd.target' },
    paths: { data: '/var/lib/ceph/osd' },
  },
  'ceph-rgw': {
    packages: ['radosgw'],
    units: { server: 'ceph-radosgw@' },
    paths: { data: '/var/lib/ceph/radosgw', command: '/usr/bin/radosgw' },
  },
  libvirt: {
    packages: [],
    units: { server: 'libvirtd' },
    paths: {
      defaults: '/etc/default/libvirtd',
      qemu: '/etc/libvirt/qemu.conf',
      secrets: '/etc/libvirt/secrets',
      emulator: '/usr/bin/qemu-system-x86_64',
      // AppArmor lets QEMU read certificates here.
      certificates: '/etc/pki/qemu',
      running: '/run/libvirt/qemu',
    },
    user: 'libvirt-qemu',
    group: 'libvirt-qemu',
  },
  'web-server': {
    packages: ['apache2', 'libapache2-mod-wsgi-py3'],
    units: { server: 'apache2' },
    user: 'www-data',
    group: 'www-data',
    paths: {
      ports: '/etc/apache2/ports.conf',
      sites: '/etc/apache2/sites-available',
      enabled: '/etc/apache2/sites-enabled',
      application: '/usr/share/openstack-dashboard',
    },
  },
  // What every host has: the system bus, polkit, iproute2 and procps.
  tools: {
    packages: [],
    units: { bus: 'dbus', polkit: 'polkit' },
    paths: { ip: '/usr/sbin/ip', pkill: '/usr/bin/pkill', nologin: '/usr/sbin/nologin' },
  },
};
