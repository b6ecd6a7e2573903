import type { Cloud, Host } from '../cloud/cloud.ts';
import { factsOf, reached } from '../cloud/reached.ts';
import { secretOf } from '../cloud/secrets.ts';
import { controlHosts, hostsWith, usesCeph } from '../cloud/topology.ts';
import type { ShellCheck } from '../engine/check.ts';
import type { Resource } from '../engine/resource.ts';
import type { Step, StepContext } from '../engine/step.ts';
import { type Platform, pathOf, unitOf } from '../platform/platform.ts';
import { platformOf } from '../platform/select.ts';
import { diversion, file, MANAGED, service } from '../resources/index.ts';
import { plain, type Text } from '../secrets/confidential.ts';
import { certificateResources } from './certificates.ts';
import { usesUserspace } from './chassis.ts';
import { computeIdentity } from './hypervisor/computeIdentity.ts';
import { consoleEncryptionCheck } from './hypervisor/consoles.ts';
import { migrationAccess } from './hypervisor/migrationAccess.ts';
import { qemuCertificates, qemuConfiguration, renewConsoles } from './hypervisor/qemu.ts';
import { tapService } from './ovs/taps.ts';

/** libvirt and QEMU on the compute hosts, and the way by which instances move between them. */
export const hypervisor: Step<Cloud> = {
  name: 'hypervisor',
  title: 'Hypervisors (libvirt, QEMU)',
  needs: [],
  applies: (cloud) => hostsWith(cloud, 'compute').length > 0,
  resources: (context) => [
    ...reached(context, hostsWith(context.cloud, 'compute')).flatMap((host) => hostResources(context, host)),
    ...reached(context, controlHosts(context.cloud)).flatMap((host) => proxyCertificates(context, host)),
  ],
  checks: (context) =>
    reached(context, hostsWith(context.cloud, 'compute')).flatMap((host) => [
      virtualizationCheck(context, host),
      consoleEncryptionCheck(context, host),
    ]),
};

/** With what the console proxy of a control host shows the hypervisors who it is. */
function proxyCertificates({ cloud, facts }: StepContext<Cloud>, host: Host): readonly Resource[] {
  const { projects, title } = platformOf(cloud.release, factsOf(facts, host.name));
  if (!projects.nova) throw new Error(`${title} has no entry for nova`);
  return certificateResources(cloud, host, 'hypervisor', { group: projects.nova.group });
}

function hostResources({ cloud, facts }: StepContext<Cloud>, host: Host): readonly Resource[] {
  const own = factsOf(facts, host.name);
  const platform = platformOf(cloud.release, own);
  const component = platform.components.libvirt;
  const userspace = usesUserspace(cloud, facts, host);
  const certificates = qemuCertificates(cloud, host, component);
  const qemu = file(host.name, pathOf(component, 'qemu'), qemuConfiguration(component, own), {
    mode: '0600',
  });
  // Without it libvirtd exits after two idle minutes, and whether it runs depends on when it is read.
  const stay = file(host.name, pathOf(component, 'defaults'), `# ${MANAGED}\nLIBVIRTD_ARGS=""\n`);
  const secrets = usesCeph(cloud) ? cephSecrets(cloud, host, platform) : [];
  const wrapper = userspace ? offloadWrapper(host, platform) : [];
  const server = unitOf(component, 'server');
  const libvirt = service(host.name, server, {
    watches: [qemu, stay, ...secrets],
    after: [...wrapper, ...certificates],
  });
  return [
    ...certificates,
    qemu,
    stay,
    ...secrets,
    ...wrapper,
    libvirt,
    renewConsoles(host, component, certificates, libvirt),
    ...(userspace ? guestTaps(host, platform) : []),
    ...migrationAccess(cloud, host, platform),
    computeIdentity(cloud, host, platform),
  ];
}

/** Taps that Open vSwitch leaves down on the userspace datapath are set up as soon as they appear. */
function guestTaps(host: Host, platform: Platform): readonly Resource[] {
  const taps = tapService(unitOf(platform.components.openvswitch, 'server'));
  const script = file(host.name, taps.scriptPath, taps.script, { mode: '0755' });
  const unit = file(host.name, taps.unitPath, taps.unit);
  return [script, unit, service(host.name, taps.name, { watches: [script, unit] })];
}

/**
 * QEMU opens disks with Nova's key and attached volumes with Cinder's, whose name Cinder hands out with a volume.
 * Both are written as libvirt's own files, so that no key appears in a process list.
 */
function cephSecrets(cloud: Cloud, host: Host, platform: Platform): readonly Resource[] {
  const folder = pathOf(platform.components.libvirt, 'secrets');
  return [
    ...libvirtSecret(host, folder, cloud.secrets.ceph_libvirt_uuid, 'nova', secretOf(cloud, 'ceph_nova_key')),
    ...libvirtSecret(
      host,
      folder,
      cloud.secrets.ceph_volume_libvirt_uuid,
      'cinder',
      secretOf(cloud, 'ceph_cinder_key'),
    ),
  ];
}

function libvirtSecret(
  host: Host,
  folder: string,
  identifier: Text,
  client: string,
  key: Text,
): readonly Resource[] {
  const uuid = plain(identifier);
  return [
    file(
      host.name,
      `${folder}/${uuid}.xml`,
      `<secret ephemeral='no' private='yes'>
  <uuid>${uuid}</uuid>
  <usage type='ceph'>
    <name>client.${client}</name>
  </usage>
</secret>
`,
      { mode: '0600' },
    ),
    file(host.name, `${folder}/${uuid}.base64`, key, { mode: '0600' }),
  ];
}

/** Features of a guest's network card that leave work to a card that is not there. */
const OFFLOADS = [
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

/**
 * Guests on the userspace datapath must not hand unfinished checksums or oversized segments to their card: their TCP
 * connections would hang; Nova has no setting for it, so QEMU is started with those features off.
 */
function offloadWrapper(host: Host, platform: Platform): readonly Resource[] {
  const path = pathOf(platform.components.libvirt, 'emulator');
  const divert = diversion(host.name, 'qemu-divert', {
    path,
    to: `${path}.real`,
    doing: 'move QEMU aside for its wrapper',
  });
  const wrapper = file(
    host.name,
    path,
    `#!/bin/sh
# Managed by Cloudwright: guests' network cards without offloads, for Open vSwitch's userspace datapath.
case "$*" in
  *guest=*) set -- "$@" ${OFFLOADS.map((feature) => `-global virtio-net-pci.${feature}=off`).join(' ')} ;;
esac
exec ${path}.real "$@"
`,
    { mode: '0755', after: [divert] },
  );
  return [divert, wrapper];
}

function virtualizationCheck({ cloud, facts }: StepContext<Cloud>, host: Host): ShellCheck {
  const wanted = cloud.compute.virtualization;
  const kvm = wanted === 'auto' ? factsOf(facts, host.name).kvm : wanted === 'kvm';
  const type = kvm ? 'kvm' : 'qemu';
  return {
    via: 'shell',
    id: `hypervisor-${host.name}`,
    title: `libvirt can start ${kvm ? 'KVM' : 'QEMU'} instances`,
    host: host.name,
    limitSeconds: 30,
    script: `virsh -q -c qemu:///system domcapabilities --virttype ${type} | grep -m1 '<path>'`,
    judge: ({ stdout, stderr }) =>
      stdout.includes('<path>')
        ? { ok: true, sentence: `libvirt offers ${type}` }
        : { ok: false, sentence: `libvirt does not offer ${type}`, evidence: stderr },
  };
}
