import { describe, expect, it } from 'vitest';
import { reveal } from '../../../src/secrets/confidential.ts';
import { allInOne, content, files, iniSection, threeControls } from '../../steps/clouds.ts';

const PATH = '/etc/ceph/ceph.conf';

describe('ceph.conf', () => {
  it('names the monitors by their storage addresses', () => {
    const lines = iniSection(content(threeControls(), 'compute1', PATH), 'global');
    expect(lines).toEqual(
      expect.arrayContaining([
        'fsid = public-ceph_fsid',
        'mon_initial_members = storage1,storage2,storage3',
        'mon_host = 192.168.24.31,192.168.24.32,192.168.24.33',
        'public_network = 192.168.24.0/24',
        'cluster_network = 192.168.24.0/24',
        'auth_client_required = cephx',
        'osd_pool_default_size = 3',
        'osd_pool_default_min_size = 2',
        'osd_crush_chooseleaf_type = 1',
      ]),
    );
    expect(lines).not.toContain('mon_allow_pool_size_one = true');
  });

  it('allows one copy on one host, on the management network where no other is', () => {
    const lines = iniSection(content(allInOne(), 'one', PATH), 'global');
    expect(lines).toEqual(
      expect.arrayContaining([
        'mon_host = 192.0.2.11',
        'public_network = 192.0.2.0/24',
        'osd_pool_default_size = 1',
        'osd_pool_default_min_size = 1',
        'osd_crush_chooseleaf_type = 0',
        'mon_allow_pool_size_one = true',
      ]),
    );
  });

  it('is the same everywhere', () => {
    const written = files(threeControls()).filter((file) => file.path === PATH);
    expect(written).toHaveLength(8);
    expect(new Set(written.map((file) => file.content)).size).toBe(1);
  });
});

describe('Ceph keyrings', () => {
  it('give each service the pools that it needs and no more', () => {
    const glance = content(threeControls(), 'control3', '/etc/ceph/ceph.client.glance.keyring');
    expect(glance.split('\n')).toEqual([
      '[client.glance]',
      '\tkey = hidden-ceph_glance_key-',
      '\tcaps mgr = "profile rbd"',
      '\tcaps mon = "profile rbd"',
      '\tcaps osd = "profile rbd pool=images"',
      '',
    ]);
    const nova = content(threeControls(), 'compute2', '/etc/ceph/ceph.client.nova.keyring');
    expect(nova).toContain(
      '\tcaps osd = "profile rbd pool=vms, profile rbd pool=volumes, profile rbd-read-only pool=images"\n',
    );
  });

  it('keep the administrator’s key on the hosts with a monitor', () => {
    const context = threeControls();
    const without = context.cloud.hosts.map((host) =>
      host.name === 'storage3'
        ? { ...host, roles: new Set([...host.roles].filter((role) => role !== 'mon')) }
        : host,
    );
    const hosts = files({ ...context, cloud: { ...context.cloud, hosts: without } })
      .filter((file) => file.path === '/etc/ceph/ceph.client.admin.keyring')
      .map((file) => `${file.host} ${file.mode}`);
    expect(hosts).toEqual(['storage1 0600', 'storage2 0600']);
  });

  it('leave no file with the keys that monitors are made with', () => {
    const kept = files(threeControls()).filter(({ content }) => reveal(content).includes('[mon.]'));
    expect(kept).toEqual([]);
  });
});
