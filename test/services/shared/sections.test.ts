import { describe, expect, it } from 'vitest';
import { allInOne, content, files, iniSection, threeControls } from '../../steps/clouds.ts';

const context = threeControls();

describe('what the services have in common', () => {
  // O8: without a pool, eventlet opens a connection to memcached for each green thread.
  it('pools the connections to memcached, all members of it, and gives up a dead one', () => {
    const cached = files(context).filter(
      ({ host, path }) => host === 'control1' && iniSection(content(context, host, path), 'cache').length > 0,
    );
    expect(cached.map(({ path }) => path)).toEqual(
      expect.arrayContaining([
        '/etc/keystone/keystone.conf',
        '/etc/nova/nova.conf',
        '/etc/neutron/neutron.conf',
      ]),
    );
    for (const { host, path } of cached) {
      const section = iniSection(content(context, host, path), 'cache');
      expect(section, path).toContain('backend = oslo_cache.memcache_pool');
      expect(section, path).toContain('memcache_servers = 127.0.0.1:11311,127.0.0.1:11312,127.0.0.1:11313');
    }
  });

  // A connection whose server died while haproxy connected to it was waited for without an end.
  it('limits how long an answer of the database is waited for, except in migrations and purges', () => {
    const limited = files(context).filter(({ host, path }) =>
      content(context, host, path).includes('connection_parameters = connect_timeout=10&read_timeout=60'),
    );
    expect(new Set(limited.map(({ path }) => path.split('/')[2]))).toEqual(
      new Set(['keystone', 'glance', 'placement', 'nova', 'neutron', 'cinder', 'heat']),
    );
    const programs = files(context).filter(
      ({ path }) => path.includes('cloudwright-purge-') && !path.includes('systemd'),
    );
    expect(programs.length).toBeGreaterThan(0);
    for (const { host, path } of programs)
      expect(content(context, host, path), path).toContain('OS_DATABASE__CONNECTION_PARAMETERS= ');
  });

  it('asks other services on the management network, also where people use another address', () => {
    const nova = content(context, 'control1', '/etc/nova/nova.conf');
    for (const name of ['glance', 'neutron', 'placement', 'cinder', 'service_user']) {
      expect(iniSection(nova, name), name).toContain('valid_interfaces = internal');
    }
    for (const name of ['neutron', 'placement', 'cinder', 'service_user'])
      expect(iniSection(nova, name), name).toContain('auth_url = https://192.0.2.100:5000');
  });

  // O10: 512 MiB whatever the roles: a host that is everything was overcommitted by tens of GiB.
  it('leaves the host the memory that its roles need', () => {
    const reserved = (file: string) => Number(/reserved_host_memory_mb = (\d+)/.exec(file)?.[1]);
    expect(reserved(content(context, 'compute1', '/etc/nova/nova.conf'))).toBe(512);
    const everything = allInOne();
    const [host] = everything.cloud.hosts;
    const own = reserved(content(everything, 'one', '/etc/nova/nova.conf'));
    expect(own).toBe(host?.reservedMemoryMiB);
    // Half of a control host, an OSD's target, and the system.
    const { minimums, ceph } = everything.cloud;
    expect(own).toBe(512 + minimums.control.memoryGiB * 512 + ceph.osdMemory / 2 ** 20);
  });

  // H15: Nova allows the periodic discovery on a single scheduler only.
  it('lets no scheduler discover hosts by itself', () => {
    for (const host of ['control1', 'control2', 'control3'])
      expect(content(context, host, '/etc/nova/nova.conf')).not.toContain('discover_hosts_in_cells_interval');
  });

  // H16: two of three staged images could not be imported.
  it('names the host of a staged image', () => {
    expect(content(context, 'control3', '/etc/glance/glance-api.conf')).toContain(
      'worker_self_reference_url = https://192.0.2.13:9292\n',
    );
  });

  // H17: one control host that is off held up a third of the log-ins.
  it('lets the dashboard give up a dead session store', () => {
    const settings = content(
      context,
      'control1',
      '/etc/openstack-dashboard/local_settings.d/_90_cloudwright.py',
    );
    expect(settings).toContain("'connect_timeout': 1, 'timeout': 2, 'ignore_exc': True");
  });
});
