import type { Cloud } from '../../cloud/cloud.ts';
import { secretOf } from '../../cloud/secrets.ts';
import { hostsWith, usesCeph } from '../../cloud/topology.ts';
import type { HostFacts } from '../../hosts/connection.ts';
import { plain } from '../../secrets/confidential.ts';
import type { HostContext, Section, Sections } from '../definition.ts';

export function usesKvm(cloud: Cloud, facts: HostFacts): boolean {
  if (cloud.compute.virtualization === 'auto') return facts.kvm;
  return cloud.compute.virtualization === 'kvm';
}

/** nova-compute.conf: how this host runs instances. */
export function hypervisorSections({ cloud, own, platform, host, project }: HostContext): Sections {
  const kvm = usesKvm(cloud, own);
  const ceph: Section = usesCeph(cloud)
    ? {
        images_type: 'rbd',
        images_rbd_pool: 'vms',
        images_rbd_ceph_conf: platform.components.ceph.paths.configuration,
        rbd_user: 'nova',
        rbd_secret_uuid: plain(secretOf(cloud, 'ceph_libvirt_uuid')),
        disk_cachemodes: 'network=writeback',
      }
    : {};
  return {
    DEFAULT: { compute_driver: 'libvirt.LibvirtDriver' },
    libvirt: {
      virt_type: kvm ? 'kvm' : 'qemu',
      cpu_mode: kvm ? 'host-model' : 'none',
      // The older machine type boots in half the time where every instruction is emulated.
      hw_machine_type: kvm ? undefined : 'x86_64=pc',
      inject_partition: -2,
      ...(hostsWith(cloud, 'compute').length > 1 && {
        // libvirt is reached over ssh with Nova's own key; the guest's memory and disks go from QEMU to QEMU over TLS.
        live_migration_uri: `qemu+ssh://${project.user}@%s/system?keyfile=${project.state}/.ssh/id_ed25519`,
        live_migration_with_native_tls: true,
        live_migration_inbound_addr: host.addresses.management,
        live_migration_permit_auto_converge: true,
      }),
      ...ceph,
    },
  };
}
