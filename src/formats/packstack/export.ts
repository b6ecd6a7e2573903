import type { DescribedCloud } from '../../cloud/build.ts';
import type { Host } from '../../cloud/cloud.ts';
import type { ExportedPart, ExportResult } from '../export.ts';
import type { ImportHints } from '../hints.ts';
import type { Outcome } from '../report.ts';
import { isDeployed, optionalServices, spokenName, switchOf, switchValues } from '../serviceKeys.ts';

const ALLOWED =
  'The passwords of the cloud stay in the vault; Packstack draws others where PW_PLACEHOLDER stands.';

/** Answers by key, and the account of the description's parts, while the file is put together. */
class Writing {
  readonly answers = new Map<string, string>();
  readonly parts: ExportedPart[] = [];

  carry(path: string, answers: Readonly<Record<string, string>>, note?: string): void {
    for (const [key, value] of Object.entries(answers)) this.answers.set(key, value);
    const to = Object.keys(answers).join(', ');
    this.parts.push({ path, outcome: 'carried', to, ...(note && { note }) });
  }

  say(path: string, outcome: Outcome, note: string): void {
    this.parts.push({ path, outcome, note });
  }

  /** A part that has to have one value to be expressed. */
  only(path: string, fits: boolean, note: string): void {
    if (fits) this.parts.push({ path, outcome: 'default' });
    else this.say(path, 'unsupported', note);
  }
}

/**
 * Writes a cloud as a Packstack answer file. What Packstack has no place for is reported part by part; passwords are
 * never written. `hintsFor` gives an import of the result what the file can't hold.
 */
export function exportPackstack(cloud: DescribedCloud): ExportResult {
  const writing = new Writing();
  writeHosts(writing, cloud);
  writeNetworks(writing, cloud);
  writeNeutron(writing, cloud);
  writeSettings(writing, cloud);
  writeTest(writing, cloud);
  writing.say('secrets', 'meaningless', ALLOWED);
  const lines = [
    `# Answers for Packstack, written from the description of the cloud ${cloud.name}.`,
    '[general]',
    ...[...writing.answers].map(([key, value]) => `${key}=${value}`),
  ];
  const file = { path: 'answers.txt', text: `${lines.join('\n')}\n` };
  return { format: 'packstack', files: [file], parts: writing.parts, problems: [] };
}

/** What an import needs beside the exported file to give the same cloud again. */
export function hintsFor(cloud: DescribedCloud): ImportHints {
  const { management, provider, overlay } = cloud.networks;
  const keeper = storageHosts(cloud)[0];
  return {
    cloud: cloud.name,
    vip: management.vip,
    managementCidr: management.cidr,
    managementInterface: management.interface,
    ...(provider && { providerInterface: provider.interface }),
    ...(overlay && { overlayInterface: overlay.interface }),
    ...(overlay?.cidr !== undefined && { overlayCidr: overlay.cidr }),
    ...(keeper && { devices: keeper.devices }),
    names: Object.fromEntries(cloud.hosts.map((host) => [host.addresses.management, host.name])),
  };
}

function withRole(cloud: DescribedCloud, role: 'control' | 'network' | 'compute' | 'osd'): readonly Host[] {
  return cloud.hosts.filter((host) => host.roles.has(role));
}

function storageHosts(cloud: DescribedCloud): readonly Host[] {
  return withRole(cloud, 'osd');
}

function addresses(hosts: readonly Host[]): string {
  return hosts.map((host) => host.addresses.management).join(',');
}

function writeHosts(writing: Writing, cloud: DescribedCloud): void {
  const [controller, ...others] = withRole(cloud, 'control');
  const address = controller?.addresses.management ?? '';
  writing.carry('hosts, role control', {
    CONFIG_CONTROLLER_HOST: address,
    CONFIG_AMQP_HOST: address,
    CONFIG_MARIADB_HOST: address,
  });
  if (others.length > 0) {
    const names = others.map((host) => host.name).join(', ');
    writing.say(
      'hosts, role control',
      'unsupported',
      `Packstack has one controller; ${names} would be left out, and nothing is highly available.`,
    );
  }
  writing.carry('hosts, role compute', { CONFIG_COMPUTE_HOSTS: addresses(withRole(cloud, 'compute')) });
  writing.carry('hosts, role network', { CONFIG_NETWORK_HOSTS: addresses(withRole(cloud, 'network')) });
  const keepers = storageHosts(cloud);
  const keeper = keepers[0];
  if (keeper && keeper !== controller) {
    writing.carry('hosts, role storage', {
      CONFIG_UNSUPPORTED: 'y',
      CONFIG_STORAGE_HOST: keeper.addresses.management,
    });
  } else writing.parts.push({ path: 'hosts, role storage', outcome: 'default' });
  if (keepers.length > 1) {
    const names = keepers
      .slice(1)
      .map((host) => host.name)
      .join(', ');
    writing.say(
      'hosts, role storage',
      'unsupported',
      `Packstack keeps volumes on one host; ${names} would be left out.`,
    );
  }
  for (const host of cloud.hosts) {
    writing.say(
      `hosts.${host.name}`,
      'unsupported',
      'Packstack knows hosts by address, so the name is lost.',
    );
    const usual = Object.entries(host.interfaces).every(
      ([network, name]) => cloud.networks[network as keyof typeof cloud.networks]?.interface === name,
    );
    writing.only(
      `hosts.${host.name}.interfaces`,
      usual,
      'Packstack expects the same interface names on all hosts.',
    );
    const reached = host.sshAddress === host.addresses.management;
    writing.only(
      `hosts.${host.name}.ssh_address`,
      reached,
      'Packstack logs in at the address that it installs on.',
    );
  }
  const sizes = keeper?.devices.map((device) => /^file:.*:(\d+[MGT])$/.exec(device)?.[1]) ?? [];
  if (sizes[0] && sizes.length === 1) {
    writing.carry(
      'hosts.*.devices',
      {
        CONFIG_CINDER_BACKEND: 'lvm',
        CONFIG_CINDER_VOLUMES_CREATE: 'y',
        CONFIG_CINDER_VOLUMES_SIZE: sizes[0],
      },
      'Packstack keeps volumes in an LVM group inside a file of this size.',
    );
  } else {
    const note =
      'Packstack has no Ceph: it wants a volume group called cinder-volumes, made by hand from these disks.';
    writing.carry(
      'hosts.*.devices',
      { CONFIG_CINDER_BACKEND: 'lvm', CONFIG_CINDER_VOLUMES_CREATE: 'n' },
      note,
    );
  }
}

function writeNetworks(writing: Writing, cloud: DescribedCloud): void {
  const { overlay, service, storage } = cloud.networks;
  writing.say(
    'networks.management',
    'unsupported',
    'Packstack has no virtual address and names neither the range nor the interface of the management network.',
  );
  if (overlay?.cidr !== undefined) {
    writing.carry('networks.overlay', {
      CONFIG_NEUTRON_OVN_TUNNEL_IF: overlay.interface,
      CONFIG_NEUTRON_OVN_TUNNEL_SUBNETS: overlay.cidr,
    });
  } else if (overlay) writing.carry('networks.overlay', { CONFIG_NEUTRON_OVN_TUNNEL_IF: overlay.interface });
  else
    writing.say(
      'networks.overlay',
      'unsupported',
      'Packstack always offers tenant networks; they would use the management network.',
    );
  if (service)
    writing.say(
      'networks.service',
      'unsupported',
      'Packstack serves users on the controller’s address alone.',
    );
  if (storage)
    writing.say('networks.storage', 'unsupported', 'Packstack has no network of its own for storage.');
}

function writeNeutron(writing: Writing, cloud: DescribedCloud): void {
  const { physicalNetworks: physical, network } = cloud;
  writing.carry('network.mechanism', {
    CONFIG_NEUTRON_L2_AGENT: 'ovn',
    CONFIG_NEUTRON_ML2_MECHANISM_DRIVERS: 'ovn',
  });
  const types = network.tenantTypes.filter((type) => type !== 'vxlan');
  const drivers = ['geneve', 'flat', ...(physical.some((item) => item.vlans.length > 0) ? ['vlan'] : [])];
  writing.carry('network.tenant_types', {
    CONFIG_NEUTRON_ML2_TYPE_DRIVERS: drivers.join(','),
    CONFIG_NEUTRON_ML2_TENANT_NETWORK_TYPES: types.length > 0 ? types.join(',') : 'geneve',
  });
  const first = physical[0];
  if (first) {
    const port = (item: (typeof physical)[number]): string | undefined =>
      item.interface ?? cloud.networks.provider?.interface;
    const vlans = physical.flatMap((item) =>
      item.vlans.map((range) => `${item.name}:${range.includes(':') ? range : `${range}:${range}`}`),
    );
    writing.carry('network.physical_networks', {
      CONFIG_NEUTRON_OVN_BRIDGE_MAPPINGS: physical.map((item) => `${item.name}:${item.bridge}`).join(','),
      CONFIG_NEUTRON_OVN_BRIDGE_IFACES: physical
        .flatMap((item) => (port(item) ? [`${item.bridge}:${port(item)}`] : []))
        .join(','),
      CONFIG_NEUTRON_OVN_EXTERNAL_PHYSNET: first.name,
      CONFIG_NEUTRON_L3_EXT_BRIDGE: 'provider',
      ...(vlans.length > 0 && { CONFIG_NEUTRON_ML2_VLAN_RANGES: vlans.join(',') }),
    });
  }
  writing.only('network.datapath', network.datapath === 'auto', 'Packstack uses the kernel’s datapath.');
}

function writeSettings(writing: Writing, cloud: DescribedCloud): void {
  const { ssh, services, compute } = cloud;
  writing.say('cloud', 'unsupported', 'An answer file has no name for its cloud.');
  writing.only('release', false, 'The release is that of the Packstack that reads the file.');
  writing.carry('region', { CONFIG_KEYSTONE_REGION: cloud.region });
  if (ssh.identityFile !== undefined) writing.carry('ssh.key', { CONFIG_SSH_KEY: `${ssh.identityFile}.pub` });
  writing.only('ssh.user', ssh.user === 'root', 'Packstack logs in as root.');
  writing.only(
    'ssh.port',
    ssh.port === 22,
    'Packstack uses port 22, or what the ssh configuration of its machine says.',
  );
  writing.carry('time.servers', { CONFIG_NTP_SERVERS: cloud.timeServers.join(',') });
  writing.only(
    'packages',
    Object.keys(cloud.packages).length === 0,
    'Packstack takes packages from yum repositories.',
  );
  writing.only('ha', false, 'Packstack’s cloud is not highly available.');
  writing.only('storage', false, 'Packstack has no Ceph: volumes are in LVM, images in files.');
  writing.carry('compute', {
    CONFIG_NOVA_SCHED_CPU_ALLOC_RATIO: String(compute.cpuRatio),
    CONFIG_NOVA_SCHED_RAM_ALLOC_RATIO: String(compute.memoryRatio),
    ...(compute.virtualization !== 'auto' && { CONFIG_NOVA_LIBVIRT_VIRT_TYPE: compute.virtualization }),
  });
  writing.only(
    'compute.disk_ratio',
    compute.diskRatio === 1,
    'Packstack does not set it; Nova’s own default counts.',
  );
  writing.only(
    'compute.reserved_memory_mib',
    compute.reservedMemoryMiB === undefined,
    'Packstack does not set it; Nova’s own default counts.',
  );
  writeServices(writing, cloud);
  writing.only(
    'dashboard.port',
    cloud.dashboardPort === 443,
    'Packstack’s dashboard is at the usual port of https.',
  );
  writing.only('volume.backup', !cloud.volumeBackup, 'Packstack does not set up backups without Swift.');
  writing.only(
    'object_store.user',
    !services.has('object-store'),
    'Swift has the users of the cloud and no other.',
  );
  writing.only('minimums', false, 'Packstack checks no sizes.');
}

function writeServices(writing: Writing, cloud: DescribedCloud): void {
  const yes = (wanted: boolean): string => (wanted ? 'y' : 'n');
  const switches = Object.entries(switchValues(cloud, 'packstack')).map(([key, on]) => [key, yes(on)]);
  writing.carry('services', {
    ...Object.fromEntries(switches),
    CONFIG_HORIZON_SSL: yes(cloud.services.has('dashboard')),
    CONFIG_CEILOMETER_INSTALL: 'n',
    CONFIG_AODH_INSTALL: 'n',
  });
  for (const service of optionalServices) {
    if (switchOf(service, 'packstack')) continue;
    const note = `Packstack has no ${spokenName(service)}.`;
    writing.only(`services.${service.name}`, !isDeployed(cloud, service), note);
  }
}

function writeTest(writing: Writing, cloud: DescribedCloud): void {
  const { providerCidr, firstAddress, lastAddress, providerGateway, image, vantage } = cloud.test;
  if (providerCidr === undefined && image === undefined)
    writing.carry('test', { CONFIG_PROVISION_DEMO: 'n' });
  else {
    const pool = firstAddress !== undefined && lastAddress !== undefined;
    writing.carry('test', {
      CONFIG_PROVISION_DEMO: 'y',
      ...(image !== undefined && { CONFIG_PROVISION_IMAGE_URL: image }),
      ...(providerCidr !== undefined && { CONFIG_PROVISION_DEMO_FLOATRANGE: providerCidr }),
      ...(pool && { CONFIG_PROVISION_DEMO_ALLOCATION_POOLS: `["start=${firstAddress},end=${lastAddress}"]` }),
    });
  }
  writing.only(
    'test.provider_gateway',
    providerGateway === undefined,
    'Packstack takes the first address of the range.',
  );
  writing.only('test.vantage', vantage === 'local', 'Packstack does not reach its demo instances.');
}
