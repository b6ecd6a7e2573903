import {
  addressToNumber,
  formatNetwork,
  type Ipv4Network,
  numberToAddress,
  parseNetwork,
} from '../../cloud/ipv4.ts';
import { optionalServices, spokenName, switchOf } from '../serviceKeys.ts';
import type { PackstackHost } from './hosts.ts';
import type { Reading } from './reading.ts';

/** How Cloudwright reaches hosts, region, time and optional services. */
export function setGeneral(reading: Reading): void {
  const { draft } = reading;
  const { sshConfig } = reading.hints;
  if (sshConfig !== undefined) draft.set(['ssh', 'config'], sshConfig);
  const key = reading.find('CONFIG_SSH_KEY');
  if (key?.value.endsWith('.pub')) {
    draft.set(['ssh', 'key'], key.value.slice(0, -'.pub'.length), { place: key.valuePlace });
    reading.settle('CONFIG_SSH_KEY', 'carried', 'The private key beside the named public one.', 'ssh.key');
  } else if (key?.value === '')
    reading.settle('CONFIG_SSH_KEY', 'default', 'Your usual keys and agent are used.');
  else
    reading.settle(
      'CONFIG_SSH_KEY',
      'suspicious',
      'Not the name of a public key (.pub); your usual keys and agent are used.',
    );

  const region = reading.value('CONFIG_KEYSTONE_REGION');
  if (region === '')
    reading.settle(
      'CONFIG_KEYSTONE_REGION',
      'suspicious',
      'Empty: Packstack refuses that. RegionOne was assumed.',
    );
  else if (region === 'RegionOne') reading.settle('CONFIG_KEYSTONE_REGION', 'default');
  else if (region !== undefined) {
    draft.set(['region'], region, { place: reading.place('CONFIG_KEYSTONE_REGION') });
    reading.carried('CONFIG_KEYSTONE_REGION', ['region']);
  }

  const servers = reading.items('CONFIG_NTP_SERVERS');
  if (servers.length === 0)
    reading.settle('CONFIG_NTP_SERVERS', 'default', 'The control host serves time to the rest.');
  else {
    draft.set(
      ['time', 'servers'],
      servers.map((item) => item.text),
      { place: servers[0]?.place },
    );
    for (const [index, item] of servers.entries()) draft.place(['time', 'servers', index], item.place);
    reading.carried('CONFIG_NTP_SERVERS', ['time', 'servers']);
  }
  setServices(reading);
}

function setServices(reading: Reading): void {
  for (const service of optionalServices) {
    const path = ['services', service.name];
    const key = switchOf(service, 'packstack');
    if (!key) {
      const comment = `Packstack has no ${spokenName(service)}; remove this line to have ${service.title}.`;
      reading.draft.set(path, false, { comment });
      continue;
    }
    const wanted = reading.yes(key);
    if (wanted && service.optional === 'on') {
      reading.settle(key, 'default', 'Deployed by default.');
      continue;
    }
    reading.draft.set(path, wanted, { place: reading.place(key) });
    reading.carried(key, path);
  }
}

/** Hosts that take no part, or run the platform elsewhere. */
export function reportOtherHosts(reading: Reading, hosts: readonly PackstackHost[]): void {
  const controller = hosts.find((host) => host.roles.includes('control'));
  const known = new Set(hosts.map((host) => host.address));
  for (const [key, what] of [
    ['CONFIG_AMQP_HOST', 'The message broker'],
    ['CONFIG_MARIADB_HOST', 'The database'],
  ] as const) {
    const value = reading.value(key);
    if (value === undefined) continue;
    if (value === controller?.address || value === '')
      reading.settle(key, 'default', `${what} runs on the control host.`);
    else {
      const left = known.has(value) ? '' : ` ${value.slice(0, 64)} is in no other list and was left out.`;
      reading.settle(key, 'unsupported', `${what} runs on the control host.${left}`);
    }
  }
  reading.settle('CONFIG_UNSUPPORTED', 'default', 'CONFIG_STORAGE_HOST is read when it is y.');
  reading.settle(
    'CONFIG_USE_SUBNETS',
    reading.yes('CONFIG_USE_SUBNETS') ? 'suspicious' : 'default',
    reading.yes('CONFIG_USE_SUBNETS')
      ? 'Subnets are given in place of interface names; the names were assumed.'
      : 'Interfaces are called by name.',
  );
  const excluded = reading.items('EXCLUDE_SERVERS');
  const unlisted = excluded.filter((item) => !known.has(item.text)).map((item) => item.text);
  if (excluded.length === 0) reading.settle('EXCLUDE_SERVERS', 'default', 'No host is left out.');
  else if (unlisted.length > 0) {
    const note = `${unlisted.join(', ')} is in no list of hosts. If it belongs to this cloud, describe it under \`hosts\` too: a description holds all hosts, and what is right already stays as it is.`;
    reading.settle('EXCLUDE_SERVERS', 'suspicious', note);
  } else {
    reading.settle(
      'EXCLUDE_SERVERS',
      'meaningless',
      'A run changes only what differs; hosts that are in place are left as they are. `--host` limits a run to some hosts.',
    );
  }
}

/** Ratios and hypervisor of the compute hosts. */
export function setCompute(reading: Reading): void {
  for (const [key, name, usual] of [
    ['CONFIG_NOVA_SCHED_CPU_ALLOC_RATIO', 'cpu_ratio', 4],
    ['CONFIG_NOVA_SCHED_RAM_ALLOC_RATIO', 'memory_ratio', 1],
  ] as const) {
    const written = reading.value(key);
    if (written === undefined) continue;
    const ratio = /^\d{1,6}(\.\d{1,6})?$/.test(written) ? Number(written) : undefined;
    if (ratio === undefined) reading.settle(key, 'suspicious', `Not a number; ${usual} was assumed.`);
    else if (ratio === usual) reading.settle(key, 'default');
    else {
      reading.draft.set(['compute', name], ratio, { place: reading.place(key) });
      reading.carried(
        key,
        ['compute', name],
        name === 'memory_ratio' && ratio > 1
          ? 'More memory is handed out than there is; the kernel ends instances when all of it is used.'
          : undefined,
      );
    }
  }
  const key = 'CONFIG_NOVA_LIBVIRT_VIRT_TYPE';
  const type = reading.value(key);
  if (type === undefined) return;
  if (type === 'kvm' || type === 'qemu') {
    reading.draft.set(['compute', 'virtualization'], type, { place: reading.place(key) });
    reading.carried(key, ['compute', 'virtualization']);
  } else if (type === '' || type === '%{::default_hypervisor}')
    reading.settle(key, 'default', 'KVM where the host has it, QEMU otherwise.');
  else reading.settle(key, 'suspicious', 'Neither kvm nor qemu; the better one of each host was assumed.');
}

/** The demo network becomes the network of the acceptance test. Its range of addresses, for the virtual address to avoid. */
export function setTest(reading: Reading): readonly Ipv4Network[] {
  const demo = reading.yes('CONFIG_PROVISION_DEMO');
  if (!demo) {
    reading.settle(
      'CONFIG_PROVISION_DEMO',
      'default',
      'Nothing is made for a demo; `cloudwright test` makes what it needs and removes it again.',
    );
    return [];
  }
  const image = reading.value('CONFIG_PROVISION_IMAGE_URL');
  if (image !== undefined) setImage(reading, image);
  reading.settle(
    'CONFIG_PROVISION_DEMO',
    'unsupported',
    'No demo project stays in the cloud; its external network becomes that of the acceptance test.',
  );
  const key = 'CONFIG_PROVISION_DEMO_FLOATRANGE';
  const pool = 'CONFIG_PROVISION_DEMO_ALLOCATION_POOLS';
  const path = ['test', 'provider_cidr'];
  // Packstack's own range counts where only a pool is given.
  const written = reading.value(key) ?? (reading.find(pool) ? reading.effective(key) : undefined);
  if (written === undefined) return [];
  const range = parseNetwork(written);
  if (!range) {
    reading.settle(
      key,
      'suspicious',
      'Not a network in CIDR notation; the acceptance test will ask for one.',
    );
    reading.settle(pool, 'suspicious', 'The network that it belongs to cannot be read; it was left out.');
    return [];
  }
  const cidr = formatNetwork(range);
  reading.draft.set(path, cidr, { place: reading.place(key) ?? reading.place(pool) });
  if (cidr === written) reading.carried(key, path);
  else {
    const note = `Not the first address of the network; ${cidr} was assumed.`;
    reading.settle(key, 'suspicious', note, 'test.provider_cidr');
  }
  return setPool(reading, range);
}

function setImage(reading: Reading, image: string): void {
  const key = 'CONFIG_PROVISION_IMAGE_URL';
  if (/^(file:\/\/)?\/\S/.test(image)) {
    reading.draft.set(['test', 'image'], image.replace(/^file:\/\//, ''), { place: reading.place(key) });
    reading.carried(key, ['test', 'image']);
  } else if (image === '') reading.settle(key, 'default', 'A tiny guest is built for the test.');
  else {
    const note =
      'The test does not fetch images; a tiny guest is built for it. To use this one, fetch it and name the file as `test.image`.';
    reading.settle(key, 'unsupported', note);
  }
}

/** `["start=172.24.4.10,end=172.24.4.100"]` */
function setPool(reading: Reading, range: Ipv4Network): readonly Ipv4Network[] {
  const key = 'CONFIG_PROVISION_DEMO_ALLOCATION_POOLS';
  const written = reading.value(key);
  if (written === undefined || written === '' || written === '[]') {
    reading.settle(key, 'default', 'The test takes free addresses of the network.');
    return [];
  }
  const pools = [...written.matchAll(/start=([\d.]{7,15})\s*,\s*end=([\d.]{7,15})/g)];
  const [, first = '', last = ''] = pools[0] ?? [];
  const [from, to] = [addressToNumber(first), addressToNumber(last)];
  if (from === undefined || to === undefined || from > to || from < range.first || to > range.last) {
    reading.settle(
      key,
      'suspicious',
      'Not of the form ["start=ADDRESS,end=ADDRESS"] inside CONFIG_PROVISION_DEMO_FLOATRANGE; it was left out.',
    );
    return [];
  }
  const place = reading.place(key);
  reading.draft.set(['test', 'first_address'], numberToAddress(from), { place });
  reading.draft.set(['test', 'last_address'], numberToAddress(to), { place });
  if (pools.length > 1)
    reading.settle(key, 'suspicious', 'One pool is used; the first was taken.', 'test.first_address');
  else reading.carried(key, ['test', 'first_address']);
  return [{ first: from, last: to, prefix: 32 }];
}
