/** A valid description that the cases break in one place. */
export const VALID = `cloud: trial
release: "2025.1"
ssh: { user: root, port: 22 }
networks:
  service:    { interface: eth0, cidr: 192.168.20.0/24, vip: 192.168.20.100 }
  management: { interface: eth1, cidr: 192.168.21.0/24, vip: 192.168.21.100 }
  provider:   { interface: eth2 }
  overlay:    { interface: eth3, cidr: 192.168.23.0/24, mtu: 1500 }
  storage:    { interface: eth4, cidr: 192.168.24.0/24 }
hosts:
  control[1:3]: { address: 192.168.21.11, roles: [control, network] }
  compute1: { address: 192.168.21.21, roles: [compute] }
  storage[1:3]: { address: 192.168.21.31, roles: [storage], devices: [/dev/sdb, /dev/sdc] }
time: { servers: [] }
ha: { level: moderato, virtual_router_id: 51 }
storage: { backends: [ceph], ceph: { pool_size: 3 } }
network: { mechanism: ovn, tenant_types: [geneve] }
services: { dashboard: true, object-store: true }
dashboard: { port: 31000 }
test: { provider_cidr: 10.20.0.0/24, provider_gateway: 10.20.0.1, first_address: 10.20.0.100, last_address: 10.20.0.200 }
`;

/** Marks the expected place; taken out before reading. */
export const MARK = '▸';

/**
 * One broken description: `from` is replaced by `to` in VALID (or `to` is the whole text), and the problem `code` is
 * expected at the mark. Further codes that the same slip rightly causes stand in `also`.
 */
export interface BrokenCase {
  readonly name: string;
  readonly from?: string;
  readonly to: string;
  readonly code: string;
  readonly also?: readonly string[];
  readonly severity?: 'warning';
  readonly suggestion?: string;
}

/** The text to read and the place, counted from 1, that the mark stood at. */
export function broken({ from, to }: BrokenCase): { text: string; line: number; column: number } {
  if (from !== undefined && VALID.split(from).length !== 2)
    throw new Error(`"${from}" does not stand once in VALID`);
  const marked = from === undefined ? to : VALID.replace(from, () => to);
  const before = marked.slice(0, marked.indexOf(MARK)).split('\n');
  if (marked.split(MARK).length !== 2) throw new Error('one mark is needed');
  return { text: marked.replace(MARK, ''), line: before.length, column: (before.at(-1) ?? '').length + 1 };
}
