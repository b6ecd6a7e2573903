import { ports } from '../../cloud/ports.ts';
import { type Component, pathOf } from '../../platform/platform.ts';
import type { OvnDatabaseDesired } from './desired.ts';

/** A port on which a server takes clients, over TLS. */
interface DatabaseListener {
  readonly port: number;
  /** What a client may write (ovn-northd(8), RBAC); everything by default. */
  readonly role?: 'ovn-controller';
}

export interface Database {
  /** Part of file names and options: `nb`. */
  readonly short: 'nb' | 'sb';
  readonly unit: 'northbound' | 'southbound';
  readonly name: OvnDatabaseDesired['database'];
  readonly listeners: readonly DatabaseListener[];
  readonly raftPort: number;
}

export const databases: readonly Database[] = [
  {
    short: 'nb',
    unit: 'northbound',
    name: 'OVN_Northbound',
    listeners: [{ port: ports.ovnNorthbound }],
    raftPort: 6643,
  },
  {
    short: 'sb',
    unit: 'southbound',
    name: 'OVN_Southbound',
    // A chassis is recognised by the common name of its certificate, which is its id.
    listeners: [{ port: ports.ovnSouthbound, role: 'ovn-controller' }, { port: ports.ovnSouthboundControl }],
    raftPort: 6644,
  },
];

export function databaseFile(component: Component, { short }: Database): string {
  return `${pathOf(component, 'data')}/ovn${short}_db.db`;
}
