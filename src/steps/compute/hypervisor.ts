import type { Cloud, Host } from '../../cloud/cloud.ts';
import { firstControl, usesCeph } from '../../cloud/topology.ts';
import type { Resource } from '../../engine/resource.ts';
import { command, file, service } from '../../resources/index.ts';
import { plain, type Text } from '../../secrets/confidential.ts';
import { clientKeyringFile } from '../ceph/client.ts';
import { usesUserspace } from '../network/chassis.ts';
import { factsOf } from '../shared/facts.ts';
import { steadyUnit } from '../shared/units.ts';
import type { StepContext } from '../step.ts';
import { hypervisorConfiguration, novaConfiguration } from './configuration.ts';

/** libvirt, QEMU and nova-compute on a compute host. */
export function hypervisorResources({ cloud, facts }: StepContext, host: Host): readonly Resource[] {
  const own = factsOf(facts, host.name);
  const nova = `${host.name}/file:/etc/nova/nova.conf`;
  const novaFile = host.roles.has('control')
    ? []
    : [
        file(host.name, '/etc/nova/nova.conf', novaConfiguration(cloud, host, own), {
          group: 'nova',
          mode: '0640',
        }),
      ];
  const compute = file(host.name, '/etc/nova/nova-compute.conf', hypervisorConfiguration(cloud, own), {
    group: 'nova',
    mode: '0640',
  });
  const qemu = own.container
    ? [file(host.name, '/etc/libvirt/qemu.conf', containerQemu, { mode: '0600' })]
    : [];
  // Without it libvirtd leaves after two idle minutes and "running" is a matter of luck.
  const stay = file(host.name, '/etc/default/libvirtd', '# Managed by Cloudwright.\nLIBVIRTD_ARGS=""\n');
  const ceph = usesCeph(cloud) ? cephResources(cloud, host) : [];
  const wrapper = usesUserspace(cloud, facts, host) ? offloadWrapper(host) : [];
  const libvirt = service(host.name, 'libvirtd', {
    watches: [...qemu, stay, ...ceph.filter((resource) => resource.id.includes('/etc/libvirt/'))],
    after: wrapper,
  });
  // Started before the conductor, it loses ten seconds to a retry.
  const dropIn = steadyUnit(host.name, 'nova-compute', [
    'libvirtd.service',
    'rabbitmq-server.service',
    'nova-conductor.service',
    'neutron-api.service',
  ]);
  const conductor = `${firstControl(cloud).name}/service:nova-conductor`;
  return [
    ...novaFile,
    compute,
    ...qemu,
    stay,
    ...ceph,
    ...wrapper,
    libvirt,
    dropIn,
    service(host.name, 'nova-compute', {
      watches: [nova, compute, dropIn, ...ceph],
      after: [libvirt, conductor],
    }),
  ];
}

/** A container offers no AppArmor, no cgroup controllers to delegate and no private mount namespaces. */
const containerQemu = `# Managed by Cloudwright; changes are put back at the next apply.
security_driver = "none"
cgroup_controllers = [ ]
namespaces = [ ]
remember_owner = 0
user = "libvirt-qemu"
`;

/**
 * QEMU opens disks with Nova's key and attached volumes with Cinder's, whose name Cinder hands out with a volume.
 * Both are laid down as libvirt's own files, so that no key stands in a process list.
 */
function cephResources(cloud: Cloud, host: Host): readonly Resource[] {
  return [
    clientKeyringFile(cloud, host, 'nova', 'nova'),
    ...libvirtSecret(host, cloud.secrets.ceph_libvirt_uuid, 'nova', cloud.secrets.ceph_nova_key),
    ...libvirtSecret(host, cloud.secrets.ceph_volume_libvirt_uuid, 'cinder', cloud.secrets.ceph_cinder_key),
  ];
}

function libvirtSecret(host: Host, identifier: Text, client: string, key: Text): readonly Resource[] {
  const uuid = plain(identifier);
  return [
    file(
      host.name,
      `/etc/libvirt/secrets/${uuid}.xml`,
      `<secret ephemeral='no' private='yes'>
  <uuid>${uuid}</uuid>
  <usage type='ceph'>
    <name>client.${client}</name>
  </usage>
</secret>
`,
      { mode: '0600' },
    ),
    file(host.name, `/etc/libvirt/secrets/${uuid}.base64`, key, { mode: '0600' }),
  ];
}

/**
 * Guests on the userspace datapath must not hand unfinished checksums or oversized segments to their card, or
 * their TCP is dead; Nova has no setting for it, so QEMU is started with those features off.
 */
function offloadWrapper(host: Host): readonly Resource[] {
  const path = '/usr/bin/qemu-system-x86_64';
  const features = [
    'csum',
    'gso',
    'host_tso4',
    'host_tso6',
    'host_ecn',
    'host_ufo',
    'guest_csum',
    'guest_tso4',
    'guest_tso6',
    'guest_ecn',
    'guest_ufo',
  ];
  const divert = command(host.name, 'qemu-divert', {
    doing: 'move QEMU aside for its wrapper',
    unless: `[ -e ${path}.real ] && grep -qx '${path}.real' /var/lib/dpkg/diversions`,
    script: `dpkg-divert --quiet --local --rename --divert ${path}.real --add ${path}`,
    limitSeconds: 30,
  });
  const wrapper = file(
    host.name,
    path,
    `#!/bin/sh
# Managed by Cloudwright: guests' network cards without offloads, for Open vSwitch's userspace datapath.
case "$*" in
  *guest=*) set -- "$@" ${features.map((feature) => `-global virtio-net-pci.${feature}=off`).join(' ')} ;;
esac
exec ${path}.real "$@"
`,
    { mode: '0755', after: [divert] },
  );
  return [divert, wrapper];
}
