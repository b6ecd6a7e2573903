import type { ReadResult } from '../../cloud/read.ts';
import type { Colors } from '../terminal.ts';
import { count } from './duration.ts';
import { formatTable } from './table.ts';

type Described = NonNullable<ReadResult['cloud']>;

/** What a sound description says, on one screen: hosts with roles and addresses, networks, and what is chosen. */
export function formatCloud(cloud: Described, derived: ReadResult['derived'], colors: Colors): string {
  const title = `${colors.bold(cloud.name)}: OpenStack ${cloud.release} on ${count(cloud.hosts.length, 'host')}, region ${cloud.region}`;
  const assumed = new Set(derived.map((one) => `${one.host} ${one.network}`));
  const names = ['service', 'management', 'overlay', 'storage'] as const;
  const used = names.filter((name) => cloud.networks[name]?.cidr !== undefined);
  const hosts = formatTable(
    ['host', 'roles', ...used],
    cloud.hosts.map((host) => [
      host.name,
      [...host.roles].join(' '),
      ...used.map((name) => `${host.addresses[name] ?? ''}${assumed.has(`${host.name} ${name}`) ? '*' : ''}`),
    ]),
    { colors },
  );
  const networks = formatTable(
    ['network', 'interface', 'addresses', 'floating address', 'mtu'],
    Object.values(cloud.networks).flatMap((network) =>
      network
        ? [[network.name, network.interface, network.cidr ?? '', network.vip ?? '', String(network.mtu)]]
        : [],
    ),
    { colors, right: [4] },
  );
  const mark =
    derived.length > 0 ? `${colors.dim('* taken from the host part of the management address')}\n` : '';
  const facts: readonly (readonly [string, string])[] = [
    ['storage', cloud.backends.map((backend) => `${backend.name} (${backend.type})`).join(', ')],
    [
      'network',
      `${cloud.network.mechanism}, ${cloud.network.datapath} datapath, ${cloud.network.tenantTypes.join(' ') || 'provider networks only'}`,
    ],
    ['services', [...cloud.services].join(', ') || 'none beyond the core'],
    ['time', cloud.timeServers.join(', ') || 'served by the control hosts'],
    [
      'high availability',
      `${cloud.ha.level}: looked at every ${cloud.ha.interval} s, down after ${cloud.ha.fall} failures`,
    ],
    ['ssh', `${cloud.ssh.user}, port ${cloud.ssh.port}${cloud.ssh.sudo ? ', with sudo' : ''}`],
  ];
  const width = Math.max(...facts.map(([name]) => name.length));
  const lines = facts.map(([name, value]) => `${colors.dim(name.padEnd(width))}  ${value}\n`).join('');
  return `${title}\n\n${hosts}${mark}\n${networks}\n${lines}`;
}
