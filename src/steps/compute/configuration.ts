import type { Cloud, Host } from '../../cloud/cloud.ts';
import { secretOf } from '../../cloud/secrets.ts';
import { usesCeph, vip } from '../../cloud/topology.ts';
import type { HostFacts } from '../../hosts/connection.ts';
import { renderIni } from '../../resources/index.ts';
import { plain, type Text } from '../../secrets/confidential.ts';
import {
  authTokenSection,
  cacheSection,
  databaseSection,
  databaseUrl,
  messagingSection,
  proxyHeaders,
  type Section,
  serviceAuthSection,
  serviceUserSection,
  transportUrl,
} from '../shared/configuration.ts';
import { baseUrl, endpoints, ports } from '../shared/endpoints.ts';
import { workers } from '../shared/workers.ts';

/** nova.conf of a control or compute host; database access only where the control services run. */
export function novaConfiguration(cloud: Cloud, host: Host, facts: HostFacts): Text {
  const control = host.roles.has('control');
  const address = host.addresses.management;
  return renderIni({
    DEFAULT: {
      my_ip: address,
      host: host.name,
      transport_url: transportUrl(cloud),
      state_path: '/var/lib/nova',
      log_dir: '/var/log/nova',
      cpu_allocation_ratio: cloud.compute.cpuRatio,
      ram_allocation_ratio: cloud.compute.memoryRatio,
      disk_allocation_ratio: cloud.compute.diskRatio,
      reserved_host_memory_mb: host.reservedMemoryMiB,
      // The first round of the periodic tasks waits up to this many seconds (60 unless told), and with it the
      // mapping of new hosts to their cell. Some spread stays, for services that start at the same moment.
      periodic_fuzzy_delay: 3,
      vif_plugging_timeout: 120,
      vif_plugging_is_fatal: true,
      // After a power cut, instances come back as they were.
      resume_guests_state_on_host_boot: true,
    },
    ...(control && {
      api_database: databaseSection(databaseUrl(cloud, 'nova', 'nova_api')),
      database: databaseSection(databaseUrl(cloud, 'nova')),
      keystone_authtoken: authTokenSection(cloud, 'nova'),
      conductor: { workers: workers(facts) },
      scheduler: { workers: 1, discover_hosts_in_cells_interval: 10 },
    }),
    api: { auth_strategy: 'keystone' },
    service_user: serviceUserSection(cloud, 'nova'),
    cache: cacheSection(cloud),
    glance: { ...serviceAuthSection(cloud, 'glance'), api_servers: baseUrl(cloud, endpoints.image.port) },
    neutron: {
      ...serviceAuthSection(cloud, 'neutron'),
      service_metadata_proxy: true,
      metadata_proxy_shared_secret: secretOf(cloud, 'metadata_secret'),
    },
    placement: serviceAuthSection(cloud, 'placement'),
    cinder: { ...serviceAuthSection(cloud, 'cinder'), os_region_name: cloud.region },
    ...(cloud.services.has('key-manager') && {
      barbican: {
        auth_endpoint: `${baseUrl(cloud, endpoints.identity.port)}/v3`,
        barbican_region_name: cloud.region,
      },
      key_manager: { backend: 'barbican' },
    }),
    vnc: {
      enabled: true,
      server_listen: address,
      server_proxyclient_address: address,
      novncproxy_host: address,
      novncproxy_port: ports.console,
      novncproxy_base_url: `https://${cloud.networks.service?.vip ?? vip(cloud)}:${ports.console}/vnc_auto.html`,
    },
    oslo_concurrency: { lock_path: '/var/lock/nova' },
    oslo_messaging_rabbit: messagingSection(cloud),
    oslo_middleware: proxyHeaders,
    oslo_policy: { policy_dirs: '/etc/nova/policy.d' },
  });
}

/** nova-compute.conf: how this host runs instances. */
export function hypervisorConfiguration(cloud: Cloud, facts: HostFacts): Text {
  const kvm = usesKvm(cloud, facts);
  const ceph: Section = usesCeph(cloud)
    ? {
        images_type: 'rbd',
        images_rbd_pool: 'vms',
        images_rbd_ceph_conf: '/etc/ceph/ceph.conf',
        rbd_user: 'nova',
        rbd_secret_uuid: plain(cloud.secrets.ceph_libvirt_uuid),
        disk_cachemodes: 'network=writeback',
      }
    : {};
  return renderIni({
    DEFAULT: { compute_driver: 'libvirt.LibvirtDriver' },
    libvirt: {
      virt_type: kvm ? 'kvm' : 'qemu',
      cpu_mode: kvm ? 'host-model' : 'none',
      // The older machine type boots in half the time where every instruction is emulated.
      ...(!kvm && { hw_machine_type: 'x86_64=pc' }),
      inject_partition: -2,
      ...ceph,
    },
  });
}

export function usesKvm(cloud: Cloud, facts: HostFacts): boolean {
  if (cloud.compute.virtualization === 'auto') return facts.kvm;
  return cloud.compute.virtualization === 'kvm';
}
