import type { HostGroupAnswer, InitAnswers } from '../../cloud/answers.ts';
import { optionalServices } from '../../cloud/services.ts';

const INTERFACES = {
  service: 'eth0',
  management: 'eth1',
  provider: 'eth2',
  overlay: 'eth3',
  storage: 'eth4',
};

/**
 * Defaults for every answer, with addresses of the reference deployment. A trial has lower minimum sizes and keeps
 * OSDs in sparse files; one host is a trial by default.
 */
export function defaultAnswers(
  shape: InitAnswers['shape'],
  name = 'trial',
  trial = shape === 'all-in-one',
): InitAnswers {
  const common = {
    name,
    shape,
    trial,
    interfaces: INTERFACES,
    managementCidr: '192.168.21.0/24',
    vip: '192.168.21.100',
    overlayCidr: '192.168.23.0/24',
    devices: [trial ? 'file:/var/lib/cloudwright/osd0.img:20G' : '/dev/sdb'],
    sshUser: 'root',
    timeServers: [],
  };
  if (shape === 'all-in-one') return { ...common, control: { firstAddress: '192.168.21.11', count: 1 } };
  return {
    ...common,
    serviceCidr: '192.168.20.0/24',
    serviceVip: '192.168.20.100',
    storageCidr: '192.168.24.0/24',
    control: { firstAddress: '192.168.21.11', count: 3 },
    compute: { firstAddress: '192.168.21.21', count: 2 },
    storage: { firstAddress: '192.168.21.31', count: 3 },
  };
}

/**
 * Writes a commented description (the `init` command). Pure. The result is valid when the
 * answers are; otherwise `parseDescription` says what is wrong with them.
 */
export function renderDescription(answers: InitAnswers): string {
  const lines = [
    `# The cloud ${answers.name.replace(/[\r\n]/g, ' ')}: hosts, networks and settings.`,
    '# `cloudwright validate` checks it, `cloudwright apply` makes the hosts match it.',
    '# Passwords do not belong here. They are in vault.yml, encrypted (`cloudwright vault`).',
    '',
    `cloud: ${scalar(answers.name)}`,
    'release: "2025.1"',
    'region: RegionOne',
    '',
    ...sshLines(answers),
    '',
    ...networkLines(answers),
    '',
    ...hostLines(answers),
    '',
    '# Without time servers the control hosts serve time to the other hosts.',
    'time:',
    `  servers: ${list(answers.timeServers)}`,
    ...packageLines(answers),
    '',
    '# How fast a dead host or service is detected: moderato, allegro or vivace (fastest).',
    '# The virtual router id must differ from that of other clouds on the same network.',
    'ha: { level: moderato, virtual_router_id: 51 }',
    '',
    '# The first backend stores images, volumes and the disks of instances.',
    'storage:',
    '  backends: [ceph]',
    '',
    `services: { ${optionalServices.map((service) => `${service.name}: true`).join(', ')} }`,
    'dashboard: { port: 31000 }',
    ...minimumLines(answers),
    ...testLines(answers),
  ];
  return `${lines.join('\n')}\n`;
}

function sshLines({ sshUser, sshKey, sshConfig }: InitAnswers): string[] {
  const lines = [
    '# Your ssh configuration, agent and known hosts apply as well.',
    'ssh:',
    `  user: ${scalar(sshUser)}`,
  ];
  if (sshKey !== undefined) lines.push(`  key: ${scalar(sshKey)}`);
  if (sshConfig !== undefined) lines.push(`  config: ${scalar(sshConfig)}`);
  return lines;
}

function networkLines(answers: InitAnswers): string[] {
  const { interfaces, managementCidr, vip, serviceCidr, serviceVip, overlayCidr, storageCidr } = answers;
  const lines = [
    '# The interface of the hosts in each network; a host may set others under `interfaces`.',
    'networks:',
  ];
  if (serviceCidr !== undefined) {
    const virtual = serviceVip === undefined ? '' : `, vip: ${scalar(serviceVip)}`;
    lines.push('  # Users reach the dashboard and the APIs here.');
    lines.push(
      `  service: { interface: ${scalar(interfaces.service)}, cidr: ${scalar(serviceCidr)}${virtual} }`,
    );
  }
  lines.push('  # The hosts talk to one another here; the virtual address must be free.');
  lines.push(
    `  management: { interface: ${scalar(interfaces.management)}, cidr: ${scalar(managementCidr)}, vip: ${scalar(vip)} }`,
  );
  lines.push('  # An interface without an address, for networks of instances.');
  lines.push(`  provider: { interface: ${scalar(interfaces.provider)} }`);
  if (overlayCidr === undefined) {
    lines.push('  # Provider networks only: no tenant networks and no routers.', '  overlay: null');
  } else {
    lines.push('  # Carries tenant networks between hosts; null for provider networks only.');
    lines.push(`  overlay: { interface: ${scalar(interfaces.overlay)}, cidr: ${scalar(overlayCidr)} }`);
  }
  if (storageCidr !== undefined) {
    lines.push('  # Storage traffic.');
    lines.push(`  storage: { interface: ${scalar(interfaces.storage)}, cidr: ${scalar(storageCidr)} }`);
  }
  return lines;
}

function hostLines(answers: InitAnswers): string[] {
  const { shape, control, compute, storage, devices } = answers;
  const lines = [
    '# `address` is in the management network. Addresses in other networks have the same host part by default;',
    '# `addresses` sets others. A range such as storage[1:3] describes three hosts with consecutive addresses.',
    '# Roles: control, network (default: the control hosts), compute, and storage, which is short for mon, mgr, osd',
    '# and rgw.',
    'hosts:',
  ];
  const add = (name: string, group: HostGroupAnswer, roles: readonly string[], osds: boolean): void => {
    const key = group.count > 1 ? `"${name}[1:${group.count}]"` : `${name}1`;
    lines.push(`  ${key}:`, `    address: ${scalar(group.firstAddress)}`, `    roles: [${roles.join(', ')}]`);
    if (osds) lines.push(`    devices: ${list(devices)}`);
  };
  if (shape === 'all-in-one') {
    add('control', control, ['control', 'network', 'compute', 'storage'], true);
    return lines;
  }
  const controlRoles = ['control', 'network'];
  if (!compute) controlRoles.push('compute');
  if (!storage) controlRoles.push('storage');
  add('control', control, controlRoles, !storage);
  if (compute) add('compute', compute, ['compute'], false);
  if (storage) add('storage', storage, ['storage'], true);
  return lines;
}

function packageLines({ mirror, proxy }: InitAnswers): string[] {
  if (mirror === undefined && proxy === undefined) return [];
  const lines = ['', '# Where the hosts get packages from.', 'packages:'];
  if (mirror !== undefined) lines.push(`  mirror: ${scalar(mirror)}`);
  if (proxy !== undefined) lines.push(`  proxy: ${scalar(proxy)}`);
  return lines;
}

function minimumLines({ trial }: InitAnswers): string[] {
  if (!trial) return [];
  const size = '{ cpus: 1, memory_gib: 3, disk_gib: 8 }';
  return [
    '',
    '# Minimum sizes of the hosts, lowered for a trial. Remove these lines for production.',
    'minimums:',
    `  control: ${size}`,
    `  network: ${size}`,
    `  compute: ${size}`,
    '  storage: { cpus: 1, memory_gib: 3, disk_gib: 8, device_gib: 5 }',
  ];
}

function testLines({ test }: InitAnswers): string[] {
  if (!test) return [];
  const gateway = test.gateway === undefined ? [] : [`  provider_gateway: ${scalar(test.gateway)}`];
  return [
    '',
    '# Addresses that the acceptance test may use on the network behind the provider interface.',
    'test:',
    `  provider_cidr: ${scalar(test.cidr)}`,
    ...gateway,
    `  first_address: ${scalar(test.first)}`,
    `  last_address: ${scalar(test.last)}`,
    ...(test.netns === undefined ? [] : [`  vantage: { netns: ${scalar(test.netns)} }`]),
  ];
}

function list(items: readonly string[]): string {
  return `[${items.map(scalar).join(', ')}]`;
}

/** Plain where YAML reads the same text again, else quoted: JSON strings are valid YAML. */
function scalar(text: string): string {
  const plain = /^[A-Za-z/~.][A-Za-z0-9_./~-]*$/.test(text) || /^\d+\.\d+\.\d+\.\d+(\/\d+)?$/.test(text);
  const word = /^(true|false|null|yes|no|on|off|y|n|~|\.nan|\.inf)$/i.test(text);
  return plain && !word ? text : JSON.stringify(text);
}
