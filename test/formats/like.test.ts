import { describe, expect, it } from 'vitest';
import { defaultAnswers } from '../../src/app/init/description.ts';
import { parseDescription } from '../../src/cloud/read.ts';
import { likeDescription, likeNames } from '../../src/formats/like.ts';
import { packstackKeys } from '../../src/formats/packstack/keys/index.ts';

const formats = ['packstack', 'kolla', 'burrito'] as const;
const place = { file: 'cloud.yaml', folder: '/', home: '/root' };

/** Variables of Kolla Ansible and Burrito that the names mention, from their samples. */
const theirs = new Set(
  (
    'openstack_release openstack_region_name kolla_external_vip_interface kolla_external_vip_address network_interface ' +
    'api_interface kolla_internal_vip_address neutron_external_interface tunnel_interface cinder_volume_group enable_haproxy ' +
    'keepalived_virtual_router_id cinder_backend_ceph glance_backend_ceph nova_backend_ceph nova_compute_virt_type ' +
    'neutron_plugin_agent neutron_bridge_name enable_horizon enable_heat enable_barbican enable_ceph_rgw ' +
    'ansible_user ansible_ssh_private_key_file vault_ssh_password svc_iface_name keepalived_vip_svc mgmt_iface_name ' +
    'keepalived_vip provider_iface_name overlay_iface_name storage_iface_name kube_control_plane lvm_volumes ' +
    'ceph_osd_use_all ntp_servers ha_level storage_backends is_ovs min_hw_reqs install_barbican'
  ).split(' '),
);

describe('likeDescription', () => {
  it.each(formats.flatMap((format) => [[format, 'all-in-one'] as const, [format, 'multi-node'] as const]))(
    'gives a valid description like %s, %s, with its names in comments',
    (format, shape) => {
      const text = likeDescription(format, defaultAnswers(shape));
      const { cloud, problems } = parseDescription(text, place);
      expect(problems.filter((problem) => problem.severity === 'error')).toEqual([]);
      expect(cloud?.name).toBe('trial');
      expect(text).toContain(
        format === 'packstack'
          ? 'CONFIG_CONTROLLER_HOST'
          : format === 'kolla'
            ? 'kolla_internal_vip_address'
            : 'keepalived_vip',
      );
    },
  );

  it('describes the same cloud as init without it', () => {
    const answers = {
      ...defaultAnswers('multi-node'),
      test: { cidr: '172.24.4.0/24', first: '172.24.4.9', last: '172.24.4.99' },
    };
    const { cloud } = parseDescription(likeDescription('burrito', answers), place);
    expect(cloud?.hosts).toHaveLength(8);
    expect(cloud?.networks.storage?.cidr).toBe('192.168.24.0/24');
    expect(cloud?.test.firstAddress).toBe('172.24.4.9');
  });

  it('mentions only keys that the other installer has', () => {
    for (const [part, names] of Object.entries(likeNames)) {
      for (const key of names.packstack.match(/CONFIG_\w+/g) ?? [])
        expect(packstackKeys[key], `${part}: ${key}`).toBeDefined();
      for (const format of ['kolla', 'burrito'] as const) {
        for (const key of names[format].match(/\b[a-z]+(?:_[a-z]+)+\b/g) ?? [])
          expect(theirs.has(key), `${part}: ${key}`).toBe(true);
      }
    }
  });
});
