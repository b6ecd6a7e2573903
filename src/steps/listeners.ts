import type { Cloud } from '../cloud/cloud.ts';
import type { Listener } from '../cloud/listeners.ts';
import { parseDescription } from '../cloud/read.ts';
import { infrastructureListeners } from '../infrastructure/listeners.ts';
import { serviceListeners } from '../services/derived.ts';

/** Everything that listens in a cloud, and who may ask. */
export function listenersOf(cloud: Cloud): readonly Listener[] {
  return [...infrastructureListeners, ...serviceListeners(cloud)];
}

/** A cloud in which each role has a host of its own, with its name. */
const SAMPLE = `
cloud: sample
networks:
  service: { interface: eth0, cidr: 192.0.2.0/25, vip: 192.0.2.100 }
  management: { interface: eth1, cidr: 192.0.2.128/25, vip: 192.0.2.200 }
  provider: { interface: eth2 }
  overlay: { interface: eth3, cidr: 198.51.100.0/25 }
  storage: { interface: eth4, cidr: 198.51.100.128/25 }
hosts:
  control: { address: 192.0.2.131, roles: [control] }
  network: { address: 192.0.2.132, roles: [network] }
  compute: { address: 192.0.2.133, roles: [compute] }
  mon: { address: 192.0.2.134, roles: [mon] }
  mgr: { address: 192.0.2.135, roles: [mgr] }
  osd: { address: 192.0.2.136, roles: [osd], devices: [/dev/sdb] }
  rgw: { address: 192.0.2.137, roles: [rgw] }
services: { dashboard: true, orchestration: true, key-manager: true, object-store: true }
`;

/**
 * The table of what each network may reach, for people. Columns: network, what listens, its ports, on hosts with which
 * role, who may ask.
 */
export function listenersTable(): string {
  const { cloud, problems } = parseDescription(SAMPLE, { file: 'sample', folder: '/', home: '/' });
  if (!cloud) throw new Error(problems.map(({ what }) => what).join('\n'));
  // No listener depends on a secret.
  const sample = cloud as Cloud;
  const roles = (hosts: Cloud['hosts']): string =>
    hosts.length === sample.hosts.length ? 'all hosts' : hosts.map(({ name }) => `\`${name}\``).join(', ');
  const rows = listenersOf(sample)
    .toSorted((a, b) => order(a.network) - order(b.network))
    .map(({ title, protocol, ports, on, network, from, virtual }) => {
      const where = virtual ? 'virtual address' : roles(on(sample));
      const asks = from === 'anybody' || from === 'network' ? ASKERS[from] : roles(from(sample));
      return `| ${network} | ${title} | ${[ports.join(', '), protocol].join(' ').trim()} | ${where} | ${asks} |`;
    });
  return ['| network | what | port | on | who may ask |', '|---|---|---|---|---|', ...new Set(rows)].join(
    '\n',
  );
}

const ASKERS = { anybody: 'anybody', network: 'addresses of the network' } as const;

const order = (network: Listener['network']): number =>
  ['service', 'management', 'overlay', 'storage'].indexOf(network);
