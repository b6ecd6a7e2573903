import { describe, expect, it } from 'vitest';
import type { ShellCheck } from '../../src/engine/check.ts';
import { allChecks, allInOne, content, iniSection, threeControls } from '../steps/clouds.ts';

const NOVA = '/etc/nova/nova.conf';
const COMPUTE = '/etc/nova/nova-compute.conf';

describe('nova.conf', () => {
  const context = threeControls();
  const control = content(context, 'control1', NOVA);
  const compute = content(context, 'compute1', NOVA);

  it('reaches every broker and says where it stands', () => {
    expect(iniSection(compute, 'DEFAULT').slice(0, 5)).toEqual([
      'transport_url = rabbit://openstack:hidden-messaging_password-@192.0.2.11:5671,openstack:hidden-messaging_password-@192.0.2.12:5671,openstack:hidden-messaging_password-@192.0.2.13:5671/',
      'log_dir = /var/log/nova',
      'my_ip = 192.0.2.21',
      'host = compute1',
      'state_path = /var/lib/nova',
    ]);
  });

  it('has database access on control hosts only', () => {
    expect(iniSection(control, 'api_database')[0]).toBe(
      'connection = mysql+pymysql://nova:hidden-nova_database_password-@192.0.2.100:3306/nova_api?charset=utf8&ssl_ca=/etc/cloudwright/tls/database/ca.pem',
    );
    expect(iniSection(control, 'database')[0]).toBe(
      'connection = mysql+pymysql://nova:hidden-nova_database_password-@192.0.2.100:3306/nova?charset=utf8&ssl_ca=/etc/cloudwright/tls/database/ca.pem',
    );
    for (const name of ['api_database', 'database', 'keystone_authtoken'])
      expect(iniSection(compute, name)).toEqual([]);
  });

  // M12: it had the logins of four administrators.
  it('has no login on a compute host, and Nova’s alone on a control host', () => {
    for (const name of ['service_user', 'neutron', 'placement', 'cinder']) {
      expect(iniSection(compute, name), name).toEqual([]);
      expect(iniSection(control, name), name).toEqual(
        expect.arrayContaining(['username = nova', 'password = hidden-nova_password-']),
      );
    }
    expect(iniSection(control, 'service_user')).toContain('send_service_user_token = true');
    expect(iniSection(control, 'neutron')).toContain('service_metadata_proxy = true');
  });

  it('encrypts tokens in the cache and wants service tokens', () => {
    expect(iniSection(control, 'keystone_authtoken')).toEqual(
      expect.arrayContaining([
        'auth_url = https://192.0.2.100:5000',
        'username = nova',
        'password = hidden-nova_password-',
        'memcached_servers = 127.0.0.1:11311,127.0.0.1:11312,127.0.0.1:11313',
        'memcache_security_strategy = ENCRYPT',
        'memcache_secret_key = hidden-memcache_secret_key-',
        'service_token_roles_required = true',
      ]),
    );
  });

  it('asks the compute host’s own address for the console and the service VIP for people', () => {
    expect(iniSection(compute, 'vnc')).toEqual([
      'enabled = true',
      'server_listen = 192.0.2.21',
      'server_proxyclient_address = 192.0.2.21',
      'novncproxy_host = 127.0.0.1',
      'novncproxy_port = 6080',
      'novncproxy_base_url = https://203.0.113.100:6080/vnc_auto.html',
    ]);
  });

  // M5: without `vencrypt` the proxy takes a console in clear text, and asks nobody who it is.
  it('lets the console proxies connect over TLS only, with a certificate of their own', () => {
    expect(iniSection(control, 'vnc').slice(-4)).toEqual([
      'auth_schemes = vencrypt',
      'vencrypt_ca_certs = /etc/cloudwright/tls/hypervisor/ca.pem',
      'vencrypt_client_cert = /etc/cloudwright/tls/hypervisor/certificate.pem',
      'vencrypt_client_key = /etc/cloudwright/tls/hypervisor/key.pem',
    ]);
  });

  it('replicates queues as soon as there are several brokers', () => {
    const tls = [
      'ssl = true',
      'ssl_ca_file = /etc/cloudwright/tls/messaging/ca.pem',
      'ssl_enforce_hostname_verification = true',
    ];
    expect(iniSection(control, 'oslo_messaging_rabbit')).toEqual([
      ...tls,
      'rabbit_quorum_queue = true',
      'rabbit_transient_quorum_queue = true',
      'rabbit_stream_fanout = true',
      'rabbit_qos_prefetch_count = 1',
      'use_queue_manager = true',
    ]);
    expect(iniSection(content(allInOne(), 'one', NOVA), 'oslo_messaging_rabbit')).toEqual([
      ...tls,
      'rabbit_quorum_queue = false',
    ]);
  });
});

describe('nova-compute.conf', () => {
  // O6: by default libvirt is asked at a TCP port on which nothing listens.
  it('uses KVM where the host has it, and Ceph for disks', () => {
    expect(iniSection(content(threeControls(), 'compute1', COMPUTE), 'libvirt')).toEqual([
      'virt_type = kvm',
      'cpu_mode = host-model',
      'inject_partition = -2',
      'live_migration_uri = qemu+ssh://nova@%s/system?keyfile=/var/lib/nova/.ssh/id_ed25519',
      'live_migration_with_native_tls = true',
      'live_migration_inbound_addr = 192.0.2.21',
      'live_migration_permit_auto_converge = true',
      'images_type = rbd',
      'images_rbd_pool = vms',
      'images_rbd_ceph_conf = /etc/ceph/ceph.conf',
      'rbd_user = nova',
      'rbd_secret_uuid = public-ceph_libvirt_uuid',
      'disk_cachemodes = network=writeback',
    ]);
  });

  it('lets nova-compute call other services as a user of its own, also beside the control services', () => {
    for (const text of [content(threeControls(), 'compute1', COMPUTE), content(allInOne(), 'one', COMPUTE)]) {
      for (const name of ['service_user', 'neutron', 'placement', 'cinder'])
        expect(iniSection(text, name), name).toEqual(
          expect.arrayContaining([
            'username = nova_compute',
            'password = hidden-nova_compute_password-',
            'valid_interfaces = internal',
          ]),
        );
      expect(iniSection(text, 'service_user')).toContain('send_service_user_token = true');
      expect(iniSection(text, 'cinder')).toContain('catalog_info = block-storage::internalURL');
      expect(text).not.toContain('metadata_proxy_shared_secret');
    }
  });

  it('emulates where it has not', () => {
    expect(iniSection(content(allInOne(), 'one', COMPUTE), 'libvirt').slice(0, 3)).toEqual([
      'virt_type = qemu',
      'cpu_mode = none',
      'hw_machine_type = x86_64=pc',
    ]);
  });

  // O6: with the model of each host, an instance could not move to a host with an older processor.
  it('takes a processor model that all hosts have from the description', () => {
    const context = threeControls(
      '\nconfig: { compute: { nova-compute.conf: { libvirt: { cpu_mode: custom, cpu_models: Haswell-noTSX } } } }\n',
    );
    for (const host of ['compute1', 'compute2']) {
      const lines = iniSection(content(context, host, COMPUTE), 'libvirt');
      expect(lines).toEqual(expect.arrayContaining(['cpu_mode = custom', 'cpu_models = Haswell-noTSX']));
      expect(lines.join()).not.toContain('host-model');
    }
  });

  it('obeys the description', () => {
    const context = allInOne('\ncompute: { virtualization: kvm }\n');
    expect(iniSection(content(context, 'one', COMPUTE), 'libvirt')[0]).toBe('virt_type = kvm');
  });
});

describe('the check of the console proxies', () => {
  const checks = allChecks(threeControls()).filter(
    (check): check is ShellCheck => check.via === 'shell' && check.id.startsWith('console-proxy-'),
  );
  const judge = (...lines: readonly string[]) =>
    checks[0]?.judge({ exitCode: 0, stdout: `${lines.join('\n')}\n`, stderr: 'why' });

  it('runs Nova’s code as its user on every control host', () => {
    expect(checks.map(({ host }) => host)).toEqual(['control1', 'control2', 'control3']);
    expect(checks[0]?.script).toMatch(/^console_proxy_verifies 'nova' '\/etc\/nova\/nova\.conf'$/m);
  });

  it('passes for a proxy that enters the right console and no other', () => {
    expect(judge('right: entered', 'wrong address: not trusted', 'wrong authority: not trusted')?.ok).toBe(
      true,
    );
  });

  // What the package does without the replacement.
  it.each([
    ['another host’s', ['right: entered', 'wrong address: entered', 'wrong authority: not trusted']],
    ['a stranger’s', ['right: entered', 'wrong address: not trusted', 'wrong authority: entered']],
    ['no', ['right: not trusted', 'wrong address: not trusted', 'wrong authority: not trusted']],
    ['who knows which', ['']],
  ])('fails for a proxy that enters %s console', (_, lines) => {
    expect(judge(...lines)).toMatchObject({ ok: false, evidence: 'why' });
  });
});
